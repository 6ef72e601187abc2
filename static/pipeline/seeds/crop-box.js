/**
 * <crop-box data-form="id" data-width data-height>: shows the crop that the fields left_px, top_px,
 * width_px and height_px of the form describe over the picture, and moves it: drag, arrow keys,
 * with Shift by ten. Sizes are the picture's own pixels; the fields are what is sent.
 */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class CropBox extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.frame = this.querySelector(".crop-frame");
    this.form = document.getElementById(this.dataset.form);
    this.form?.addEventListener("input", () => this.paint(), { signal });
    this.frame.addEventListener("keydown", (event) => this.key(event), { signal });
    this.frame.addEventListener("pointerdown", (event) => this.grab(event), { signal });
    this.frame.addEventListener("pointermove", (event) => this.drag(event), { signal });
    this.frame.addEventListener("pointerup", () => (this.from = null), { signal });
    this.frame.addEventListener("pointercancel", () => (this.from = null), { signal });
    this.paint();
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  field(name) {
    return this.form?.elements.namedItem(name);
  }

  get box() {
    const [left, top, width, height] = ["left_px", "top_px", "width_px", "height_px"].map((name) => Number(this.field(name)?.value) || 0);
    return { left, top, width, height };
  }

  get size() {
    return { width: Number(this.dataset.width), height: Number(this.dataset.height) };
  }

  paint() {
    const { box, size } = this;
    const fits = box.width > 0 && box.height > 0 && box.left + box.width <= size.width && box.top + box.height <= size.height;
    this.frame.classList.toggle("outside", !fits);
    Object.assign(this.frame.style, {
      left: `${(100 * box.left) / size.width}%`,
      top: `${(100 * box.top) / size.height}%`,
      width: `${(100 * box.width) / size.width}%`,
      height: `${(100 * box.height) / size.height}%`,
    });
  }

  moveTo(left, top) {
    const { box, size } = this;
    const held = (value, most) => Math.round(Math.max(0, Math.min(value, most)));
    this.field("left_px").value = held(left, size.width - box.width);
    this.field("top_px").value = held(top, size.height - box.height);
    this.paint();
  }

  key(event) {
    const move = MOVES[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const step = event.shiftKey ? 10 : 1;
    this.moveTo(this.box.left + step * move[0], this.box.top + step * move[1]);
  }

  grab(event) {
    event.preventDefault();
    this.frame.focus();
    this.frame.setPointerCapture(event.pointerId);
    this.from = { x: event.clientX, y: event.clientY, ...this.box };
  }

  drag(event) {
    if (!this.from) return;
    const scale = this.size.width / this.querySelector("img").clientWidth;
    this.moveTo(this.from.left + (event.clientX - this.from.x) * scale, this.from.top + (event.clientY - this.from.y) * scale);
  }
}

customElements.define("crop-box", CropBox);

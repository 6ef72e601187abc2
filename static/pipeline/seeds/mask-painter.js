/**
 * <mask-painter data-first data-second data-width data-height data-form data-project>: one <canvas>
 * that shows the first picture, and the second where the mask is painted. Brush and eraser by
 * pointer or touch; shapes by fields, for the keyboard; undo, invert, clear. When the form is sent
 * the mask goes into the project's library as a PNG (white: the second picture), and its version
 * into the form's field `mask`.
 */
import { Transfer } from "../../assets/library/transfer.js";

const LONGEST_PX = 1280;
const MOST_STEPS = 30;

class MaskPainter extends HTMLElement {
  async connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.canvas = this.querySelector("canvas");
    this.form = document.getElementById(this.dataset.form);
    this.steps = [];
    this.erasing = false;
    const [width, height] = [Number(this.dataset.width), Number(this.dataset.height)];
    const scale = Math.min(1, LONGEST_PX / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.mask = this.layer();
    this.pen = this.mask.getContext("2d", { willReadFrequently: true });
    this.over = this.layer();
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event), { signal });
    this.canvas.addEventListener("pointermove", (event) => this.stroke(event), { signal });
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.end(), { signal });
    this.addEventListener("click", (event) => this.pressed(event), { signal });
    this.addEventListener("keydown", (event) => this.key(event), { signal });
    this.querySelector("[data-brush]").addEventListener("input", () => this.figure(), { signal });
    this.form.addEventListener("submit", (event) => this.send(event), { signal });
    this.figure();
    [this.first, this.second] = await Promise.all([picture(this.dataset.first), picture(this.dataset.second)]);
    this.paint();
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  layer() {
    return Object.assign(document.createElement("canvas"), { width: this.canvas.width, height: this.canvas.height });
  }

  figure() {
    this.querySelector("[data-brush-figure]").textContent = `${this.querySelector("[data-brush]").value} %`;
  }

  /** Radius of the brush in pixels of the canvas. */
  get radius() {
    return (Number(this.querySelector("[data-brush]").value) / 200) * Math.min(this.canvas.width, this.canvas.height);
  }

  paint() {
    if (!this.first) return;
    const { canvas, mask, over } = this;
    const [draw, top] = [canvas.getContext("2d"), over.getContext("2d")];
    top.globalCompositeOperation = "copy";
    top.drawImage(mask, 0, 0);
    top.globalCompositeOperation = "source-in";
    top.drawImage(this.second, 0, 0, canvas.width, canvas.height);
    draw.drawImage(this.first, 0, 0, canvas.width, canvas.height);
    draw.drawImage(over, 0, 0);
  }

  keep() {
    this.steps.push(this.pen.getImageData(0, 0, this.mask.width, this.mask.height));
    if (this.steps.length > MOST_STEPS) this.steps.shift();
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * this.canvas.width) / box.width, ((event.clientY - box.top) * this.canvas.height) / box.height];
  }

  begin(event) {
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.keep();
    this.last = this.at(event);
    this.line(this.last);
  }

  stroke(event) {
    if (this.last) this.line(this.at(event));
  }

  end() {
    if (!this.last) return;
    this.last = null;
    this.tell();
  }

  line(to) {
    const draw = this.pen;
    draw.globalCompositeOperation = this.erasing ? "destination-out" : "source-over";
    Object.assign(draw, { strokeStyle: "#fff", lineWidth: 2 * this.radius, lineCap: "round", lineJoin: "round" });
    draw.beginPath();
    draw.moveTo(...this.last);
    draw.lineTo(to[0], to[1] + 0.01);
    draw.stroke();
    this.last = to;
    this.paint();
  }

  pressed({ target }) {
    const button = target.closest("button");
    if (!button) return;
    if (button.dataset.erase !== undefined) this.erase(button);
    else if (button.dataset.undo !== undefined) this.undo();
    else if (button.dataset.clear !== undefined) this.change((draw, { width, height }) => draw.clearRect(0, 0, width, height));
    else if (button.dataset.invert !== undefined) this.invert();
    else if (button.dataset.add) this.shape(button.dataset.add);
  }

  key(event) {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.target.matches("input, textarea")) return;
    event.preventDefault();
    this.undo();
  }

  erase(button) {
    this.erasing = !this.erasing;
    button.setAttribute("aria-pressed", String(this.erasing));
  }

  undo() {
    const before = this.steps.pop();
    if (before) this.pen.putImageData(before, 0, 0);
    this.paint();
    this.tell();
  }

  change(work) {
    this.keep();
    const draw = this.pen;
    draw.globalCompositeOperation = "source-over";
    work(draw, this.mask);
    this.paint();
    this.tell();
  }

  invert() {
    this.change((draw, { width, height }) => {
      draw.globalCompositeOperation = "xor";
      draw.fillStyle = "#fff";
      draw.fillRect(0, 0, width, height);
    });
  }

  shape(kind) {
    const part = (name, whole) => (Number(this.querySelector(`[data-shape=${name}]`).value) / 100) * whole;
    this.change((draw, { width, height }) => {
      const [x, y, w, h] = [part("x", width), part("y", height), part("width", width), part("height", height)];
      if (this.erasing) draw.globalCompositeOperation = "destination-out";
      draw.fillStyle = "#fff";
      draw.beginPath();
      if (kind === "ellipse") draw.ellipse(x + w / 2, y + h / 2, w / 2, h / 2, 0, 0, 2 * Math.PI);
      else draw.rect(x, y, w, h);
      draw.fill();
    });
  }

  /** Share of the picture that is painted, 0–1. */
  get share() {
    const { data } = this.pen.getImageData(0, 0, this.mask.width, this.mask.height);
    let painted = 0;
    for (let at = 3; at < data.length; at += 4) painted += data[at] > 127;
    return painted / (data.length / 4);
  }

  tell(text) {
    const { share } = this;
    const said = share ? `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} % of the picture is painted.` : "Nothing is painted yet.";
    this.querySelector("[data-mask-status]").textContent = text ?? said;
  }

  /** White on black in the size of the first picture. */
  file() {
    const whole = Object.assign(document.createElement("canvas"), { width: Number(this.dataset.width), height: Number(this.dataset.height) });
    const draw = whole.getContext("2d");
    draw.fillRect(0, 0, whole.width, whole.height);
    draw.drawImage(this.mask, 0, 0, whole.width, whole.height);
    return new Promise((resolve) => whole.toBlob((blob) => resolve(new File([blob], "merge mask.png", { type: "image/png" })), "image/png"));
  }

  async send(event) {
    if (this.sent) return;
    event.preventDefault();
    if (!this.share) return this.tell("Paint where the second picture is to show, or add a shape.");
    const button = this.form.querySelector("button.primary");
    button.disabled = true;
    try {
      this.tell("The mask is being stored …");
      const { version } = await new Transfer(await this.file(), { project: this.dataset.project, retention: "supporting" }).run();
      this.form.elements.namedItem("mask").value = version;
      this.sent = true;
      this.form.submit();
    } catch (error) {
      button.disabled = false;
      this.tell(error.message);
    }
  }
}

customElements.define("mask-painter", MaskPainter);

/** A picture of the studio, decoded. */
async function picture(address) {
  const image = Object.assign(new Image(), { src: address });
  await image.decode();
  return image;
}

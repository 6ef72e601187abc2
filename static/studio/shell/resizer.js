/**
 * <panel-resizer data-name="create-left" data-variable="--left" data-min="200" data-max="520">
 * between two panels of a .workbench: drag or arrow keys set the variable (pixels) on the parent,
 * remembered per name in this browser. `data-reverse` for a panel at its right.
 */
class PanelResizer extends HTMLElement {
  connectedCallback() {
    this.variable = this.dataset.variable ?? "--left";
    this.reverse = this.hasAttribute("data-reverse");
    this.min = Number(this.dataset.min ?? 200);
    this.max = Number(this.dataset.max ?? 560);
    Object.assign(this, { role: "separator", tabIndex: 0, ariaOrientation: "vertical", ariaValueMin: this.min, ariaValueMax: this.max });
    if (!this.ariaLabel) this.ariaLabel = "Width of the panel";
    this.addEventListener("pointerdown", (event) => this.start(event));
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("dblclick", () => this.reset());
    const saved = Number(localStorage.getItem(this.storageKey));
    if (saved) this.apply(saved);
    else this.ariaValueNow = Math.round(this.size());
  }

  get storageKey() {
    return `panel:${this.dataset.name ?? this.variable}`;
  }

  get panel() {
    return this.reverse ? this.nextElementSibling : this.previousElementSibling;
  }

  size() {
    return this.panel?.getBoundingClientRect().width ?? this.min;
  }

  apply(width) {
    const size = Math.round(Math.min(this.max, Math.max(this.min, width)));
    this.parentElement.style.setProperty(this.variable, `${size}px`);
    this.ariaValueNow = size;
    return size;
  }

  start(event) {
    event.preventDefault();
    this.setPointerCapture(event.pointerId);
    this.dataset.dragging = "";
    const from = event.clientX;
    const width = this.size();
    const direction = this.reverse ? -1 : 1;
    const end = new AbortController();
    this.addEventListener("pointermove", (move) => this.apply(width + (move.clientX - from) * direction), { signal: end.signal });
    this.addEventListener("lostpointercapture", () => {
      end.abort();
      delete this.dataset.dragging;
      localStorage.setItem(this.storageKey, this.ariaValueNow);
    }, { signal: end.signal });
  }

  key(event) {
    const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (!step) return;
    event.preventDefault();
    localStorage.setItem(this.storageKey, this.apply(this.size() + (this.reverse ? -step : step)));
  }

  reset() {
    this.parentElement.style.removeProperty(this.variable);
    localStorage.removeItem(this.storageKey);
    this.ariaValueNow = Math.round(this.size());
  }
}

customElements.define("panel-resizer", PanelResizer);

/**
 * <image-viewer data-width data-height [data-full="address"]>: a picture that fits, at 100 %, or
 * zoomed. Keys on the picture: + − 0 (fit) 1 (every pixel) and arrows; wheel with Ctrl; drag.
 * The file itself is only loaded when more pixels are wanted than the preview has.
 */
const STEPS = [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8];
const PREVIEW_PX = 1280;

class ImageViewer extends HTMLElement {
  connectedCallback() {
    this.stage = this.querySelector(".viewer-stage");
    this.image = this.querySelector("img");
    this.scale = null;
    this.addEventListener("click", ({ target }) => this.tool(target.closest("[data-zoom]")?.dataset.zoom));
    this.stage.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.stage.addEventListener("dblclick", (event) => this.zoom(this.scale === null ? 1 : null, event));
    this.stage.addEventListener("pointerdown", (event) => this.pan(event));
    this.sizes = new ResizeObserver(() => this.say());
    this.sizes.observe(this.image);
  }

  disconnectedCallback() {
    this.sizes.disconnect();
  }

  get shown() {
    return this.image.getBoundingClientRect().width / Number(this.dataset.width);
  }

  tool(what) {
    if (what === "fit") this.zoom(null);
    if (what === "full") this.zoom(1);
    if (what === "in") this.zoom(STEPS.find((step) => step > this.shown * 1.01) ?? STEPS.at(-1));
    if (what === "out") this.zoom(STEPS.findLast((step) => step < this.shown * 0.99) ?? STEPS[0]);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const what = { "+": "in", "=": "in", "-": "out", 0: "fit", 1: "full" }[event.key];
    // Arrows scroll what does not fit; what fits leaves them to the page.
    const scrolls = this.scale !== null && event.key.startsWith("Arrow");
    if (!what && !scrolls) return;
    event.stopPropagation();
    if (!what) return;
    event.preventDefault();
    this.tool(what);
  }

  wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const wanted = this.shown * (event.deltaY < 0 ? 1.2 : 1 / 1.2);
    this.zoom(Math.min(STEPS.at(-1), Math.max(STEPS[0], wanted)), event);
  }

  /** Show at a scale (1: a pixel for a pixel; null: as it fits), around a point when there is one. */
  zoom(scale, at) {
    const box = this.image.getBoundingClientRect();
    const stage = this.stage.getBoundingClientRect();
    const x = at ? at.clientX : stage.left + stage.width / 2;
    const y = at ? at.clientY : stage.top + stage.height / 2;
    const [across, down] = [(x - box.left) / box.width, (y - box.top) / box.height];
    this.scale = scale;
    this.toggleAttribute("data-zoomed", scale !== null);
    this.toggleAttribute("data-crisp", scale !== null && scale >= 3);
    this.image.style.width = scale === null ? "" : `${Number(this.dataset.width) * scale}px`;
    this.image.style.height = scale === null ? "" : `${Number(this.dataset.height) * scale}px`;
    if (scale !== null) {
      const now = this.image.getBoundingClientRect();
      this.stage.scrollBy(now.left + across * now.width - x, now.top + down * now.height - y);
      this.loadFull(Math.max(Number(this.dataset.width), Number(this.dataset.height)) * scale);
    }
    this.say();
  }

  loadFull(wantedPx) {
    if (!this.dataset.full || wantedPx * devicePixelRatio <= PREVIEW_PX) return;
    this.image.srcset = "";
    this.image.src = this.dataset.full;
    delete this.dataset.full;
  }

  pan(event) {
    if (this.scale === null || event.button !== 0) return;
    event.preventDefault();
    this.stage.focus();
    this.stage.setPointerCapture(event.pointerId);
    this.toggleAttribute("data-panning", true);
    const end = new AbortController();
    this.stage.addEventListener("pointermove", (move) => this.stage.scrollBy(-move.movementX, -move.movementY), { signal: end.signal });
    this.stage.addEventListener("lostpointercapture", () => {
      end.abort();
      this.removeAttribute("data-panning");
    }, { signal: end.signal });
  }

  say() {
    const text = `${Math.round(this.shown * 100)} %`;
    const place = this.querySelector("[data-zoom-scale]");
    if (place.value !== text) place.value = text;
    this.querySelector('[data-zoom="fit"]').setAttribute("aria-pressed", String(this.scale === null));
    this.querySelector('[data-zoom="full"]').setAttribute("aria-pressed", String(this.scale === 1));
  }
}

customElements.define("image-viewer", ImageViewer);

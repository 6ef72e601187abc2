/**
 * Pictures and cards that choose for a <select>, which stays the one truth of the form.
 *
 * <pick-into data-for="id">: a click on [data-value] chooses it and closes the dialog around it.
 * <picked-style data-for="id">, <picked-template data-for="id">: show what is chosen.
 * input[data-filter="id"]: hides the [data-words] in #id that lack a word.
 */
const select = (id) => document.getElementById(id);

class PickInto extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.addEventListener("click", ({ target }) => this.pick(target.closest("[data-value]")), { signal });
    this.addEventListener("keydown", (event) => this.move(event), { signal });
    document.addEventListener("change", ({ target }) => target.id === this.dataset.for && this.mark(), { signal });
    this.observer = new MutationObserver(() => this.mark());
    this.observer.observe(this, { childList: true, subtree: true, attributeFilter: ["aria-pressed"] });
    this.mark();
  }

  disconnectedCallback() {
    this.listeners.abort();
    this.observer.disconnect();
  }

  pick(item) {
    const field = select(this.dataset.for);
    if (!item || !field) return;
    field.value = item.dataset.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    this.closest("dialog")?.close();
  }

  mark() {
    const value = select(this.dataset.for)?.value ?? "";
    for (const item of this.querySelectorAll("[data-value]")) {
      const pressed = String(item.dataset.value === value);
      if (item.getAttribute("aria-pressed") !== pressed) item.setAttribute("aria-pressed", pressed);
    }
  }

  /** Arrows go through the pictures, by rows too, so that Tab need not. */
  move(event) {
    const item = event.target.closest("[data-value]");
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: "down", ArrowUp: "up" }[event.key];
    if (!item || !step) return;
    const items = [...this.querySelectorAll("[data-value]")].filter((one) => one.offsetParent);
    const next = typeof step === "number" ? items[items.indexOf(item) + step] : nearest(items, item, step);
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}

function nearest(items, from, way) {
  const box = from.getBoundingClientRect();
  const beyond = items.filter((one) => (way === "down" ? one.getBoundingClientRect().top >= box.bottom : one.getBoundingClientRect().bottom <= box.top));
  const distance = (one) => {
    const other = one.getBoundingClientRect();
    return Math.abs(other.top - box.top) * 4 + Math.abs(other.left - box.left);
  };
  return beyond.sort((a, b) => distance(a) - distance(b))[0];
}

customElements.define("pick-into", PickInto);

class Picked extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    document.addEventListener("change", ({ target }) => target.id === this.dataset.for && this.show(true), { signal });
    this.show(false);
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  get option() {
    return select(this.dataset.for)?.selectedOptions[0];
  }
}

class PickedStyle extends Picked {
  show() {
    const code = this.option?.value ?? "";
    const picture = document.querySelector(`#style-list [data-value="${CSS.escape(code)}"]`)?.firstElementChild;
    this.replaceChildren(...(picture ? [picture.cloneNode(true)] : []));
    const words = this.option?.dataset.words;
    const field = select(this.dataset.for);
    if (field) field.title = words ?? "";
  }
}

customElements.define("picked-style", PickedStyle);

const SVG = "http://www.w3.org/2000/svg";

class PickedTemplate extends Picked {
  show(chosen) {
    const { width, height, quality } = this.option?.dataset ?? {};
    this.replaceChildren(...(width ? [box(Number(width), Number(height))] : []));
    if (!chosen) return;
    if (width) check("format", "template");
    if (quality) check("quality", quality);
  }
}

function check(name, value) {
  const radio = document.querySelector(`input[name="${name}"][value="${value}"]`);
  if (!radio || radio.checked) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function box(width, height) {
  const scale = 20 / Math.max(width, height);
  const [w, h] = [Math.max(4, width * scale), Math.max(4, height * scale)];
  const svg = document.createElementNS(SVG, "svg");
  const rect = svg.appendChild(document.createElementNS(SVG, "rect"));
  svg.setAttribute("class", "aspect-box");
  svg.setAttribute("viewBox", "0 0 24 24");
  for (const [name, value] of Object.entries({ x: 12 - w / 2, y: 12 - h / 2, width: w, height: h, rx: 1.5 })) rect.setAttribute(name, value);
  return svg;
}

customElements.define("picked-template", PickedTemplate);

document.addEventListener("input", ({ target }) => {
  const list = target.dataset.filter && document.getElementById(target.dataset.filter);
  if (!list) return;
  const words = target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of list.querySelectorAll("[data-words]")) item.hidden = !words.every((word) => item.dataset.words.includes(word));
  for (const group of list.querySelectorAll("[data-filter-group]")) group.hidden = !group.querySelector("[data-words]:not([hidden])");
  const none = list.querySelector("[data-filter-none]");
  if (none) none.hidden = Boolean(list.querySelector("[data-filter-group]:not([hidden])"));
});

/**
 * <compare-picker data-url="…">: two to four ticked pictures ([data-compare]) go to the comparison,
 * opened in the page's dialog by [data-compare-open], or by the key `c` with the focus on a tile.
 * <wipe-compare>: side by side, or one over the other under an edge that pointer and keys move.
 */
const MOST = 4;

class ComparePicker extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.addEventListener("change", ({ target }) => target.matches("[data-compare]") && this.limit(target), { signal });
    this.addEventListener("keydown", (event) => this.key(event), { signal });
    this.frame.addEventListener("click", ({ target }) => target.closest("[data-compare-open]") && this.open(), { signal });
    this.paint();
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  get frame() {
    return this.closest("live-job") ?? document;
  }

  get ticked() {
    return [...this.querySelectorAll("[data-compare]:checked")];
  }

  limit(latest) {
    if (this.ticked.length > MOST) latest.checked = false;
    this.paint();
  }

  paint() {
    const button = this.frame.querySelector("[data-compare-open]");
    if (!button) return;
    const { length } = this.ticked;
    const badge = button.querySelector("[data-compare-count]");
    button.disabled = length < 2;
    badge.hidden = length === 0;
    badge.textContent = length;
  }

  key(event) {
    const box = event.target.closest(".result-tile")?.querySelector("[data-compare]");
    if (event.key !== "c" || event.ctrlKey || event.metaKey || !box || event.target.matches("input:not([type=checkbox])")) return;
    event.preventDefault();
    box.checked = !box.checked;
    this.limit(box);
  }

  open() {
    const address = new URL(this.dataset.url, location.href);
    for (const box of this.ticked) address.searchParams.append("v", box.value);
    window.htmx.ajax("GET", address.pathname + address.search, { target: "#dialog", swap: "innerHTML" });
  }
}

customElements.define("compare-picker", ComparePicker);

const STEP = 2;

class WipeCompare extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.dialog = this.closest("dialog");
    this.dialog?.classList.add("comparing");
    this.range = this.querySelector("[data-wipe]");
    this.addEventListener("click", ({ target }) => this.mode(target.closest("button[data-mode]")?.dataset.mode), { signal });
    this.range?.addEventListener("input", () => this.wipe(), { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    this.wipe();
  }

  disconnectedCallback() {
    this.listeners.abort();
    this.dialog?.classList.remove("comparing");
  }

  mode(name) {
    if (!name || !this.range) return;
    this.dataset.mode = name;
    for (const button of this.querySelectorAll("button[data-mode]")) button.setAttribute("aria-pressed", button.dataset.mode === name);
    if (name === "wipe") this.range.focus();
  }

  wipe() {
    if (this.range) this.style.setProperty("--edge", `${this.range.value}%`);
  }

  key(event) {
    if (!this.range || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "w") this.mode("wipe");
    else if (event.key === "s") this.mode("side");
    else if (this.dataset.mode === "wipe" && event.target !== this.range && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      this.range.value = Number(this.range.value) + (event.key === "ArrowLeft" ? -STEP : STEP);
      this.wipe();
    } else return;
    event.preventDefault();
  }
}

customElements.define("wipe-compare", WipeCompare);

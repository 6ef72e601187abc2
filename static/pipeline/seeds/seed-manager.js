/**
 * <seed-manager>: two to four ticked variations ([data-variation]) are compared, two are merged.
 * The ticks stay when the grid is morphed.
 */
const MOST = 4;

class SeedManager extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.addEventListener("change", ({ target }) => target.matches("[data-variation]") && this.limit(target), { signal });
    this.addEventListener("click", (event) => this.pressed(event), { signal });
    document.addEventListener("htmx:after:swap", () => this.paint(), { signal });
    this.paint();
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  get ticked() {
    return [...this.querySelectorAll("[data-variation]:checked")];
  }

  limit(latest) {
    if (this.ticked.length > MOST) latest.checked = false;
    this.paint();
  }

  paint() {
    const { length } = this.ticked;
    const compare = this.querySelector("[data-seed-compare]");
    const merge = this.querySelector("[data-seed-merge]");
    if (compare) compare.disabled = length < 2;
    if (merge) merge.disabled = length !== 2;
  }

  pressed({ target }) {
    const compare = target.closest("[data-seed-compare]");
    const merge = target.closest("[data-seed-merge]");
    const button = compare ?? merge;
    if (!button) return;
    const address = new URL(button.dataset.url, location.href);
    for (const box of this.ticked) address.searchParams.append("v", box.value);
    if (merge) location.assign(address);
    else window.htmx.ajax("GET", address.pathname + address.search, { target: "#dialog", swap: "innerHTML" });
  }
}

customElements.define("seed-manager", SeedManager);

/**
 * <compare-wipe>: two <img> one over the other, and an <input type="range"> laid over both that
 * moves the edge between them: by pointer, by touch, and with the keys that every slider has.
 */
class CompareWipe extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    this.range = this.querySelector("input[type=range]");
    this.range?.addEventListener("input", () => this.wipe(), { signal: this.listeners.signal });
    this.closest("dialog")?.classList.add("wide");
    this.wipe();
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  wipe() {
    if (this.range) this.style.setProperty("--edge", `${this.range.value}%`);
  }
}

customElements.define("compare-wipe", CompareWipe);

/** <compare-sheet>: what is compared wants a wide dialog. */
class CompareSheet extends HTMLElement {
  connectedCallback() {
    this.dialog = this.closest("dialog");
    this.dialog?.classList.add("wide");
  }

  disconnectedCallback() {
    this.dialog?.classList.remove("wide");
  }
}

customElements.define("compare-sheet", CompareSheet);

/** Pages of characters: the slate code proposed while the name is typed; panels without content. */
const MOST = 12;

/** <slate-code data-name="id" data-slate="id">: fills the slate code in until a person changes it. */
class SlateCode extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.field("slate")?.addEventListener("input", ({ target }) => (this.own = target.value !== ""), { signal });
    this.field("name")?.addEventListener("input", ({ target }) => this.propose(target.value), { signal });
    this.own = Boolean(this.field("slate")?.value);
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  field(name) {
    return this.querySelector(`#${this.dataset[name]}`);
  }

  propose(name) {
    if (this.own) return;
    const plain = name.normalize("NFKD").replace(/[^\x20-\x7e]/g, "").toUpperCase();
    this.field("slate").value = plain.replace(/[^A-Z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, MOST).replace(/_+$/, "");
  }
}

customElements.define("slate-code", SlateCode);

// A panel without content for this character.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.response?.status === 204) ctx.sourceElement.closest("[data-panel]")?.setAttribute("hidden", "");
});

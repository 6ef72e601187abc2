/**
 * <verdict-keys>: review with one hand. 1 approves, 2 goes to the reason of a rejection, 3 asks for
 * changes; the keys press the buttons inside, so what they do is what is seen.
 */
class VerdictKeys extends HTMLElement {
  connectedCallback() {
    this.listen = (event) => this.#pressed(event);
    document.addEventListener("keydown", this.listen);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.listen);
  }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("shortcuts") === "off") return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "range") return;
    if (document.querySelector("dialog:modal")) return;
    const target = this.querySelector(`[data-verdict-key="${event.key}"]`);
    if (!target) return;
    event.preventDefault();
    const note = this.querySelector("textarea");
    if (event.key === "1" || note.value.trim()) target.click();
    else note.focus();
  }
}

customElements.define("verdict-keys", VerdictKeys);

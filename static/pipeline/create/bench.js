/**
 * <create-bench>: Ctrl+Enter submits from anywhere in the form; new results come into view; what was
 * wrong with a field is forgotten when the field is changed (the estimate says what is wrong now).
 */
class CreateBench extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.addEventListener("keydown", (event) => this.key(event), { signal });
    for (const name of ["input", "change"]) this.addEventListener(name, ({ target }) => this.forgive(target), { signal });
    document.body.addEventListener("create-submitted", () => this.show(), { signal });
    const prompt = this.querySelector("#id_prompt");
    // autofocus puts the caret before a recalled prompt
    if (prompt?.value && document.activeElement === prompt) prompt.setSelectionRange(prompt.value.length, prompt.value.length);
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  key(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.form ?? event.target.closest("form");
    const button = this.querySelector("#create-button");
    if (form?.id !== "create-form" || button.disabled) return;
    event.preventDefault();
    form.requestSubmit(button);
  }

  forgive(target) {
    if (!target.hasAttribute("aria-invalid")) return;
    target.removeAttribute("aria-invalid");
    document.getElementById(`${target.id}_error`)?.remove();
  }

  show() {
    const results = this.querySelector("#results");
    const { top } = results.getBoundingClientRect();
    if (top > innerHeight * 0.6 || top < 0) results.scrollIntoView({ block: "start", behavior: "smooth" });
  }
}

customElements.define("create-bench", CreateBench);

/** <create-bench>: Ctrl+Enter submits from anywhere in the form; new results come into view. */
class CreateBench extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.addEventListener("keydown", (event) => this.key(event), { signal });
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

  show() {
    const results = this.querySelector("#results");
    const { top } = results.getBoundingClientRect();
    if (top > innerHeight * 0.6 || top < 0) results.scrollIntoView({ block: "start", behavior: "smooth" });
  }
}

customElements.define("create-bench", CreateBench);

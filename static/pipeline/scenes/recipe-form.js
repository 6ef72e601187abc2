/**
 * <recipe-form>: slots are inserted into the prompt where the cursor stands, lengths in frames say
 * how many seconds they are, and the form is drawn anew when its parent or its offer changes.
 */
const RATE = 'select[name="fps"]';

class RecipeForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", ({ target }) => this.insert(target.closest("[data-slot]")));
    this.addEventListener("change", ({ target }) => this.changed(target));
    this.addEventListener("input", ({ target }) => target.matches("[data-frames]") && this.seconds());
    this.prompt = this.querySelector('textarea[name="prompt"]');
    this.addEventListener("focusin", ({ target }) => {
      if (target.matches("textarea")) this.prompt = target;
    });
    this.seconds();
  }

  insert(button) {
    if (!button || !this.prompt) return;
    const { selectionStart, selectionEnd } = this.prompt;
    this.prompt.setRangeText(`{${button.dataset.slot}}`, selectionStart, selectionEnd, "end");
    this.prompt.focus();
    this.prompt.dispatchEvent(new Event("input", { bubbles: true }));
  }

  changed(target) {
    if (target.matches("[data-redraw], [data-redraw-box] select")) this.querySelector("[data-redraw-button]").click();
    if (target.matches(RATE)) this.seconds();
  }

  /** “360 frames” says little: beside each length stands what it lasts. */
  seconds() {
    const rate = Number(this.querySelector(RATE)?.value) || 24;
    for (const input of this.querySelectorAll("[data-frames]")) {
      const label = this.querySelector(`label[for="${CSS.escape(input.id)}"]`);
      if (!label) continue;
      let output = label.querySelector("output");
      if (!output) {
        output = document.createElement("output");
        output.htmlFor = input.id;
        label.append(output);
      }
      output.value = input.value ? `${(Number(input.value) / rate).toFixed(2)} s` : "";
    }
  }
}

customElements.define("recipe-form", RecipeForm);

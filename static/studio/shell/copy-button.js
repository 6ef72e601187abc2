/** <copy-button data-for="id"> or <copy-button data-text="…"> around a <button>: copies, says so. */
import { showToast } from "./toasts.js";

class CopyButton extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => this.copy());
  }

  async copy() {
    const source = this.dataset.for && document.getElementById(this.dataset.for);
    const text = source ? source.value ?? source.textContent : this.dataset.text ?? "";
    try {
      await navigator.clipboard.writeText(text);
      showToast({ text: "Copied", level: "success" });
    } catch (error) {
      // Browsers give no clipboard to pages over plain http: select it for the person instead.
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
      if (source) getSelection().selectAllChildren(source);
      showToast({ text: "The browser refused; press Ctrl+C to copy the selection.", level: "warning" });
    }
  }
}

customElements.define("copy-button", CopyButton);

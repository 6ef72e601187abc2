/** <guide-toasts>: buttons that show a toast of each level. */
import { showToast } from "./toasts.js";

class GuideToasts extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", ({ target }) => {
      const { level } = target.closest("[data-level]")?.dataset ?? {};
      if (level) showToast({ title: "4 images are ready", text: "Lighthouse at dusk, 1080 × 1920", level });
    });
  }
}

customElements.define("guide-toasts", GuideToasts);

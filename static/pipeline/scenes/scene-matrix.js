/** <scene-matrix>: says how many scenes are chosen, what they cost and how long they take. */
const MICROCREDITS = 1_000_000;

class SceneMatrix extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", () => this.total());
  }

  total() {
    const chosen = [...this.querySelectorAll('input[name="cell"]:checked')];
    const price = chosen.reduce((sum, box) => sum + Number(box.dataset.price), 0) / MICROCREDITS;
    this.querySelector("[data-matrix-count]").textContent = chosen.length;
    this.querySelector("[data-matrix-price]").textContent = price.toLocaleString("en", { minimumFractionDigits: 2 });
    const time = this.querySelector("[data-matrix-time]");
    const ms = chosen.reduce((sum, box) => sum + Number(box.dataset.ms), 0);
    if (time) time.textContent = ms < 90_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
    this.querySelector("button.primary").disabled = !chosen.length;
  }
}

customElements.define("scene-matrix", SceneMatrix);

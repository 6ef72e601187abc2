/** Small controls of the Create form: <number-stepper> and <seed-field>. */
const LARGEST_SEED = Number.MAX_SAFE_INTEGER;

function set(input, value) {
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** <number-stepper>: buttons [data-step] change the number input inside, within its limits. */
class NumberStepper extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.input = this.querySelector("input");
    this.addEventListener("click", ({ target }) => this.step(Number(target.closest("[data-step]")?.dataset.step ?? 0)), { signal });
    this.addEventListener("input", () => this.limit(), { signal });
    this.limit();
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  step(by) {
    if (!by) return;
    const { min, max } = this.input;
    set(this.input, Math.min(Number(max), Math.max(Number(min), (Number(this.input.value) || 0) + by)));
  }

  limit() {
    for (const button of this.querySelectorAll("[data-step]")) {
      const edge = Number(button.dataset.step) < 0 ? this.input.min : this.input.max;
      button.disabled = this.input.value === edge;
    }
  }
}

customElements.define("number-stepper", NumberStepper);

/**
 * <seed-field>: the dice draw a random seed; the lock keeps one: the number that stands there, else
 * that of the shown results, so that the next making differs only by what is changed.
 */
class SeedField extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.input = this.querySelector("input");
    this.lock = this.querySelector("[data-seed-lock]");
    this.querySelector("[data-seed-dice]").addEventListener("click", () => this.fill(draw()), { signal });
    this.lock.addEventListener("click", () => this.toggle(), { signal });
    this.addEventListener("input", () => this.paint(), { signal });
    this.paint();
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  toggle() {
    const shown = document.querySelector("#results live-job")?.dataset.seed;
    this.fill(this.input.value ? "" : shown ?? draw());
  }

  fill(value) {
    set(this.input, value);
    this.paint();
  }

  paint() {
    const locked = this.input.value !== "";
    this.lock.setAttribute("aria-pressed", locked);
    this.lock.setAttribute("aria-label", locked ? "Let another random seed be drawn each time" : "Keep this random seed");
  }
}

function draw() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return String(Math.min(LARGEST_SEED, (high & 0x1f_ffff) * 2 ** 32 + low));
}

customElements.define("seed-field", SeedField);

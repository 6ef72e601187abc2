/**
 * <live-progress data-job="code" [data-title]>: shows `job-progress` messages of one job.
 *
 * Inside, all optional: <progress>, [data-percent], [data-stage], [data-left], and an image
 * [data-preview], which shows `job-preview` messages: small pictures of what is in the making.
 * With `data-title` the page title shows the percentage too.
 */
const PLAIN_TITLE = document.title;
/** Below these a guess of the time left says nothing. */
const LEAST_GAIN = 50;
const LEAST_MS = 1_500;

class LiveProgress extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    document.body.addEventListener("job-progress", (event) => this.update(event.detail), { signal });
    document.body.addEventListener("job-preview", (event) => this.preview(event.detail), { signal });
    document.body.addEventListener("job-changed", (event) => this.changed(event.detail), { signal });
  }

  disconnectedCallback() {
    this.listeners.abort();
    this.restoreTitle();
  }

  /** `permille` is 0 to 1000; `stage` a short phrase; `left_ms` an estimate, else it is guessed. */
  update({ code, permille, stage, left_ms: given }) {
    if (code !== this.dataset.job) return;
    const leftMs = given === undefined ? this.guess(permille) : given;
    if (typeof permille === "number") {
      const percent = `${Math.floor(permille / 10)} %`;
      const bar = this.querySelector("progress");
      if (bar) bar.value = (permille / 1000) * bar.max;
      this.write("[data-percent]", percent);
      if (this.hasAttribute("data-title")) document.title = `${percent} · ${PLAIN_TITLE}`;
    }
    if (stage !== undefined) this.write("[data-stage]", stage);
    if (leftMs !== undefined) this.write("[data-left]", leftMs === null ? "" : `${span(leftMs)} left`);
  }

  /** Milliseconds left if it goes on as it did since it was first heard of; undefined: too early. */
  guess(permille) {
    if (typeof permille !== "number") return undefined;
    this.first ??= { permille, at: Date.now() };
    const gain = permille - this.first.permille;
    const passed = Date.now() - this.first.at;
    return gain < LEAST_GAIN || passed < LEAST_MS ? undefined : (passed * (1000 - permille)) / gain;
  }

  preview({ code, image }) {
    const picture = this.querySelector("[data-preview]");
    if (code !== this.dataset.job || !picture || !image?.startsWith("data:image/jpeg;base64,")) return;
    picture.src = image;
    picture.hidden = false;
  }

  changed({ code, state }) {
    if (code === this.dataset.job && state !== "running") this.restoreTitle();
  }

  restoreTitle() {
    if (this.hasAttribute("data-title")) document.title = PLAIN_TITLE;
  }

  write(selector, text) {
    const place = this.querySelector(selector);
    if (place && place.textContent !== text) place.textContent = text;
  }
}

function span(ms) {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

customElements.define("live-progress", LiveProgress);

/**
 * <live-progress data-job="code" [data-title]>: shows `job-progress` messages of one job.
 *
 * Inside, all optional: <progress>, [data-percent], [data-stage], [data-left].
 * With `data-title` the page title shows the percentage too.
 */
const PLAIN_TITLE = document.title;

class LiveProgress extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    document.body.addEventListener("job-progress", (event) => this.update(event.detail), { signal });
    document.body.addEventListener("job-changed", (event) => this.ended(event.detail), { signal });
    this.title_ = this.hasAttribute("data-title");
  }

  disconnectedCallback() {
    this.listeners.abort();
    if (this.title_) document.title = PLAIN_TITLE;
  }

  /** `permille` is 0 to 1000; `stage` is a short phrase; `left_ms` an estimate. */
  update({ code, permille, stage, left_ms: leftMs }) {
    if (code !== this.dataset.job) return;
    if (typeof permille === "number") {
      const fraction = permille / 1000;
      const percent = `${Math.floor(fraction * 100)} %`;
      const bar = this.querySelector("progress");
      if (bar) bar.value = fraction * bar.max;
      this.write("[data-percent]", percent);
      if (this.title_) document.title = `${percent} · ${PLAIN_TITLE}`;
    }
    if (stage !== undefined) this.write("[data-stage]", stage);
    if (leftMs !== undefined) this.write("[data-left]", leftMs === null ? "" : `${span(leftMs)} left`);
  }

  ended({ code, is_final: isFinal }) {
    if (code === this.dataset.job && isFinal && this.title_) document.title = PLAIN_TITLE;
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

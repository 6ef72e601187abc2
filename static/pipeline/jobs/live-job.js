/**
 * Live fragments of jobs.
 *
 * <live-job data-job="code">: fires `refresh` on itself, for hx-trigger, when a message is about its
 * job or about an asset that it shows ([data-asset]). With [data-queued] progress counts, too: the
 * job was taken before its fragment was here to hear of it. <elapsed-time datetime="…">: counts on.
 */
const SETTLE_MS = 120;

class LiveJob extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    const about = ({ detail }) => detail?.code === this.dataset.job && this.refresh();
    for (const name of ["job-changed", "job-output"]) document.body.addEventListener(name, about, { signal });
    document.body.addEventListener("job-progress", (event) => "queued" in this.dataset && about(event), { signal });
    document.body.addEventListener("asset-rendered", ({ detail }) => this.querySelector(`[data-asset="${CSS.escape(detail.code)}"]`) && this.refresh(), { signal });
  }

  disconnectedCallback() {
    this.listeners.abort();
    clearTimeout(this.timer);
  }

  /** Several messages come at once when a job ends; one look is enough, but none may be lost. */
  refresh() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.dispatchEvent(new CustomEvent("refresh")), SETTLE_MS);
  }
}

customElements.define("live-job", LiveJob);

const running = new Set();

class ElapsedTime extends HTMLElement {
  connectedCallback() {
    running.add(this);
    this.render();
  }

  disconnectedCallback() {
    running.delete(this);
  }

  render() {
    const seconds = Math.max(0, Math.floor((Date.now() - new Date(this.getAttribute("datetime"))) / 1000));
    const minutes = Math.floor(seconds / 60);
    const text = minutes ? `${minutes} min ${String(seconds % 60).padStart(2, "0")} s` : `${seconds} s`;
    if (this.textContent !== text) this.textContent = text;
  }
}

customElements.define("elapsed-time", ElapsedTime);
setInterval(() => document.hidden || running.forEach((element) => element.render()), 1_000);

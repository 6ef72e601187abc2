/** <relative-time datetime="2026-11-21T09:00:00+00:00">: “3 min ago”, exact on hover. One clock for all. */
const STEPS = [[60, "second", 1], [3600, "minute", 60], [86_400, "hour", 3600], [7 * 86_400, "day", 86_400]];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const exact = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "long" });
const shown = new Set();

class RelativeTime extends HTMLElement {
  static observedAttributes = ["datetime"];

  connectedCallback() {
    shown.add(this);
    this.render();
  }

  disconnectedCallback() {
    shown.delete(this);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.render();
  }

  render() {
    const moment = new Date(this.getAttribute("datetime"));
    if (Number.isNaN(moment.valueOf())) return;
    const text = wording(moment);
    if (this.textContent !== text) this.textContent = text;
    this.title = exact.format(moment);
  }
}

function wording(moment) {
  const seconds = (moment - Date.now()) / 1000;
  const step = STEPS.find(([limit]) => Math.abs(seconds) < limit);
  if (!step) return day.format(moment);
  if (step[1] === "second" && Math.abs(seconds) < 10) return "just now";
  return relative.format(Math.trunc(seconds / step[2]), step[1]);
}

customElements.define("relative-time", RelativeTime);
setInterval(() => document.hidden || shown.forEach((element) => element.render()), 15_000);

/** <relative-time datetime="2026-11-21T09:00:00+00:00">: “3 min ago”, exact on hover. One clock for all. */
const STEPS = [[60, "s", 1], [3600, "min", 60], [86_400, "h", 3600], [7 * 86_400, "d", 86_400]];
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
    // Not at once: a morph that changes the moment goes on to put the server's words in.
    queueMicrotask(() => this.isConnected && this.render());
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
  const distance = Math.abs(seconds);
  if (distance < 10) return "just now";
  const [, unit, length] = STEPS.find(([limit]) => distance < limit) ?? [];
  if (!unit) return day.format(moment);
  const span = `${Math.floor(distance / length)} ${unit}`;
  return seconds < 0 ? `${span} ago` : `in ${span}`;
}

customElements.define("relative-time", RelativeTime);
setInterval(() => document.hidden || shown.forEach((element) => element.render()), 15_000);

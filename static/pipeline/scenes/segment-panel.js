/**
 * <segment-panel data-segment data-release="address">: the edit panel of a segment.
 *
 * While it is open, htmx renews the lock; when somebody else holds it, the fields are switched off.
 * The lock is given back when the panel or the page goes.
 */
const HELD = "[data-held]";

class SegmentPanel extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.addEventListener("htmx:after:swap", () => this.look(), { signal });
    document.addEventListener("htmx:after:swap", () => this.look(), { signal });
    window.addEventListener("pagehide", () => this.release(), { signal });
    this.addEventListener("keydown", (event) => this.step(event), { signal });
    this.look();
  }

  disconnectedCallback() {
    this.listeners.abort();
    this.release();
  }

  look() {
    const isHeld = Boolean(this.querySelector(`#segment-lock ${HELD}`));
    this.isMine ||= Boolean(this.querySelector("#segment-lock [data-mine]"));
    for (const part of this.querySelectorAll("[data-locked-by-others]")) part.disabled = isHeld;
  }

  /** With Shift the arrow keys step by ten frames. */
  step(event) {
    if (!event.shiftKey || !event.target.matches("input[type=number]")) return;
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    if (event.key === "ArrowUp") event.target.stepUp(10);
    else event.target.stepDown(10);
  }

  release() {
    if (!this.isMine || !this.dataset.release) return;
    this.isMine = false;
    const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
    fetch(this.dataset.release, { method: "POST", keepalive: true, headers: { "X-CSRFToken": token } }).catch(() => {});
  }
}

customElements.define("segment-panel", SegmentPanel);

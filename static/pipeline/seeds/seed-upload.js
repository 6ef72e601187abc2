/**
 * <seed-upload data-url="…"> around an <asset-upload>: what has arrived in the library is posted to
 * the address as `version`, where it becomes a variation. What the studio has to say against it is
 * shown in place.
 */
import { csrfToken } from "../../studio/shell/csrf.js";

class SeedUpload extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    this.addEventListener("asset-uploaded", (event) => this.take(event.detail), { signal: this.listeners.signal });
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  async take({ version }) {
    const answer = await fetch(this.dataset.url, {
      method: "POST",
      headers: { "HX-Request": "true", "X-CSRFToken": csrfToken(), "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ version }),
    });
    if (!answer.ok) return this.refused(await answer.text());
    const next = answer.headers.get("HX-Redirect");
    if (next) return location.assign(next);
    const events = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}");
    for (const [name, detail] of Object.entries(events)) {
      document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
    }
  }

  /** The studio's own words, which it sends as a fragment. */
  refused(text) {
    const said = new DOMParser().parseFromString(text, "text/html").body.textContent.replace(/\s+/g, " ").trim();
    const note = Object.assign(document.createElement("p"), { className: "notice danger", textContent: said || "The studio did not take the picture." });
    note.setAttribute("role", "alert");
    this.querySelector(":scope > .notice")?.remove();
    this.append(note);
  }
}

customElements.define("seed-upload", SeedUpload);

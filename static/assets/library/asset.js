/**
 * <asset-page data-asset="code">: reads its parts again when something happens to the asset, and
 * goes through the list that it was opened from with the left and right arrow keys.
 */
import "./upload.js";
import "./viewer.js";

const CHANGES = ["asset-renamed", "asset-trashed", "asset-restored", "version-added", "asset-retention-changed"];

class AssetPage extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    for (const kind of CHANGES) document.body.addEventListener(kind, (event) => this.changed(event.detail), { signal });
    document.body.addEventListener("asset-rendered", ({ detail }) => {
      // Only what waits for its preview: a zoomed picture stays as it is.
      if (detail.code === this.dataset.asset && !this.querySelector("image-viewer")) htmx.trigger("#asset-preview", "asset-rendered", {}, false);
    }, { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  changed({ code }) {
    if (code !== this.dataset.asset) return;
    htmx.trigger("#asset-info", "asset-changed", {}, true);
    const title = document.querySelector("#asset-title h1");
    if (title) htmx.ajax("GET", `/library/${code}/title/`, { target: "#asset-title" });
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest("input, select, textarea, video, audio, [role=toolbar], details[open]") || document.querySelector("dialog:modal")) return;
    if (event.key === "s" && localStorage.getItem("shortcuts") !== "off") document.querySelector(".favourite")?.click();
    else document.querySelector(`[data-asset-go="${event.key}"]`)?.click();
  }
}

customElements.define("asset-page", AssetPage);

// A panel without content for this asset.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.response.status === 204) ctx.sourceElement.closest("[data-panel]")?.setAttribute("hidden", "");
});

// A picture pasted anywhere must not become a version unasked.
document.addEventListener("paste", (event) => event.target === document.body && event.stopImmediatePropagation(), true);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.target.closest?.(".asset-title-form")?.querySelector("[data-escape]").click();
});

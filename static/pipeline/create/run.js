/**
 * The page that runs any operation.
 *
 * <run-bench>: Ctrl+Enter submits; what the chosen model makes no use of says so beside its field.
 * <asset-slot data-parameter="role">: takes files that are chosen in the dialog, uploaded, or dropped
 * from the library, and fires `slot-changed` on itself so that it is fetched anew.
 */
import "../../assets/library/upload.js";
import "../jobs/live-job.js";

const CODE = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

class RunBench extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.addEventListener("keydown", (event) => this.key(event), { signal });
    this.addEventListener("change", () => this.mark(), { signal });
    document.addEventListener("htmx:after:swap", () => this.mark(), { signal });
    document.addEventListener("click", (event) => this.choose(event), { signal });
    document.body.addEventListener("run-submitted", () => this.show(), { signal });
    this.mark();
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  key(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const button = this.querySelector("#run-button");
    if (!event.target.closest("#run-form") || button.disabled) return;
    event.preventDefault();
    button.form.requestSubmit(button);
  }

  /** Say beside each field whether the chosen model uses it. */
  mark() {
    const unused = new Set(this.querySelector("input[name=offer]:checked")?.dataset.unusedNames?.split(" "));
    for (const field of this.querySelectorAll("[data-parameter]")) {
      const note = field.querySelector("[data-unused]");
      if (note) note.hidden = !unused.has(field.dataset.parameter);
    }
  }

  choose(event) {
    const link = event.target.closest?.("[data-slot-choose]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.closest("dialog")?.close();
    this.querySelector(`#slot-${CSS.escape(link.dataset.slotChoose)}`)?.take(link.dataset.version);
  }

  show() {
    const results = this.querySelector("#run-results");
    const { top } = results.getBoundingClientRect();
    if (top > innerHeight * 0.6 || top < 0) results.scrollIntoView({ block: "start", behavior: "smooth" });
  }
}

customElements.define("run-bench", RunBench);

class AssetSlot extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.addEventListener("click", (event) => this.remove_(event), { signal });
    this.addEventListener("asset-uploaded", ({ detail }) => this.take(detail.version), { signal });
    this.addEventListener("dragover", (event) => this.isAsset(event) && event.preventDefault(), { signal });
    this.addEventListener("drop", (event) => this.drop(event), { signal });
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  /** Add a file by the code of its version or asset. */
  take(code) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "add", value: code });
    this.append(input);
    this.changed();
  }

  remove_(event) {
    const item = event.target.closest("[data-slot-remove]")?.closest("li");
    if (!item) return;
    item.remove();
    this.changed();
    this.querySelector("button")?.focus();
  }

  isAsset(event) {
    return event.dataTransfer?.types.includes("text/uri-list") && !event.dataTransfer.types.includes("Files");
  }

  drop(event) {
    if (!this.isAsset(event)) return;
    event.preventDefault();
    const address = event.dataTransfer.getData("text/uri-list").split("\n")[0];
    const code = /\/(library|files)\//.test(address) && CODE.exec(address)?.[0];
    if (code) this.take(code);
  }

  changed() {
    this.dispatchEvent(new CustomEvent("slot-changed"));
  }
}

customElements.define("asset-slot", AssetSlot);

/**
 * The structured prompt editor.
 *
 * <structured-editor>: form and JSON in step, rows, presets, proposals. What is right the server
 * says: `document-changed` on the form has it checked, and its messages are put at their fields.
 */
import "../jobs/live-job.js";
import "./run.js";
import "./compare.js";
import "./structured-rig.js";
import { addRow, changeRow, fillForm, readForm } from "./structured-document.js";

const DRAFT = "structured-draft";

class StructuredEditor extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.form = this.querySelector("#structured-form");
    this.raw = this.querySelector("#structured-raw");
    for (const part of this.querySelectorAll("[data-needs-script]")) part.hidden = false;
    this.form.elements.edited.value = "raw";
    this.addEventListener("input", (event) => this.typed(event.target), { signal });
    this.addEventListener("change", (event) => this.chosen(event.target), { signal });
    this.addEventListener("click", (event) => this.clicked(event.target), { signal });
    this.form.addEventListener("submit", (event) => this.submitted(event), { signal });
    document.addEventListener("click", (event) => this.picked(event), { signal });
    document.addEventListener("htmx:after:swap", () => this.place(), { signal });
    this.current = this.parsed() ?? {};
    fillForm(this.form, this.current);
    if ("fresh" in this.dataset) this.restore();
    // once the check is wired too: the prices of both buttons
    setTimeout(() => this.changed(), 0);
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  /** The JSON as a document; null where it is none. */
  parsed() {
    try {
      const found = JSON.parse(this.raw.value);
      return typeof found === "object" && found !== null && !Array.isArray(found) ? found : null;
    } catch {
      return null;
    }
  }

  /** Whether a fresh page still has the document that it came with. */
  isUntouched() {
    return "fresh" in this.dataset && this.raw.value === this.raw.defaultValue;
  }

  typed(field) {
    if (field === this.raw) {
      const found = this.parsed();
      if (found) fillForm(this.form, (this.current = found));
    } else if (field.dataset.path) this.write();
    this.changed();
  }

  chosen(field) {
    if (field.matches("[data-preset]")) this.preset(field);
    else if (field.matches("[data-switch]")) this.write();
    if (field.name !== "view") this.changed();
  }

  /** The JSON from the form. */
  write() {
    this.current = readForm(this.form, this.current);
    this.raw.value = JSON.stringify(this.current, null, 2);
  }

  /** Take over a whole document. */
  load(text) {
    this.raw.value = text;
    const found = this.parsed();
    if (found) fillForm(this.form, (this.current = found));
    this.changed();
  }

  changed() {
    try {
      sessionStorage.setItem(DRAFT, this.raw.value);
    } catch {
      // no room, or not allowed: there is no draft then
    }
    this.form.dispatchEvent(new CustomEvent("document-changed", { bubbles: true }));
  }

  restore() {
    const draft = sessionStorage.getItem(DRAFT);
    if (draft) this.load(draft);
  }

  preset(select) {
    const set = select.selectedOptions[0].dataset.set;
    if (!set) return;
    for (const line of set.trim().split("\n")) {
      const at = line.indexOf("=");
      this.put(line.slice(0, at), line.slice(at + 1));
    }
    this.write();
  }

  /** Write words into a field, and switch its group on. */
  put(path, words) {
    const field = this.form.querySelector(`[data-path="${path}"]`);
    const toggle = this.form.querySelector(`[data-switch="${path.split(".")[0]}"]`);
    if (toggle) toggle.checked = true;
    if (field) field.value = words;
  }

  clicked(target) {
    const offer = target.closest("live-job");
    if (target.closest("[data-accept]")) {
      this.load(offer.querySelector("[data-proposed]").value);
      offer.remove();
      this.querySelector("#view-form").focus();
    } else if (target.closest("[data-reject]")) {
      offer.remove();
      this.querySelector("#view-form").focus();
    } else if (target.closest("[data-use-light]")) {
      for (const item of this.querySelectorAll("[data-light]")) this.put(item.dataset.light, item.textContent);
      this.write();
      this.changed();
    }
  }

  /** Rows are added, moved and taken away here; the other buttons ask the server themselves. */
  submitted(event) {
    event.preventDefault();
    const { name, value } = event.submitter ?? {};
    if (name !== "change" || !value) return;
    const row = event.submitter.closest("[data-row]");
    const focus = row ? changeRow(row, event.submitter.dataset.act) : addRow(event.submitter.closest("[data-list]")).querySelector("[data-path]");
    this.write();
    this.changed();
    focus?.focus();
  }

  /** A file was chosen in the dialog. */
  picked(event) {
    const link = event.target.closest?.("[data-slot-choose]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.closest("dialog")?.close();
    this.querySelector(`#slot-${CSS.escape(link.dataset.slotChoose)}`)?.take(link.dataset.version);
  }

  /** Put what the check says at the fields. */
  place() {
    const said = new Map();
    // a document that nobody has begun is not wrong yet
    if (!this.isUntouched()) for (const item of this.querySelectorAll("#structured-check [data-problem]:not([data-note])")) said.set(item.dataset.problem, item.querySelector("[data-message]").textContent);
    for (const field of this.form.querySelectorAll("[data-path]")) {
      const message = said.get(field.dataset.path) ?? "";
      const box = field.closest("[data-field]").querySelector("[data-error]");
      box.id = `${field.id}-error`;
      if (box.textContent !== message) box.textContent = message;
      box.hidden = !message;
      if (message) {
        field.setAttribute("aria-invalid", "true");
        field.setAttribute("aria-describedby", box.id);
      } else {
        field.removeAttribute("aria-invalid");
        field.removeAttribute("aria-describedby");
      }
    }
    this.raw.setAttribute("aria-invalid", String(Boolean(this.querySelector("#structured-check [data-unreadable]"))));
  }
}

customElements.define("structured-editor", StructuredEditor);

document.addEventListener("click", ({ target }) => target.closest?.("[data-start-afresh]") && sessionStorage.removeItem(DRAFT));

/**
 * Passing messages. Sources: the response header `HX-Trigger: {"toast": {text, title?, level?}}`,
 * live messages of the kind `notification.created`, failed requests, and `showToast()`.
 */
const TONES = { success: "circle-check", warning: "triangle-alert", danger: "circle-alert", info: "info" };
const STAY_MS = { success: 5_000, info: 7_000, warning: 10_000 };
const MOST = 5;

/** Show a message; `level` is success, info, warning or error. Errors stay until dismissed. */
export function showToast({ text = "", title = "", level = "info" }) {
  const region = document.getElementById("toasts");
  const template = document.getElementById("toast-template");
  if (!region || !template) return;
  const tone = level === "error" ? "danger" : TONES[level] ? level : "info";
  const toast = template.content.cloneNode(true).firstElementChild;
  const use = toast.querySelector("use[data-sprite]");
  toast.classList.add(tone);
  use.setAttribute("href", `${use.dataset.sprite}#${TONES[tone]}`);
  if (tone === "danger") toast.setAttribute("role", "alert");
  fill(toast.querySelector("[data-toast-title]"), title);
  fill(toast.querySelector("[data-toast-text]"), text);
  toast.dataset.stayMs = STAY_MS[tone] ?? 0;
  region.append(toast);
  while (region.children.length > MOST) region.firstElementChild.remove();
}

function fill(element, text) {
  if (text) element.textContent = text;
  else element.remove();
}

class ToastMessage extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-toast-dismiss]")?.addEventListener("click", () => this.remove());
    const stayMs = Number(this.dataset.stayMs ?? 7_000);
    if (!stayMs) return;
    // Time stands still while someone reads it with the pointer or the focus on it.
    const start = () => (this.timer = setTimeout(() => this.remove(), stayMs));
    const pause = () => clearTimeout(this.timer);
    for (const name of ["pointerenter", "focusin"]) this.addEventListener(name, pause);
    for (const name of ["pointerleave", "focusout"]) this.addEventListener(name, start);
    start();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }
}

customElements.define("toast-message", ToastMessage);

document.addEventListener("toast", (event) => showToast(event.detail));
document.addEventListener("notification-created", ({ detail: { title, label, about = "" } }) => {
  const level = about.endsWith(".failed") ? "error" : about.endsWith(".succeeded") ? "success" : "info";
  showToast({ title, text: label, level });
});
document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.error?.name !== "TypeError" || !detail.ctx) return;
  // Fragments that refresh themselves come back with the connection; only what a person did is told.
  if (detail.ctx.sourceEvent?.isTrusted)
    showToast({ title: "The studio can't be reached", text: "Nothing was changed. Try again in a moment.", level: "error" });
});

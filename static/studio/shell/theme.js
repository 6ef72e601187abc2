/**
 * <theme-switch data-save="/me/appearance/">: theme and scheme. At once in this page and in the
 * cookie that the server renders from; then with the person, for the next sign-in anywhere.
 */
import { csrfToken } from "./csrf.js";
import { showToast } from "./toasts.js";

const SETTLE_MS = 400;
const YEAR_S = 365 * 24 * 3600;
const root = document.documentElement;

function remember() {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `appearance=${root.dataset.theme}.${root.dataset.scheme}; path=/; max-age=${YEAR_S}; samesite=lax${secure}`;
}

let timer;

async function save() {
  const url = document.querySelector("theme-switch[data-save]")?.dataset.save;
  if (!url) return;
  const { theme, scheme } = root.dataset;
  const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true" };
  const answer = await fetch(url, { method: "POST", headers, body: new URLSearchParams({ theme, scheme }) }).catch(() => null);
  if (!answer?.ok) showToast({ text: "The theme is kept in this browser only.", level: "warning" });
}

export function setAppearance({ theme = root.dataset.theme, scheme = root.dataset.scheme }) {
  Object.assign(root.dataset, { theme, scheme });
  document.querySelector('meta[name="color-scheme"]')?.setAttribute("content", scheme === "auto" ? "dark light" : scheme);
  remember();
  clearTimeout(timer);
  timer = setTimeout(save, SETTLE_MS);
  for (const input of document.querySelectorAll("theme-switch input")) {
    input.checked = input.value === root.dataset[input.name];
  }
}

export function switchScheme() {
  const dark = root.dataset.scheme === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : root.dataset.scheme === "dark";
  setAppearance({ scheme: dark ? "light" : "dark" });
}

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => setAppearance({ [event.target.name]: event.target.value }));
  }
}

customElements.define("theme-switch", ThemeSwitch);

/** <theme-switch>: theme and scheme of this browser, kept in the cookie that the server renders from. */
const YEAR_S = 365 * 24 * 3600;
const root = document.documentElement;

function remember() {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `appearance=${root.dataset.theme}.${root.dataset.scheme}; path=/; max-age=${YEAR_S}; samesite=lax${secure}`;
}

export function setAppearance({ theme = root.dataset.theme, scheme = root.dataset.scheme }) {
  Object.assign(root.dataset, { theme, scheme });
  document.querySelector('meta[name="color-scheme"]')?.setAttribute("content", scheme === "auto" ? "dark light" : scheme);
  remember();
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

/** <details data-menu>: closes on Escape, on a click elsewhere and on choosing; arrows move in it. */
const openMenus = () => document.querySelectorAll("details[data-menu][open]");
const ITEMS = "a[href], button:not(:disabled), input:not(:disabled)";

document.addEventListener("click", ({ target }) => {
  for (const menu of openMenus()) {
    if (!menu.contains(target) || target.closest(".menu-item:not([data-menu-keep])")) menu.open = false;
  }
});

document.addEventListener("focusin", ({ target }) => {
  for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
  } else if (["ArrowDown", "ArrowUp"].includes(event.key) && event.target.type !== "radio") {
    const items = [...menu.querySelectorAll(`.menu-list :is(${ITEMS})`)].filter((item) => item.offsetParent);
    const step = event.key === "ArrowDown" ? 1 : -1;
    items.at((items.indexOf(event.target) + step) % items.length)?.focus();
    event.preventDefault();
  }
});

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-menu-filter]")) return;
  const wanted = target.value.trim().toLowerCase();
  for (const item of target.closest(".menu-list").querySelectorAll("a.menu-item")) {
    item.hidden = !item.textContent.toLowerCase().includes(wanted);
  }
});

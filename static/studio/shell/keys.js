/**
 * Keyboard shortcuts. The map is data: the list in the help dialog (#keys-dialog), rendered from
 * studio/shell/navigation.py, is what is listened to, so help and behaviour can't differ.
 * [data-keys-switch] in the dialog turns them off for people whose speech or switch input types letters.
 */
import { switchScheme } from "./theme.js";

const SEQUENCE_MS = 1_200;
const commands = {
  "focus-search": () => document.querySelector('[data-key-target="search"]')?.focus(),
  "show-keys": () => document.getElementById("keys-dialog")?.showModal(),
  "switch-scheme": switchScheme,
  "focus-mode": toggleFocusMode,
};

let typed = "";
let timer;

export function toggleFocusMode() {
  const root = document.documentElement;
  if (root.toggleAttribute("data-focus")) sessionStorage.setItem("focus-mode", "on");
  else sessionStorage.removeItem("focus-mode");
}

function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function entries() {
  return [...document.querySelectorAll("#keys-dialog [data-keys]")];
}

function run(entry) {
  const { keyAction, keyUrl } = entry.dataset;
  if (keyAction === "go") location.assign(keyUrl);
  else commands[keyAction]?.();
}

const isOff = () => localStorage.getItem("shortcuts") === "off";

document.addEventListener("keydown", (event) => {
  if (isOff() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  if (isTyping(event.target) || document.querySelector("dialog:modal")) return;
  clearTimeout(timer);
  const sequence = typed ? `${typed} ${event.key}` : event.key;
  const known = entries();
  const entry = known.find((item) => item.dataset.keys === sequence) ?? known.find((item) => item.dataset.keys === event.key);
  typed = "";
  if (entry) {
    event.preventDefault();
    run(entry);
  } else if (known.some((item) => item.dataset.keys.startsWith(`${event.key} `))) {
    typed = event.key;
    timer = setTimeout(() => (typed = ""), SEQUENCE_MS);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (document.documentElement.hasAttribute("data-focus")) toggleFocusMode();
  else if (event.target.matches?.('[data-key-target="search"]')) event.target.blur();
});

const keysSwitch = document.querySelector("[data-keys-switch]");
if (keysSwitch) {
  keysSwitch.checked = !isOff();
  keysSwitch.addEventListener("change", () => {
    if (keysSwitch.checked) localStorage.removeItem("shortcuts");
    else localStorage.setItem("shortcuts", "off");
  });
}

if (sessionStorage.getItem("focus-mode")) document.documentElement.setAttribute("data-focus", "");

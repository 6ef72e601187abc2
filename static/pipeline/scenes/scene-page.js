/**
 * <scene-page data-scene="code">: the page of a scene.
 *
 * Messages about the scene, its takes, boundaries, cuts, jobs and locks become one event
 * `scene-stale` on <body>, after which the live fragments look again; the panel between them stays.
 * Keys move through the timeline (see #scene-keys). What is chosen for redoing, and which segment
 * is open, is remembered here and put back after each look.
 */
import "./segment-panel.js";

const SETTLE_MS = 200;
const ABOUT_SCENE = ["scene-changed", "take-changed", "boundary-changed", "cut-changed"];
const NO_KEYS = "input:not([type=checkbox]), select, textarea, [contenteditable], video, audio, details[data-menu][open]";

class ScenePage extends HTMLElement {
  connectedCallback() {
    this.chosen = new Set();
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    for (const name of ABOUT_SCENE) document.body.addEventListener(name, ({ detail }) => this.heard(detail), { signal });
    document.body.addEventListener("job-changed", ({ detail }) => this.shows(detail.code) && this.stale(), { signal });
    document.body.addEventListener("lock-changed", ({ detail }) => this.column(detail.code) && this.stale(), { signal });
    document.body.addEventListener("asset-rendered", () => this.stale(), { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    document.addEventListener("htmx:after:swap", ({ detail }) => this.swapped(detail.ctx?.target), { signal });
    document.body.addEventListener("panel-done", () => this.done(), { signal });
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("change", ({ target }) => target.name === "segment" && this.choose(target));
    this.help();
    this.restore();
  }

  disconnectedCallback() {
    this.listeners.abort();
    clearTimeout(this.timer);
  }

  heard(detail) {
    if (detail?.code !== this.dataset.scene && detail?.scene !== this.dataset.scene) return;
    document.getElementById("scene-problem").replaceChildren();
    this.stale();
  }

  shows(job) {
    return this.querySelector(`live-progress[data-job="${CSS.escape(job)}"]`);
  }

  /** Several messages come at once when a job ends; one look is enough, but none may be lost. */
  stale() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => document.body.dispatchEvent(new CustomEvent("scene-stale")), SETTLE_MS);
  }

  swapped(target) {
    if (!target) return;
    if (target.id === "scene-problem" && target.childElementCount) this.stale();
    if (target.id === "scene-panel" && target.childElementCount) {
      target.scrollIntoView({ block: "nearest" });
      target.querySelector("h2")?.setAttribute("tabindex", "-1");
      target.querySelector("h2")?.focus({ preventScroll: true });
    }
    this.restore();
  }

  restore() {
    for (const box of this.boxes) box.checked = this.chosen.has(box.value);
    const open = this.querySelector("segment-panel")?.dataset.segment;
    for (const item of this.columns) item.toggleAttribute("data-open", item.dataset.segment === open);
    this.bar();
  }

  get columns() {
    return [...this.querySelectorAll(".timeline-segment")];
  }

  get boxes() {
    return [...this.querySelectorAll('.segment-check input[name="segment"]')];
  }

  column(code) {
    return this.columns.find((item) => item.dataset.segment === code);
  }

  /** The segment with the focus, else the one that is open, else the first. */
  get active() {
    const around = document.activeElement?.closest(".timeline-segment");
    return around ?? this.querySelector(".timeline-segment[data-open]") ?? this.columns[0];
  }

  click(event) {
    if (event.target.closest("[data-choose-none]")) this.chooseNone();
    if (event.target.closest("[data-panel-close]")) this.close();
    if (event.target.closest(".segment-check")) this.withShift = event.shiftKey;
  }

  choose(box) {
    const { boxes } = this;
    const range = this.withShift && this.last ? this.between(boxes, box) : [box];
    for (const item of range) {
      item.checked = box.checked;
      if (box.checked) this.chosen.add(item.value);
      else this.chosen.delete(item.value);
    }
    this.last = box.value;
    this.bar();
  }

  between(boxes, box) {
    const ends = [boxes.indexOf(box), boxes.findIndex((item) => item.value === this.last)].sort((a, b) => a - b);
    return boxes.slice(Math.max(0, ends[0]), ends[1] + 1);
  }

  chooseNone() {
    this.chosen.clear();
    this.restore();
  }

  bar() {
    const bar = this.querySelector("#redo-selection");
    if (!bar) return;
    const { size } = this.chosen;
    bar.hidden = !size;
    bar.querySelector("[data-chosen]").textContent = `${size} segment${size === 1 ? "" : "s"} chosen`;
  }

  close() {
    const open = this.querySelector(".timeline-segment[data-open] .segment-open");
    document.getElementById("scene-panel").replaceChildren();
    this.restore();
    open?.focus();
  }

  /** What the panel was for is asked for; nothing stays chosen. */
  done() {
    this.chosen.clear();
    this.close();
  }

  key(event) {
    if (event.defaultPrevented || document.querySelector("dialog:modal") || event.target.closest?.(NO_KEYS)) return;
    if (localStorage.getItem("shortcuts") === "off" && event.key.length === 1 && !event.ctrlKey && !event.metaKey) return;
    if (this.pressed(event)) event.preventDefault();
  }

  pressed(event) {
    const { key } = event;
    if ((event.ctrlKey || event.metaKey) && !event.altKey) return this.travel(key.toLowerCase(), event.shiftKey);
    if (event.altKey) return this.shift({ ArrowLeft: "earlier", ArrowRight: "later" }[key]);
    if (key === "ArrowLeft" || key === "ArrowRight") return this.go(key === "ArrowLeft" ? -1 : 1);
    if (key === "Home" || key === "End") return this.focus(this.columns.at(key === "Home" ? 0 : -1));
    if (key === "Escape") return this.querySelector("#scene-panel").childElementCount > 0 && (this.close(), true);
    if (key === "r") return this.redo();
    if (key === "x" || key === "X") return this.toggle(event.shiftKey);
    if (key === "b") return this.press(this.active?.nextElementSibling?.querySelector(".join[href]"));
    if (/^[1-9]$/.test(key)) return this.press(this.active?.querySelector(`[data-take-number="${key}"] [data-select-take]`));
    return false;
  }

  press(element) {
    element?.click();
    return Boolean(element);
  }

  travel(key, isShifted) {
    if (key === "z") return this.press(this.querySelector(isShifted ? "#do-redo:enabled" : "#do-undo:enabled"));
    return key === "y" && this.press(this.querySelector("#do-redo:enabled"));
  }

  go(step) {
    const { columns } = this;
    if (!columns.length || document.activeElement?.closest("#scene-panel, #scene-rest")) return false;
    const inside = document.activeElement?.closest(".timeline-segment");
    const at = inside ? columns.indexOf(inside) + step : 0;
    return this.focus(columns[Math.min(columns.length - 1, Math.max(0, at))]);
  }

  focus(column) {
    column?.querySelector(".segment-open")?.focus();
    column?.scrollIntoView({ inline: "nearest", block: "nearest" });
    return Boolean(column);
  }

  redo() {
    if (this.chosen.size) return this.press(this.querySelector("#redo-selection button:not([type=button])"));
    const code = this.active?.dataset.segment;
    const url = this.querySelector("#redo-selection")?.action;
    if (!code || !url) return false;
    window.htmx.ajax("GET", `${url}?segment=${code}`, { target: "#scene-panel", swap: "innerHTML" });
    return true;
  }

  toggle(isRange) {
    const box = this.active?.querySelector('input[name="segment"]');
    if (!box) return false;
    this.withShift = isRange;
    box.checked = !box.checked;
    this.choose(box);
    return true;
  }

  /** Earlier or later: by the buttons of the open panel's segment, or straight away. */
  shift(by) {
    const column = this.active;
    if (!by || !column || !this.querySelector("#redo-selection")) return false;
    window.htmx.ajax("POST", `/scenes/${this.dataset.scene}/move/`, {
      target: "#scene-problem",
      swap: "innerHTML",
      values: { segment: column.dataset.segment, by, version: this.querySelector("#scene-top").dataset.version },
    });
    return true;
  }

  /** The keys of this page stand in the help dialog, too. */
  help() {
    const template = document.getElementById("scene-keys");
    const body = document.querySelector("#keys-dialog .dialog-body");
    if (template && body) body.prepend(template.content.cloneNode(true));
  }
}

customElements.define("scene-page", ScenePage);

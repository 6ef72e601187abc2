/**
 * <asset-upload project="code"> around the place to drop files.
 *
 *   project="…"        the project's code; or project-from="#select", read when files are added
 *   asset="…"          files become versions of this asset (one file at a time)
 *   retention="…"      source (default), final or supporting
 *   anywhere           take files dropped on or pasted into any part of the page, too
 *   asset-url="/…/__code__/"  address of an asset's page, for a link to what was made
 *
 * Inside, all optional: <input type="file" multiple>; an element [data-upload-list]; and a
 * <template data-upload-row> with [data-name], [data-note], <progress> and <button data-cancel>,
 * <button data-retry>. Each row has data-state: wait, send, check, done or refused.
 *
 * Fires `asset-uploaded` {asset, version} after each file, `uploads-idle` {done, refused} after
 * the last, and carries the attribute `dragging` while files hover over it.
 */
import { Cancelled, Refused, Transfer } from "./transfer.js";

const AT_ONCE = 3;
const ROW = `<li class="upload-row"><span data-name></span><span data-note></span><progress max="1"></progress>
  <button type="button" class="button quiet s" data-retry hidden>Try again</button>
  <button type="button" class="button quiet s" data-cancel>Cancel</button></li>`;

class AssetUpload extends HTMLElement {
  connectedCallback() {
    this.waiting = [];
    this.running = new Set();
    this.done = this.refused = 0;
    this.ends = new AbortController();
    const { signal } = this.ends;
    const place = this.hasAttribute("anywhere") ? document : this;
    this.list = this.querySelector("[data-upload-list]") ?? this.appendChild(listElement());
    this.addEventListener("change", ({ target }) => this.chosen(target), { signal });
    this.addEventListener("click", (event) => this.pressed(event), { signal });
    place.addEventListener("dragover", (event) => this.hover(event), { signal });
    place.addEventListener("dragleave", (event) => event.relatedTarget || this.removeAttribute("dragging"), { signal });
    place.addEventListener("drop", (event) => this.drop(event), { signal });
    document.addEventListener("paste", (event) => this.paste(event), { signal });
    window.addEventListener("beforeunload", (event) => this.running.size && event.preventDefault(), { signal });
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  /** Where files go now; null: no project is chosen. */
  get target() {
    const from = this.getAttribute("project-from");
    const project = from ? document.querySelector(from)?.value : this.getAttribute("project");
    if (!project) return null;
    return { project, asset: this.getAttribute("asset"), retention: this.getAttribute("retention") };
  }

  /** Take files, as from the picker. */
  add(files) {
    const { target } = this;
    if (!target) return this.dispatchEvent(new CustomEvent("upload-without-project", { bubbles: true }));
    for (const file of files) {
      const item = { file, target };
      item.row = this.newRow(item);
      this.waiting.push(item);
    }
    this.next();
  }

  chosen(input) {
    if (input.type !== "file") return;
    this.add(input.files);
    input.value = "";
  }

  hover(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.setAttribute("dragging", "");
  }

  async drop(event) {
    this.removeAttribute("dragging");
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.add(await filesOf(event.dataTransfer));
  }

  paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || !(this.hasAttribute("anywhere") || this.contains(event.target) || event.target === document.body)) return;
    event.preventDefault();
    // A pasted picture is always called image.png: the time tells it from the last one.
    const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
    this.add(files.map((file) => file.name === "image.png" ? new File([file], `pasted ${stamp}.png`, { type: file.type, lastModified: file.lastModified }) : file));
  }

  pressed({ target }) {
    const row = target.closest("[data-state]");
    const item = row?.item;
    if (!item) return;
    if (target.closest("[data-retry]")) {
      show(row, { state: "wait", sent: 0 });
      this.refused -= 1;
      this.waiting.push(item);
      this.next();
    } else if (target.closest("[data-cancel]")) this.cancel(item);
  }

  cancel(item) {
    this.waiting = this.waiting.filter((other) => other !== item);
    if (item.row.dataset.state === "refused") this.refused -= 1;
    item.transfer?.cancel();
    item.row.remove();
    this.list.hidden = !this.list.childElementCount;
  }

  next() {
    while (this.waiting.length && this.running.size < (this.getAttribute("asset") ? 1 : AT_ONCE)) this.run(this.waiting.shift());
    if (!this.running.size && (this.done || this.refused)) {
      this.dispatchEvent(new CustomEvent("uploads-idle", { bubbles: true, detail: { done: this.done, refused: this.refused } }));
    }
  }

  async run(item) {
    const { file, row, target } = item;
    item.transfer = new Transfer(file, target, (progress) => show(row, progress));
    this.running.add(item);
    try {
      const made = await item.transfer.run();
      this.done += 1;
      finished(row, file, this.getAttribute("asset-url")?.replace("__code__", made.asset));
      this.dispatchEvent(new CustomEvent("asset-uploaded", { bubbles: true, detail: made }));
    } catch (error) {
      if (!(error instanceof Cancelled)) {
        this.refused += 1;
        refuse(row, error);
      }
    } finally {
      this.running.delete(item);
      this.next();
    }
  }

  newRow(item) {
    const { file } = item;
    const template = this.querySelector("template[data-upload-row]") ?? rowTemplate();
    const row = template.content.cloneNode(true).firstElementChild;
    row.querySelector("[data-name]").textContent = file.name;
    for (const button of row.querySelectorAll("button")) button.setAttribute("aria-label", `${button.textContent.trim() || "Cancel"}: ${file.name}`);
    row.item = item;
    this.list.hidden = false;
    this.list.append(row);
    show(row, { state: "wait", sent: 0 });
    return row;
  }
}

customElements.define("asset-upload", AssetUpload);

function show(row, { state, sent, reason }) {
  const { size } = row.item.file;
  const percent = size ? Math.floor((100 * sent) / size) : 0;
  const bar = row.querySelector("progress");
  row.dataset.state = state === "begin" ? "wait" : state;
  note(row, { wait: reason ? `${reason} Trying again…` : "Waiting", begin: "Starting", send: `${percent} % of ${bytes(size)}`, check: "Being checked" }[state]);
  if (state === "check") bar.removeAttribute("value");
  else bar.value = size ? sent / size : 0;
  bar.hidden = false;
  toggle(row, "[data-retry]", false);
}

function finished(row, file, url) {
  row.dataset.state = "done";
  row.querySelector("progress").hidden = true;
  toggle(row, "[data-cancel]", false);
  note(row, bytes(file.size));
  if (!url) return;
  const link = Object.assign(document.createElement("a"), { href: url, textContent: file.name });
  row.querySelector("[data-name]").replaceChildren(link);
}

function refuse(row, error) {
  row.dataset.state = "refused";
  row.querySelector("progress").hidden = true;
  note(row, [error.message, error.remedy].filter(Boolean).join(" "), "alert");
  // What was refused for what it is will be refused again.
  toggle(row, "[data-retry]", !(error instanceof Refused) || error.status >= 500 || error.status === 429);
  const cancel = row.querySelector("[data-cancel]");
  if (cancel && !cancel.querySelector("svg")) cancel.textContent = "Dismiss";
}

function note(row, text, role = "status") {
  const element = row.querySelector("[data-note]");
  element.setAttribute("role", role);
  if (element.textContent !== text) element.textContent = text;
}

function toggle(row, selector, shown) {
  const element = row.querySelector(selector);
  if (element) element.hidden = !shown;
}

function listElement() {
  return Object.assign(document.createElement("ul"), { className: "upload-list", hidden: true });
}

function rowTemplate() {
  return Object.assign(document.createElement("template"), { innerHTML: ROW });
}

/** Files of a drop; folders are opened, however deep. */
export async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const found = [];
  const open = async (entry) => {
    if (entry.isFile) found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    else {
      const reader = entry.createReader();
      for (let part; (part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))).length; )
        for (const child of part) await open(child);
    }
  };
  for (const entry of entries) await open(entry);
  return found;
}

function bytes(size) {
  const units = ["bytes", "kB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(size, 1)) / 3));
  return `${(size / 1000 ** step).toFixed(step ? 1 : 0)} ${units[step]}`;
}

/**
 * Uploads on the library page: files dropped anywhere or pasted open the dialog, which asks where
 * they go; the tray at the corner sends them (<asset-upload>), so the dialog can be closed.
 */
import { filesOf } from "./upload.js";

const tray = document.querySelector("[data-upload-tray]");
const opener = document.querySelector("[data-library-upload]");
let given = [];
let depth = 0;

if (tray && opener) {
  for (const [name, listener] of Object.entries({ dragenter, dragleave, dragover, drop })) document.addEventListener(name, listener);
  // Before the tray, which would send a pasted picture without asking where it goes.
  document.addEventListener("paste", paste, true);
  document.addEventListener("change", ({ target }) => target.closest("[data-upload-form]") && tell(target.form));
  document.addEventListener("submit", send);
  document.addEventListener("htmx:after:swap", ({ detail }) => {
    const form = detail.ctx.target?.querySelector?.("[data-upload-form]");
    if (form) choose(form, given);
    given = [];
  });
  tray.addEventListener("asset-uploaded", say);
  tray.addEventListener("uploads-idle", say);
  tray.querySelector("[data-upload-close]").addEventListener("click", close);
}

const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
const mark = (is) => document.getElementById("content").classList.toggle("library-drop", is);

function dragenter(event) {
  if (hasFiles(event)) mark((depth += 1) > 0);
}

function dragleave(event) {
  if (hasFiles(event)) mark((depth = Math.max(0, depth - 1)) > 0);
}

function dragover(event) {
  if (!hasFiles(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
}

async function drop(event) {
  mark((depth = 0) > 0);
  if (!hasFiles(event) || event.defaultPrevented) return;
  event.preventDefault();
  open(await filesOf(event.dataTransfer));
}

function paste(event) {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  // A pasted picture is always called image.png: the time tells it from the last one.
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  open(files.map((file) => (file.name === "image.png" ? new File([file], `pasted ${stamp}.png`, { type: file.type }) : file)));
}

function open(files) {
  const form = document.querySelector("dialog[open] [data-upload-form]");
  if (form) return choose(form, [...form.elements.files.files, ...files]);
  given = files;
  opener.click();
}

function choose(form, files) {
  const list = new DataTransfer();
  for (const file of files) list.items.add(file);
  form.elements.files.files = list.files;
  tell(form);
}

function tell(form) {
  const files = [...form.elements.files.files];
  const place = form.querySelector("[data-upload-chosen]");
  place.dataset.empty ??= place.textContent;
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const names = files.length === 1 ? files[0].name : `${files.length} files`;
  place.textContent = files.length ? `${names} · ${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : place.dataset.empty;
}

function send(event) {
  const form = event.target.closest("[data-upload-form]");
  if (!form) return;
  event.preventDefault();
  tray.setAttribute("project", form.elements.project.value);
  tray.setAttribute("retention", form.elements.retention.value);
  tray.toggleAttribute("data-open", true);
  tray.add([...form.elements.files.files]);
  form.closest("dialog")?.close();
  say();
}

function say() {
  const rows = [...tray.querySelectorAll("[data-upload-list] > li")];
  const left = rows.filter((row) => ["wait", "begin", "send", "check"].includes(row.dataset.state)).length;
  const refused = rows.filter((row) => row.dataset.state === "refused").length;
  const parts = [left ? `${left} to go` : "Done", refused ? `${refused} refused` : ""];
  tray.querySelector("[data-upload-state]").textContent = parts.filter(Boolean).join(" · ");
  tray.querySelector("[data-upload-close]").hidden = left > 0;
}

function close() {
  tray.querySelector("[data-upload-list]").replaceChildren();
  tray.removeAttribute("data-open");
}

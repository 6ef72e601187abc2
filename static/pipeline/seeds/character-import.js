/**
 * <character-import data-plan-url data-run-url>: a folder that is chosen or dropped is listed to the
 * studio, which answers with what it would create; when a person agrees, each file goes into the
 * library and the paths with it. A ZIP is sent by the form itself.
 */
import { Transfer } from "../../assets/library/transfer.js";
import { csrfToken } from "../../studio/shell/csrf.js";

const AT_ONCE = 3;

class CharacterImport extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.addEventListener("change", ({ target }) => target.matches("[data-folder]") && this.list([...target.files].map((file) => [file.webkitRelativePath, file])), { signal });
    this.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault(), { signal });
    this.addEventListener("drop", (event) => this.drop(event), { signal });
    this.addEventListener("submit", (event) => this.send(event), { signal });
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  get project() {
    return this.querySelector("#import-project").value;
  }

  async drop(event) {
    const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    if (!entries.some((entry) => entry.isDirectory)) return;
    event.preventDefault();
    const found = [];
    for (const entry of entries) await open(entry, found);
    await this.list(found);
  }

  async list(files) {
    this.files = new Map(files.map(([path, file]) => [path.normalize("NFC"), file]));
    const manifest = JSON.stringify([...this.files].map(([path, file]) => [path, file.size]));
    const answer = await fetch(this.dataset.planUrl, { method: "POST", headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() }, body: new URLSearchParams({ project: this.project, manifest }) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.querySelector("#import-plan").replaceChildren(...page.body.childNodes);
  }

  async send(event) {
    if (event.target.id !== "import-run" || !this.files?.size || event.target.elements.namedItem("token")) return;
    event.preventDefault();
    const form = event.target;
    const status = form.querySelector("[data-import-status]");
    form.querySelector("button").disabled = true;
    const left = [...this.files].filter(([path]) => /\.(png|jpe?g|webp|tiff?|avif)$/i.test(path));
    const total = left.length;
    const body = new URLSearchParams({ project: this.project });
    const refused = [];
    const work = async () => {
      for (let next; (next = left.shift()); ) {
        const [path, file] = next;
        try {
          const { version } = await new Transfer(file, { project: this.project, retention: "supporting" }).run();
          body.append("path", path);
          body.append("version", version);
        } catch (error) {
          refused.push(`${path}: ${error.message}`);
        }
        status.textContent = `${total - left.length} of ${total} files sent`;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (!body.has("path")) return this.tell(status, refused);
    const answer = await fetch(this.dataset.runUrl, { method: "POST", headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() }, body });
    const next = answer.headers.get("HX-Redirect");
    if (next) location.assign(next);
    else this.tell(status, [new DOMParser().parseFromString(await answer.text(), "text/html").body.textContent.trim()]);
  }

  tell(status, lines) {
    status.textContent = lines.slice(0, 3).join(" ");
    status.setAttribute("role", "alert");
  }
}

customElements.define("character-import", CharacterImport);

/** Every file below an entry, with its path. */
async function open(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push([entry.fullPath.replace(/^\//, ""), file]);
    return;
  }
  const reader = entry.createReader();
  for (let part; (part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))).length; ) for (const child of part) await open(child, found);
}

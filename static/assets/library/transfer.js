/**
 * One file on its way into the library: announced, sent in parts (or straight to the storage by a
 * presigned address), continued after a break, finished. Knows the API, no page.
 */
import { csrfToken } from "../../studio/shell/csrf.js";

const API = "/api/v1/uploads/";
const HASHED_UP_TO_BYTES = 64 * 1024 ** 2;
const WAITS_MS = [1_000, 2_000, 5_000, 10_000, 20_000];

/** What the studio answered: `detail` tells a person what happened, `remedy` what to do. */
export class Refused extends Error {
  constructor(problem, status) {
    super(problem.detail || "The studio did not accept the file.");
    this.remedy = problem.remedy ?? "";
    this.status = status;
  }
}

/** The line is down, or the studio is not there; trying again may help. */
export class Unreachable extends Error {}

export class Cancelled extends Error {}

export class Transfer {
  /**
   * @param file the File
   * @param target {project, asset?, retention?}: codes
   * @param report called with {state: "begin" | "send" | "wait" | "check", sent}
   */
  constructor(file, target, report = () => {}) {
    Object.assign(this, { file, target, report, cancelled: false, request: null });
  }

  /** Send it; resolves to {asset, version}, their codes. */
  async run() {
    this.report({ state: "begin", sent: 0 });
    let upload = await this.resume() ?? await this.begin();
    this.remember(upload.upload.code);
    for (let attempt = 0; ; ) {
      const before = upload.progress.received_bytes;
      try {
        await (upload.progress.direct_url ? this.sendDirect(upload) : this.sendParts(upload));
        this.report({ state: "check", sent: this.file.size });
        const done = await this.api("POST", `${upload.upload.code}/finish/`, {});
        this.forget();
        return done;
      } catch (error) {
        // A busy or full studio keeps what has arrived, and so does a broken line.
        const passing = error instanceof Unreachable || (error instanceof Refused && error.status === 503);
        if (!passing) {
          if (!(error instanceof Cancelled)) this.forget();
          throw error;
        }
        if (attempt >= WAITS_MS.length) throw error;
        this.report({ state: "wait", sent: before, reason: error.message });
        await this.pause(WAITS_MS[attempt++]);
        upload = await this.look(upload);
        if (upload.upload.state === "failed") throw new Refused({ detail: upload.upload.refusal }, 422);
        if (upload.progress.received_bytes > before) attempt = 0;
      }
    }
  }

  /** Stop; what has arrived is forgotten by the studio as well. */
  async cancel() {
    this.cancelled = true;
    this.request?.abort();
    this.wake?.();
    const code = localStorage.getItem(this.key);
    this.forget();
    if (code) await this.api("DELETE", `${code}/`, undefined, true);
  }

  async begin() {
    const { file, target } = this;
    const sha256 = await digest(file);
    return this.api("POST", "", {
      project: target.project,
      ...(target.asset ? { asset: target.asset } : {}),
      ...(target.retention ? { retention_class: target.retention } : {}),
      file_name: file.name,
      size_bytes: file.size,
      sha256,
    });
  }

  /** The unfinished upload of the same file, if this browser began one. */
  async resume() {
    const code = localStorage.getItem(this.key);
    if (!code) return null;
    try {
      const found = await this.api("GET", `${code}/`);
      if (found.upload.state === "open" && found.upload.size_bytes === this.file.size) return found;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    this.forget();
    return null;
  }

  /** How far it is; while the line is down, what was known before. */
  async look(upload) {
    try {
      return await this.api("GET", `${upload.upload.code}/`);
    } catch (error) {
      if (error instanceof Unreachable) return upload;
      throw error;
    }
  }

  async sendParts({ upload, progress }) {
    const url = `${API}${upload.code}/`;
    for (let offset = progress.received_bytes; offset < this.file.size; ) {
      const part = this.file.slice(offset, offset + progress.chunk_bytes);
      const headers = { "Upload-Offset": offset, "X-CSRFToken": csrfToken(), "Content-Type": "application/octet-stream", Accept: "application/json" };
      const answer = await this.put(url, part, headers, offset);
      offset = JSON.parse(answer).progress.received_bytes;
      progress.received_bytes = offset;
    }
  }

  async sendDirect({ progress }) {
    if (progress.received_bytes === this.file.size) return;
    await this.put(progress.direct_url, this.file, {}, 0);
  }

  /** One PUT with progress, which `fetch` does not tell. */
  put(url, body, headers, offset) {
    return new Promise((resolve, reject) => {
      if (this.cancelled) return reject(new Cancelled());
      const request = new XMLHttpRequest();
      this.request = request;
      request.open("PUT", url);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.upload.addEventListener("progress", ({ loaded }) =>
        this.report({ state: "send", sent: Math.min(offset + loaded, this.file.size) }));
      request.addEventListener("load", () => {
        if (request.status < 300) resolve(request.responseText);
        // A presigned address that has run out answers 403: another one is asked for.
        else if (request.status >= 500 || request.status === 409 || url.startsWith("http")) reject(new Unreachable("The studio is busy."));
        else reject(new Refused(problemIn(request.responseText), request.status));
      });
      request.addEventListener("error", () => reject(new Unreachable("The connection is lost.")));
      request.addEventListener("abort", () => reject(new Cancelled()));
      request.send(body);
    });
  }

  async api(method, path, body, evenIfCancelled = false) {
    if (this.cancelled && !evenIfCancelled) throw new Cancelled();
    let response;
    try {
      response = await fetch(API + path, {
        method,
        headers: { Accept: "application/json", "X-CSRFToken": csrfToken(), ...(body ? { "Content-Type": "application/json" } : {}) },
        body: body && JSON.stringify(body),
      });
    } catch (error) {
      if (error instanceof TypeError) throw new Unreachable("The connection is lost.");
      throw error;
    }
    if (this.cancelled && !evenIfCancelled) throw new Cancelled();
    const text = await response.text();
    if (!response.ok) {
      if (response.status === 502 || response.status === 504) throw new Unreachable("The studio is busy.");
      throw new Refused(problemIn(text), response.status);
    }
    return text ? JSON.parse(text) : null;
  }

  pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => (clearTimeout(timer), resolve());
      window.addEventListener("online", this.wake, { once: true });
    });
  }

  get key() {
    const { file, target } = this;
    return `upload:${target.project}:${target.asset ?? ""}:${file.name}:${file.size}:${file.lastModified}`;
  }

  remember(code) {
    localStorage.setItem(this.key, code);
  }

  forget() {
    localStorage.removeItem(this.key);
  }
}

/** SHA-256 in hexadecimal; empty for big files and where the browser has no cryptography. */
async function digest(file) {
  if (!globalThis.crypto?.subtle || file.size > HASHED_UP_TO_BYTES) return "";
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function problemIn(text) {
  try {
    const problem = JSON.parse(text);
    const fields = Object.values(problem.errors ?? {}).flat();
    return { ...problem, detail: problem.detail === fields[0] || !fields.length ? problem.detail : `${problem.detail} ${fields.join(" ")}` };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

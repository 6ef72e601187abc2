/**
 * <live-feed src="/ws/live/" data-project="…">: the page's one websocket.
 *
 * Each message {kind: "job.changed", code, version?, …} becomes a CustomEvent `job-changed` on
 * <body>. On every open, and every 10 s while the socket is down, `live-resync` asks all live
 * fragments to read the truth again, since messages may have been missed.
 */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;
const POLL_MS = 10_000;
const PING_MS = 25_000;
const SILENCE_MS = 60_000;
const SETTLE_MS = 150;
const REMEMBERED = 2_000;
const NOT_SIGNED_IN = 4401;
const NOT_FOUND = 4404;
const WORDS = { open: "Live", connecting: "Connecting", closed: "Offline" };

class LiveFeed extends HTMLElement {
  connectedCallback() {
    this.attempts = 0;
    this.versions = new Map();
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    window.addEventListener("online", () => this.retryNow(), { signal });
    // The socket itself would notice a lost network only by silence, a minute later.
    window.addEventListener("offline", () => this.socket && this.closed(), { signal });
    // A page that comes back from the history cache has lost its socket.
    window.addEventListener("pageshow", (event) => event.persisted && this.retryNow(), { signal });
    window.addEventListener("pagehide", () => this.stop(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.retryNow(), { signal });
    this.connect();
  }

  disconnectedCallback() {
    this.listeners.abort();
    this.stop();
  }

  connect() {
    this.stop();
    this.show("connecting");
    const url = new URL(this.getAttribute("src"), location.href);
    url.protocol = url.protocol.replace("http", "ws");
    if (this.dataset.project) url.searchParams.set("project", this.dataset.project);
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", (event) => this.receive(event.data));
    socket.addEventListener("close", (event) => socket === this.socket && this.closed(event.code));
  }

  stop() {
    clearTimeout(this.retryTimer);
    clearInterval(this.pollTimer);
    clearInterval(this.pingTimer);
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  retryNow() {
    if (this.ended || this.socket?.readyState === WebSocket.OPEN) return;
    this.attempts = 0;
    this.connect();
  }

  opened() {
    this.heardAt = Date.now();
    this.show("open");
    this.pingTimer = setInterval(() => this.ping(), PING_MS);
    this.resync();
  }

  /** A connection can die without a close (a sleeping laptop, a lost network): ask for an answer. */
  ping() {
    if (Date.now() - this.heardAt > SILENCE_MS) this.connect();
    else this.socket.send('{"kind": "ping"}');
  }

  closed(code) {
    this.stop();
    if (code === NOT_SIGNED_IN) return location.reload();
    this.show("closed");
    if (code === NOT_FOUND) {
      this.ended = true;
      return;
    }
    this.attempts += 1;
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.attempts);
    this.retryTimer = setTimeout(() => this.connect(), ceiling * (0.5 + Math.random() / 2));
    this.pollTimer = setInterval(() => this.resync(), POLL_MS);
  }

  receive(text) {
    this.heardAt = Date.now();
    this.attempts = 0;
    const message = JSON.parse(text);
    if (message.kind === "pong") return;
    if (message.kind === "resync") return this.resync();
    if (this.isOld(message)) return;
    const name = message.kind.replaceAll(".", "-");
    document.body.dispatchEvent(new CustomEvent(name, { detail: message, bubbles: true }));
  }

  /**
   * Messages can overtake one another, and a row's version only grows: drop what is older than the
   * newest of that row. Progress and outputs come many times within one version.
   */
  isOld({ code, version }) {
    if (version === undefined || !code) return false;
    if (version < (this.versions.get(code) ?? -Infinity)) return true;
    this.versions.delete(code);
    this.versions.set(code, version);
    if (this.versions.size > REMEMBERED) this.versions.delete(this.versions.keys().next().value);
    return false;
  }

  resync() {
    clearTimeout(this.resyncTimer);
    this.resyncTimer = setTimeout(
      () => document.body.dispatchEvent(new CustomEvent("live-resync", { bubbles: true })),
      SETTLE_MS,
    );
  }

  show(state) {
    const shown = this.querySelector(".connection");
    if (shown && shown.dataset.state !== state) {
      shown.dataset.state = state;
      shown.querySelector("[data-connection-text]").textContent = WORDS[state];
    }
    document.documentElement.dataset.connection = state;
    const banner = document.querySelector("[data-offline-banner]");
    // The first failures are often a reload of the server: only a lasting loss deserves a banner.
    if (banner && state === "open") banner.hidden = true;
    else if (banner && state === "closed" && (this.attempts >= 2 || !navigator.onLine)) banner.hidden = false;
  }
}

customElements.define("live-feed", LiveFeed);

/**
 * <frame-player fps-num fps-den frames first>: a player that knows every frame by its number.
 *
 * Inside, rendered by the server: a <video>, an input[type=range] (the jog), outputs
 * [data-player-frame] and [data-player-timecode], and buttons [data-player-do] with one of the
 * names of `actions`. Emits `frame-change` with detail.frame, and shows the frame of `#frame=12`.
 */
import { frameAt, seekTo, timecode, timeOf, whenReady } from "./frames.js";

const KEYS = {
  ArrowLeft: "back", ArrowRight: "forward", "Shift+ArrowLeft": "back-ten", "Shift+ArrowRight": "forward-ten",
  Home: "start", End: "end", " ": "toggle", j: "shuttle-back", k: "pause", l: "shuttle-on",
  i: "mark-in", o: "mark-out", x: "unmark", f: "fullscreen",
};
const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4];
const CONTROLS = /^(INPUT|TEXTAREA|SELECT)$/;

class FramePlayer extends HTMLElement {
  connectedCallback() {
    this.video = this.querySelector("video");
    this.jog = this.querySelector("input[type=range]");
    this.rate = { num: Number(this.getAttribute("fps-num")), den: Number(this.getAttribute("fps-den")) };
    this.frames = Number(this.getAttribute("frames"));
    this.first = Number(this.getAttribute("first") || 0);
    this.frame = 0;
    this.speed = 1;
    this.direction = 0;
    this.controller = new AbortController();
    const { signal } = this.controller;
    this.video.controls = false;
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.addEventListener("change", (event) => this.#changed(event), { signal });
    this.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    this.jog.addEventListener("input", () => this.show(Number(this.jog.value)), { signal });
    this.addEventListener("wheel", (event) => this.#wheeled(event), { signal, passive: false });
    this.video.addEventListener("error", () => this.#failed(), { signal });
    window.addEventListener("hashchange", () => this.#fromAddress(), { signal });
    whenReady(this.video).then(() => {
      this.#follow();
      this.#fromAddress();
      this.classList.add("is-ready");
    }, () => this.#failed());
  }

  disconnectedCallback() {
    this.controller.abort();
    clearTimeout(this.timer);
  }

  /** Pause and show one frame; resolves when it is on screen. */
  async show(frame) {
    this.pause();
    this.wanted = Math.min(this.frames - 1, Math.max(0, frame));
    this.#say(this.wanted);
    if (this.seeking) return this.seeking;
    this.seeking = this.#catchUp().finally(() => (this.seeking = null));
    return this.seeking;
  }

  // While a seek is under way only the last wish is kept: a fast jog never lags behind the hand.
  async #catchUp() {
    let reached;
    do {
      reached = this.wanted;
      await seekTo(this.video, reached, this.rate);
    } while (reached !== this.wanted);
  }

  play(direction = 1) {
    if (direction > 0 && this.frame >= this.#last()) return this.show(this.#begin()).then(() => this.play());
    this.direction = direction;
    clearTimeout(this.timer);
    if (direction > 0) {
      this.video.playbackRate = this.speed;
      this.video.play();
    } else {
      this.video.pause();
      this.#stepBack();
    }
    this.#mark();
  }

  pause() {
    const moved = this.direction;
    this.direction = 0;
    clearTimeout(this.timer);
    if (!this.video.paused) this.video.pause();
    this.#mark();
    return moved;
  }

  #stepBack() {
    const began = performance.now();
    const next = this.frame > this.#begin() ? this.frame - 1 : this.#last();
    this.wanted = next;
    this.#say(next);
    seekTo(this.video, next, this.rate).then(() => {
      const due = (1000 * this.rate.den) / this.rate.num / this.speed;
      if (this.direction < 0) this.timer = setTimeout(() => this.#stepBack(), Math.max(0, due - (performance.now() - began)));
    });
  }

  #begin() { return this.markIn ?? 0; }
  #last() { return this.markOut ?? this.frames - 1; }

  actions = {
    back: () => this.show(this.frame - 1),
    forward: () => this.show(this.frame + 1),
    "back-ten": () => this.show(this.frame - 10),
    "forward-ten": () => this.show(this.frame + 10),
    start: () => this.show(this.#begin()),
    end: () => this.show(this.#last()),
    toggle: () => (this.direction ? this.#stop() : this.play()),
    pause: () => this.#stop(),
    "shuttle-on": () => this.#shuttle(1),
    "shuttle-back": () => this.#shuttle(-1),
    "mark-in": () => this.#setMarks(this.frame, this.markOut),
    "mark-out": () => this.#setMarks(this.markIn, this.frame),
    unmark: () => this.#setMarks(undefined, undefined),
    fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen()),
  };

  // Pressing the same way again goes faster, as on an editing desk.
  #shuttle(direction) {
    if (this.direction === direction) this.#setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, SPEEDS.indexOf(this.speed) + 1)]);
    this.play(direction);
  }

  #stop() {
    this.pause();
    return this.show(this.frame);
  }

  #setSpeed(speed) {
    this.speed = speed;
    this.video.playbackRate = speed;
    const choice = this.querySelector("[data-player-speed]");
    if (choice) choice.value = String(speed);
  }

  #setMarks(markIn, markOut) {
    if (markIn !== undefined && markOut !== undefined && markIn > markOut) [markIn, markOut] = [markOut, markIn];
    this.markIn = markIn;
    this.markOut = markOut;
    const told = this.querySelector("[data-player-marks]");
    if (told) told.textContent = markIn === undefined && markOut === undefined ? "" : `${this.first + this.#begin()}–${this.first + this.#last()}`;
    this.dispatchEvent(new CustomEvent("marks-change", { bubbles: true, detail: { in: markIn, out: markOut } }));
  }

  #follow() {
    const seen = (_, { mediaTime }) => {
      if (!this.isConnected) return;
      if (this.direction > 0) {
        const frame = frameAt(mediaTime, this.rate, this.frames);
        this.#say(frame);
        if (frame >= this.#last()) this.#ended();
      }
      this.video.requestVideoFrameCallback(seen);
    };
    this.video.requestVideoFrameCallback(seen);
    this.video.addEventListener("ended", () => this.#ended(), { signal: this.controller.signal });
  }

  #ended() {
    if (this.direction <= 0) return;
    const loops = this.querySelector("[data-player-loop]")?.checked || this.markIn !== undefined || this.markOut !== undefined;
    if (!loops) return void this.show(this.#last());
    this.video.currentTime = timeOf(this.#begin(), this.rate);
    if (this.video.paused) this.video.play();
  }

  #say(frame) {
    this.frame = frame;
    this.jog.value = frame;
    const number = this.first + frame;
    this.jog.setAttribute("aria-valuetext", `Frame ${number}`);
    this.querySelector("[data-player-frame]").textContent = number;
    this.querySelector("[data-player-timecode]").textContent = timecode(frame, this.rate);
    this.dispatchEvent(new CustomEvent("frame-change", { bubbles: true, detail: { frame } }));
  }

  #mark() {
    const playing = this.direction !== 0;
    this.toggleAttribute("playing", playing);
    const button = this.querySelector('[data-player-do="toggle"]');
    button?.setAttribute("aria-label", playing ? "Pause" : "Play");
  }

  #clicked(event) {
    const button = event.target.closest("[data-player-do]");
    if (button) this.actions[button.dataset.playerDo]?.();
    else if (event.target === this.video) this.actions.toggle();
  }

  #changed(event) {
    if (event.target.matches("[data-player-speed]")) this.#setSpeed(Number(event.target.value));
    if (event.target.matches("[data-player-goto]") && event.target.value !== "") this.show(Number(event.target.value) - this.first);
  }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (CONTROLS.test(event.target.tagName) && event.target !== this.jog) return;
    if (event.target.closest("button") && event.key === " ") return;
    const name = event.shiftKey && event.key.startsWith("Arrow") ? `Shift+${event.key}` : event.key;
    const action = KEYS[name] ?? KEYS[name.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    this.actions[action]();
  }

  #wheeled(event) {
    if (!event.target.closest(".player-jog, .player-stage") || Math.abs(event.deltaY) < 1) return;
    if (document.activeElement !== this && !this.contains(document.activeElement)) return;
    event.preventDefault();
    this.show(this.frame + Math.sign(event.deltaY));
  }

  #fromAddress() {
    const found = /(?:^#|&)frame=(\d+)/.exec(location.hash);
    this.show(found ? Number(found[1]) - this.first : this.frame);
  }

  #failed() {
    this.classList.add("is-broken");
    const told = this.querySelector("[data-player-fault]");
    if (told) told.hidden = false;
  }
}

customElements.define("frame-player", FramePlayer);

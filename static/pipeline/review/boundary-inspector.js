/**
 * <boundary-inspector fps-num fps-den left-frame right-frame>: the two frames that meet.
 *
 * Inside: <video data-side="left|right|bridge">, a <canvas>, radios named `look` (side, ghost,
 * difference, wipe, through), input[type=range][data-mix], buttons [data-step]. `data-sequence` is
 * [[side, frame], …] around the join: what the cut shows there. All pictures are drawn here from the takes themselves; nothing is rendered anew.
 */
import { seekTo, whenReady } from "./frames.js";

class BoundaryInspector extends HTMLElement {
  connectedCallback() {
    this.rate = { num: Number(this.getAttribute("fps-num")), den: Number(this.getAttribute("fps-den")) };
    this.canvas = this.querySelector("canvas");
    this.videos = Object.fromEntries([...this.querySelectorAll("video[data-side]")].map((video) => [video.dataset.side, video]));
    this.sequence = JSON.parse(this.dataset.sequence);
    this.middle = Math.max(0, this.sequence.findIndex(([side]) => side !== "left") - 1);
    this.at = this.middle;
    this.controller = new AbortController();
    const { signal } = this.controller;
    this.addEventListener("input", () => this.#draw(), { signal });
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    Promise.all(Object.values(this.videos).map(whenReady)).then(() => this.#draw(), () => this.classList.add("is-broken"));
  }

  disconnectedCallback() {
    this.controller.abort();
  }

  get look() {
    return this.querySelector('input[name="look"]:checked')?.value ?? "ghost";
  }

  #clicked(event) {
    const button = event.target.closest("[data-step]");
    if (button) this.#step(Number(button.dataset.step));
  }

  #pressed(event) {
    if (event.target.tagName === "INPUT" || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#step(step);
  }

  // Stepping only makes sense along the cut, so it changes to that look.
  #step(by) {
    const through = this.querySelector('input[name="look"][value="through"]');
    if (through) through.checked = true;
    this.at = Math.min(this.sequence.length - 1, Math.max(0, this.at + by));
    this.#draw();
  }

  // Several inputs while one picture is drawn make one more drawing, with the last values.
  async #draw() {
    this.again = true;
    if (this.drawing) return;
    this.drawing = true;
    while (this.again) {
      this.again = false;
      await (this.look === "through" ? this.#through() : this.#both(this.look));
    }
    this.drawing = false;
    this.dataset.drawn = `${this.look} ${this.at}`;
  }

  #size(width, height) {
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const brush = this.canvas.getContext("2d");
    brush.globalAlpha = 1;
    brush.globalCompositeOperation = "source-over";
    brush.filter = "none";
    return brush;
  }

  async #through() {
    const [side, frame] = this.sequence[this.at];
    const video = this.videos[side];
    await seekTo(video, frame, this.rate);
    this.#size(video.videoWidth, video.videoHeight).drawImage(video, 0, 0);
    const offset = this.at - this.middle;
    this.#tell(`${{ left: "left take", right: "right take", bridge: "bridge" }[side]}, frame ${frame} (${offset > 0 ? "+" : ""}${offset})`);
  }

  async #both(look) {
    const { left, right } = this.videos;
    const frames = [Number(this.getAttribute("left-frame")), Number(this.getAttribute("right-frame"))];
    await Promise.all([seekTo(left, frames[0], this.rate), seekTo(right, frames[1], this.rate)]);
    const { videoWidth: width, videoHeight: height } = left;
    const mix = Number(this.querySelector("[data-mix]").value) / 100;
    const brush = this.#size(look === "side" ? width * 2 : width, height);
    brush.drawImage(left, 0, 0);
    if (look === "side") brush.drawImage(right, width, 0, width, height);
    if (look === "ghost") {
      brush.globalAlpha = mix;
      brush.drawImage(right, 0, 0, width, height);
    }
    if (look === "wipe") brush.drawImage(right, mix * right.videoWidth, 0, (1 - mix) * right.videoWidth, right.videoHeight, mix * width, 0, (1 - mix) * width, height);
    if (look === "difference") {
      brush.globalCompositeOperation = "difference";
      brush.drawImage(right, 0, 0, width, height);
      brush.globalCompositeOperation = "copy";
      brush.filter = `brightness(${1 + 7 * mix})`;
      brush.drawImage(this.canvas, 0, 0);
    }
    this.#tell(`left take, frame ${frames[0]}, and right take, frame ${frames[1]}`);
  }

  #tell(text) {
    this.querySelector("[data-shown]").textContent = text;
  }
}

customElements.define("boundary-inspector", BoundaryInspector);

/**
 * <lighting-rig>: key, fill and rim light around a subject, seen from above.
 *
 * The sliders are the truth; the diagram shows them and moves them: by dragging, or by arrow keys
 * (left and right go around, up and down change the height; with Shift in large steps). Whatever
 * changes is told by `rig-changed`, for the server to put into words.
 */
const SVG = "http://www.w3.org/2000/svg";
const LAMPS = ["key", "fill", "rim"];
const SETTINGS = ["azimuth", "elevation", "intensity", "temperature", "softness"];
const NEAR = 44;
const FAR = 112;

class LightingRig extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.svg = this.querySelector("svg");
    this.preset = this.querySelector("[data-rig-preset]");
    this.build();
    this.addEventListener("input", ({ target }) => target.matches("[data-setting]") && this.changed(), { signal });
    this.preset.addEventListener("change", () => this.take(), { signal });
    this.svg.addEventListener("pointerdown", (event) => this.grab(event), { signal });
    this.svg.addEventListener("keydown", (event) => this.key(event), { signal });
    this.paint();
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  input(lamp, setting) {
    return this.querySelector(`[data-lamp="${lamp}"] [data-setting="${setting}"]`);
  }

  lamp(name) {
    return Object.fromEntries(SETTINGS.map((setting) => [setting, Number(this.input(name, setting).value)]));
  }

  build() {
    this.svg.replaceChildren(
      make("circle", { r: FAR, class: "rig-floor" }),
      make("circle", { r: NEAR, class: "rig-floor" }),
      make("path", { d: "M-9 132h18v-9h-4l-2-4h-6l-2 4h-4z", class: "rig-camera" }),
      ...LAMPS.map((name) => make("path", { class: "rig-beam", "data-beam": name })),
      make("circle", { r: 15, class: "rig-subject" }),
      make("path", { d: "M-5 14h10l-5 9z", class: "rig-subject" }),
      ...LAMPS.map((name) => this.handle(name)),
    );
  }

  handle(name) {
    const label = `${name[0].toUpperCase()}${name.slice(1)} light`;
    const group = make("g", { class: "rig-lamp-handle", "data-handle": name, tabindex: 0, role: "slider", "aria-label": label, "aria-valuemin": -180, "aria-valuemax": 180 });
    const text = make("text", { "text-anchor": "middle", y: 4 });
    text.textContent = name[0].toUpperCase();
    group.append(make("circle", { class: "rig-halo" }), make("circle", { r: 12, class: "rig-bulb" }), text);
    return group;
  }

  paint() {
    for (const name of LAMPS) {
      const lamp = this.lamp(name);
      const [x, y] = place(lamp);
      const handle = this.svg.querySelector(`[data-handle="${name}"]`);
      set(handle, { transform: `translate(${x} ${y})`, "aria-valuenow": lamp.azimuth, "aria-valuetext": `${lamp.azimuth}° around, ${lamp.elevation}° high, ${lamp.intensity} %` });
      set(handle.querySelector(".rig-halo"), { r: 13 + lamp.softness / 8, fill: colour(lamp.temperature), "fill-opacity": 0.1 + lamp.intensity / 400 });
      set(handle.querySelector(".rig-bulb"), { fill: colour(lamp.temperature), "fill-opacity": lamp.intensity ? 1 : 0.25 });
      set(this.svg.querySelector(`[data-beam="${name}"]`), { d: beam(lamp), fill: colour(lamp.temperature), "fill-opacity": lamp.intensity / 180 });
    }
    for (const input of this.querySelectorAll("[data-setting]")) input.nextElementSibling.textContent = `${input.value} ${input.dataset.unit}`;
  }

  changed(own = true) {
    if (own) this.preset.value = "";
    this.paint();
    this.dispatchEvent(new CustomEvent("rig-changed", { bubbles: true }));
  }

  take() {
    const numbers = this.preset.selectedOptions[0].dataset.rig?.trim().split(" ");
    if (!numbers) return;
    LAMPS.forEach((name, n) => SETTINGS.forEach((setting, m) => (this.input(name, setting).value = numbers[n * SETTINGS.length + m])));
    this.changed(false);
  }

  grab(event) {
    const handle = event.target.closest("[data-handle]");
    if (!handle) return;
    event.preventDefault();
    handle.focus();
    const drag = new AbortController();
    const { signal } = drag;
    this.svg.setPointerCapture(event.pointerId);
    this.svg.addEventListener("pointermove", (move) => this.drag(handle.dataset.handle, move), { signal });
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, () => drag.abort(), { signal });
  }

  /** Around: the azimuth. The nearer to the subject, the higher; which side of the eyes stays. */
  drag(name, event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    const far = Math.min(FAR, Math.max(NEAR, Math.hypot(point.x, point.y)));
    const height = Math.round((90 * (FAR - far)) / (FAR - NEAR));
    const below = Number(this.input(name, "elevation").value) < 0;
    this.input(name, "azimuth").value = Math.round((Math.atan2(point.x, point.y) * 180) / Math.PI);
    this.input(name, "elevation").value = below ? -height : height;
    this.changed();
  }

  key(event) {
    const name = event.target.closest("[data-handle]")?.dataset.handle;
    const step = event.shiftKey ? 15 : 5;
    const [setting, by] = { ArrowLeft: ["azimuth", -step], ArrowRight: ["azimuth", step], ArrowUp: ["elevation", step], ArrowDown: ["elevation", -step] }[event.key] ?? [];
    if (!name || !setting) return;
    event.preventDefault();
    const input = this.input(name, setting);
    const wanted = Number(input.value) + by;
    input.value = setting === "azimuth" ? ((((wanted + 180) % 360) + 360) % 360) - 180 : wanted;
    this.changed();
  }
}

const radians = (degrees) => (degrees * Math.PI) / 180;

function place({ azimuth, elevation }) {
  const far = FAR - ((FAR - NEAR) * Math.abs(elevation)) / 90;
  return [far * Math.sin(radians(azimuth)), far * Math.cos(radians(azimuth))].map((value) => value.toFixed(1));
}

/** From the lamp to the subject; a softer light comes from a larger surface. */
function beam(lamp) {
  const [x, y] = place(lamp).map(Number);
  const wide = 3 + lamp.softness / 6;
  const along = [Math.cos(radians(lamp.azimuth)), -Math.sin(radians(lamp.azimuth))];
  const points = [[x + along[0] * wide, y + along[1] * wide], [along[0] * 15, along[1] * 15], [-along[0] * 15, -along[1] * 15], [x - along[0] * wide, y - along[1] * wide]];
  return `M${points.map((point) => point.map((value) => value.toFixed(1)).join(" ")).join("L")}Z`;
}

/** About the colour of a black body (after T. Helland's fit), hundred kelvin at a time. */
function colour(kelvin) {
  const t = kelvin / 100;
  const red = t <= 66 ? 255 : 329.7 * (t - 60) ** -0.1332;
  const green = t <= 66 ? 99.47 * Math.log(t) - 161.12 : 288.12 * (t - 60) ** -0.0755;
  const blue = t >= 66 ? 255 : t <= 19 ? 0 : 138.52 * Math.log(t - 10) - 305.04;
  return `rgb(${[red, green, blue].map((value) => Math.round(Math.min(255, Math.max(0, value)))).join(" ")})`;
}

function make(name, attributes) {
  return set(document.createElementNS(SVG, name), attributes);
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

customElements.define("lighting-rig", LightingRig);

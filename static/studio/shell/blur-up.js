/**
 * <blur-up data-hash="base64 ThumbHash"><img …></blur-up>: a blurred preview until the image is there.
 * The decoder follows the ThumbHash format by Evan Wallace (28 bytes at most: colour averages and a
 * few cosine terms of luminance, two colour axes and alpha).
 */
class BlurUp extends HTMLElement {
  connectedCallback() {
    const image = this.querySelector("img");
    if (!image || (image.complete && image.naturalWidth)) return;
    this.dataset.hash && this.paint();
    image.addEventListener("load", () => this.toggleAttribute("data-loaded", true), { once: true });
  }

  paint() {
    const bytes = Uint8Array.from(atob(this.dataset.hash), (letter) => letter.charCodeAt(0));
    if (bytes.length < 5) return;
    const { width, height, pixels } = decode(bytes);
    const canvas = Object.assign(document.createElement("canvas"), { width, height, ariaHidden: "true" });
    canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
    this.prepend(canvas);
  }
}

/** Terms (x, y) of the cosine transform within the hash's triangle. */
function terms(nx, ny) {
  const list = [];
  for (let y = 0; y < ny; y++) for (let x = y ? 0 : 1; x * ny < nx * (ny - y); x++) list.push([x, y]);
  return list;
}

export function decode(hash) {
  const header = hash[0] | (hash[1] << 8) | (hash[2] << 16);
  const header2 = hash[3] | (hash[4] << 8);
  const hasAlpha = Boolean(header >> 23);
  const landscape = Boolean(header2 >> 15);
  const lx = Math.max(3, landscape ? (hasAlpha ? 5 : 7) : header2 & 7);
  const ly = Math.max(3, landscape ? header2 & 7 : hasAlpha ? 5 : 7);
  let nibble = 0;
  const start = hasAlpha ? 6 : 5;
  const channel = (nx, ny, scale) =>
    terms(nx, ny).map(([x, y]) => {
      const value = (hash[start + (nibble >> 1)] >> ((nibble++ & 1) << 2)) & 15;
      return [x, y, (value / 7.5 - 1) * scale];
    });
  const l = channel(lx, ly, ((header >> 18) & 31) / 31);
  const p = channel(3, 3, (((header2 >> 3) & 63) / 63) * 1.25);
  const q = channel(3, 3, (((header2 >> 9) & 63) / 63) * 1.25);
  const a = hasAlpha ? channel(5, 5, (hash[5] >> 4) / 15) : [];
  const means = {
    l: (header & 63) / 63,
    p: ((header >> 6) & 63) / 31.5 - 1,
    q: ((header >> 12) & 63) / 31.5 - 1,
    a: hasAlpha ? (hash[5] & 15) / 15 : 1,
  };
  const ratio = lx / ly;
  const width = Math.round(ratio > 1 ? 32 : 32 * ratio);
  const height = Math.round(ratio > 1 ? 32 / ratio : 32);
  return { width, height, pixels: render(width, height, means, { l, p, q, a }) };
}

function render(width, height, means, channels) {
  const pixels = new Uint8ClampedArray(width * height * 4);
  const cosines = (count) => Array.from({ length: count }, (_, i) => Array.from({ length: 8 }, (_, n) => Math.cos((Math.PI / count) * (i + 0.5) * n)));
  const across = cosines(width);
  const down = cosines(height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const sum = (mean, list) => list.reduce((total, [u, v, f]) => total + f * across[x][u] * down[y][v] * 2, mean);
      const l = sum(means.l, channels.l);
      const p = sum(means.p, channels.p);
      const q = sum(means.q, channels.q);
      const b = l - (2 / 3) * p;
      const r = (3 * l - b + q) / 2;
      pixels.set([255 * r, 255 * (r - q), 255 * b, 255 * sum(means.a, channels.a)], at);
    }
  }
  return pixels;
}

customElements.define("blur-up", BlurUp);

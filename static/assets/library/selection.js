/**
 * What is selected in a grid of tiles: by checkbox, click with Shift or Ctrl, or keyboard. Says how
 * many and how big. Remembers codes, for tiles are replaced while they are selected.
 */
const UNITS = ["B", "kB", "MB", "GB", "TB"];

export class Selection {
  constructor(grid, list) {
    this.grid = grid;
    this.list = list;
    this.codes = new Set();
    this.bar = grid.querySelector("[data-selection]");
    this.last = null;
    list.addEventListener("click", (event) => this.clicked(event));
    this.bar.querySelector("[data-selection-clear]").addEventListener("click", () => this.clear());
    // A page that comes back from the history may have boxes ticked.
    for (const box of this.boxes()) box.checked = false;
  }

  get size() {
    return this.codes.size;
  }

  boxes() {
    return this.list.querySelectorAll('input[name="asset"]');
  }

  clicked(event) {
    const tile = event.target.closest(".tile-box");
    if (!tile) return;
    if (event.target.matches('input[name="asset"]')) {
      if (event.shiftKey && this.last) this.range(this.last, tile, event.target.checked);
      else this.set(tile, event.target.checked);
      this.last = tile;
      this.show();
    } else if (event.target.closest(".tile") && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      // As in a file manager; without a key the link opens the asset.
      event.preventDefault();
      this.toggle(tile, event.shiftKey);
    }
  }

  toggle(tile, extend) {
    if (extend && this.last?.isConnected) this.range(this.last, tile, true);
    else this.set(tile, !this.codes.has(tile.dataset.asset));
    this.last = tile;
    this.show();
  }

  extend(from, to) {
    this.set(from, true);
    this.set(to, true);
    this.last = to;
    this.show();
  }

  range(from, to, selected) {
    const tiles = [...this.list.querySelectorAll(".tile-box")];
    const [start, end] = [tiles.indexOf(from), tiles.indexOf(to)].sort((a, b) => a - b);
    for (const tile of tiles.slice(Math.max(0, start), end + 1)) this.set(tile, selected);
  }

  all() {
    for (const tile of this.list.querySelectorAll(".tile-box")) this.set(tile, true);
    this.show();
  }

  clear() {
    this.codes.clear();
    this.last = null;
    this.restore();
  }

  set(tile, selected) {
    if (selected) this.codes.add(tile.dataset.asset);
    else this.codes.delete(tile.dataset.asset);
    tile.querySelector('input[name="asset"]').checked = selected;
  }

  /** After tiles were replaced or removed. */
  restore() {
    const there = new Set();
    for (const box of this.boxes()) {
      box.checked = this.codes.has(box.value);
      if (box.checked) there.add(box.value);
    }
    this.codes = there;
    this.show();
  }

  show() {
    const tiles = [...this.codes].map((code) => document.getElementById(`tile-${code}`));
    const bytes = tiles.reduce((sum, tile) => sum + Number(tile.dataset.bytes), 0);
    this.bar.hidden = !this.size;
    this.grid.toggleAttribute("data-selecting", this.size > 0);
    if (!this.size) return;
    this.bar.querySelector("[data-selection-count]").textContent = `${this.size} selected`;
    this.bar.querySelector("[data-selection-size]").textContent = size(bytes);
  }
}

function size(bytes) {
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < UNITS.length - 1; unit++) value /= 1000;
  return `${unit && value < 100 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

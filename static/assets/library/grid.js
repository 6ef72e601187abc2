/**
 * <library-grid data-query="?…" data-tile-url="/library/"> around the tiles of a list.
 *
 * One tab stop: arrows move between tiles, Enter opens, Space or x selects, Shift extends, Ctrl+A
 * selects what is shown, Escape lets go, s likes, Delete puts in the trash. Tiles are read again
 * when something happens to their asset; new ones are announced above the grid.
 */
import { Selection } from "./selection.js";

/** Events about an asset that change what its tile shows, or whether it is there. */
const CHANGES = ["asset-rendered", "asset-renamed", "asset-trashed", "asset-restored", "version-added", "asset-retention-changed"];
const AT_TOP_PX = 80;

class LibraryGrid extends HTMLElement {
  connectedCallback() {
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.list = this.querySelector("#library-tiles");
    for (const kind of CHANGES) document.body.addEventListener(kind, ({ detail }) => this.refresh(detail.code), { signal });
    document.body.addEventListener("live-resync", () => this.refreshPending(), { signal });
    document.body.addEventListener("asset-added", () => this.list ?? this.readAgain(), { signal });
    if (!this.list) return;
    this.selection = new Selection(this, this.list);
    this.addEventListener("keydown", (event) => this.key(event), { signal });
    this.list.addEventListener("focusin", ({ target }) => this.activate(target.closest(".tile-box"), false), { signal });
    document.addEventListener("htmx:after:swap", ({ detail }) => this.swapped(detail.ctx), { signal });
    this.querySelector("#library-more").addEventListener("click", () => (this.goOnFrom = this.tiles.length), { signal });
    this.activate(this.tiles[0], false);
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  get tiles() {
    return [...this.list.querySelectorAll(":scope > .tile-box")];
  }

  /** The one tile that can be reached with Tab; with `focus` it gets the focus too. */
  activate(tile, focus = true) {
    if (!tile) return;
    if (tile !== this.active) {
      for (const other of this.list.querySelectorAll(".tile-box:not([data-idle])")) idle(other, true);
      idle(tile, false);
      this.active = tile;
    }
    if (focus) tile.querySelector(".tile").focus();
  }

  key(event) {
    const tile = event.target.closest(".tile-box");
    const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
    if (event.defaultPrevented || event.altKey || typing) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") this.selection.all();
    else if (event.ctrlKey || event.metaKey) return;
    else if (event.key === "Escape" && this.selection.size) this.selection.clear();
    else if (event.key === "Delete" && this.selection.size) this.querySelector('[name="action"][value="trash"]')?.click();
    else if (!tile || !this.tileKey(event, tile)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  tileKey(event, tile) {
    const { key } = event;
    if (key === " " || key === "x") this.selection.toggle(tile, event.shiftKey);
    else if (key === "s") tile.querySelector(".favourite")?.click();
    else {
      const next = this.neighbour(tile, key);
      if (!next) return false;
      if (event.shiftKey) this.selection.extend(tile, next);
      this.activate(next);
    }
    return true;
  }

  neighbour(tile, key) {
    const { tiles } = this;
    const at = tiles.indexOf(tile);
    if (key === "ArrowRight") return tiles[at + 1];
    if (key === "ArrowLeft") return tiles[at - 1];
    if (key === "Home") return tiles[0];
    if (key === "End") return tiles.at(-1);
    if (key !== "ArrowDown" && key !== "ArrowUp") return undefined;
    return nearestInNextRow(tile, key === "ArrowDown" ? tiles.slice(at + 1) : tiles.slice(0, at).reverse());
  }

  swapped(ctx) {
    const place = ctx.target;
    if (!this.contains(place) && place !== this) return;
    this.selection.restore();
    if (!this.active?.isConnected) this.active = null;
    for (const tile of this.tiles) if (tile !== this.active) idle(tile, true);
    // Whoever asked for more with the keyboard goes on with the first of it.
    if (this.goOnFrom !== undefined && this.tiles[this.goOnFrom]) {
      this.activate(this.tiles[this.goOnFrom], document.activeElement === document.body);
      delete this.goOnFrom;
    }
    if (!this.active) this.activate(this.tiles[0], false);
    const show = this.querySelector("[data-library-show]");
    if (show && window.scrollY < AT_TOP_PX && !this.selection.size) show.click();
  }

  /** Read one tile again; an asset that has left the list takes its tile along. */
  refresh(code) {
    const tile = document.getElementById(`tile-${code}`);
    const url = `${this.dataset.tileUrl}${code}/tile/${this.dataset.query}`;
    if (tile) htmx.ajax("GET", url, { source: this, target: tile, swap: "outerHTML" });
  }

  /** Messages may have been missed while the connection was down. */
  refreshPending() {
    for (const tile of this.querySelectorAll('.tile-box[data-state="pending"]')) this.refresh(tile.dataset.asset);
  }

  readAgain() {
    htmx.ajax("GET", `${this.dataset.tileUrl}${this.dataset.query}`, { source: this, target: "#library-results" });
  }
}

function idle(tile, is) {
  tile.toggleAttribute("data-idle", is);
  for (const control of tile.querySelectorAll("a, button, input")) control.tabIndex = is ? -1 : 0;
}

/** Of the tiles in reading order, the one in the next row whose middle is nearest. */
function nearestInNextRow(tile, others) {
  const from = tile.getBoundingClientRect();
  const middle = from.left + from.width / 2;
  let best;
  let least = Infinity;
  let row;
  for (const other of others) {
    const box = other.getBoundingClientRect();
    if (Math.abs(box.top - from.top) < 4) continue;
    row ??= box.top;
    if (Math.abs(box.top - row) > 4) break;
    const away = Math.abs(box.left + box.width / 2 - middle);
    if (away < least) [best, least] = [other, away];
  }
  return best;
}

customElements.define("library-grid", LibraryGrid);

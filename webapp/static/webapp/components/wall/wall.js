// <eyrie-wall>: tiles in a layout. Cameras are placed by dropping them (from the tray or another tile) or by `place`;
// in the free layout tiles are moved by their head and sized by their corner, or with Alt and Alt+Shift and the arrows.
// On a phone a tap enlarges a tile, a stroke across it turns to the next camera, one down it goes back.
//
// cameras: Map of id to {id, name, plays}. arrangement: {layout, tiles: [{camera, column, row, width, height}]}.
// Event "wall-change" when somebody rearranged it, "tile-choose" from an empty tile.

import "components/tile/tile.js";
import { FREE, FREE_GRID, LAYOUTS, inside, overlap, room } from "components/wall/layouts.js";
import { freely } from "components/wall/moving.js";
import { swipes } from "components/wall/swiping.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

export const CAMERA_TYPE = "application/x-eyrie-camera";
const TILE_TYPE = "application/x-eyrie-tile";
const PHONE = matchMedia("(max-width: 40rem)");
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class Wall extends HTMLElement {
  #layout = "2x2";
  #tiles = []; // {camera, column, row, width, height}
  #cameras = new Map();
  #states = new Map();
  #chosen = 0;

  connectedCallback() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("Wall"));
    this.addEventListener("focusin", ({ target }) => { this.#chosen = Math.max(0, this.elements.indexOf(target.closest("eyrie-tile"))); });
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("dragstart", (event) => this.#dragged(event));
    this.addEventListener("dragover", (event) => this.#over(event));
    this.addEventListener("dragleave", () => this.#mark(null));
    this.addEventListener("drop", (event) => this.#dropped(event));
    this.addEventListener("pointerdown", (event) => this.#grabbed(event));
    this.addEventListener("tile-enlarge", ({ target }) => this.enlarge(target));
    this.addEventListener("tile-clear", ({ target }) => this.clear(target));
    this.addEventListener("click", (event) => this.#tapped(event));
    swipes(this, {
      may: ({ target }) => this.#fills(target.closest("eyrie-tile")) && !target.closest("button, [data-zoomed]"),
      swiped: (way) => (way === "down" ? this.enlarge(null) : this.turn(way === "left" ? 1 : -1)),
    });
  }

  get elements() { return [...this.querySelectorAll("eyrie-tile")]; }

  // The tile that keys mean: that with the focus, else the last that had it.
  get chosen() { return this.querySelector("eyrie-tile[enlarged]") ?? this.elements[this.#chosen] ?? this.elements[0]; }

  get arrangement() {
    const tiles = this.#tiles.map((tile) => ({ ...tile }));
    return { layout: this.#layout, tiles };
  }

  set arrangement({ layout, tiles }) {
    this.#layout = layout;
    const places = LAYOUTS[layout]?.places ?? tiles;
    this.#tiles = places.map((place, at) => ({ column: 0, row: 0, width: 1, height: 1, ...place, camera: tiles[at]?.camera ?? null }));
    this.#render();
  }

  set cameras(cameras) {
    this.#cameras = cameras;
    this.#render();
  }

  status(status) {
    this.#states.set(status.camera_id, status);
    for (const tile of this.elements) if (tile.camera?.id === status.camera_id) tile.status = status;
  }

  // Another layout with the same cameras; those that find no place leave, the last first.
  relayout(layout) {
    const cameras = this.#tiles.map(({ camera }) => camera);
    if (layout === FREE) {
      const { columns, rows, places } = LAYOUTS[this.#layout] ?? LAYOUTS["2x2"];
      const free = places.map((place) => ({ column: (place.column * FREE_GRID) / columns, row: (place.row * FREE_GRID) / rows, width: (place.width * FREE_GRID) / columns, height: (place.height * FREE_GRID) / rows }));
      this.arrangement = { layout, tiles: free.map((place, at) => ({ ...place, camera: cameras[at] ?? null })) };
    } else {
      const few = LAYOUTS[layout].places.length < cameras.length;
      this.arrangement = { layout, tiles: (few ? cameras.filter(Boolean) : cameras).map((camera) => ({ camera })) };
    }
    this.#changed();
  }

  // Show a camera: in this tile, else in the first empty one, else in the chosen one.
  place(camera, tile = null) {
    let at = tile ? this.elements.indexOf(tile) : this.#tiles.findIndex((one) => one.camera === null);
    if (at < 0 && this.#layout === FREE) {
      const found = room(this.#tiles);
      if (found) at = this.#tiles.push({ camera: null, ...found }) - 1;
    }
    if (at < 0) at = this.#chosen;
    this.#tiles[at].camera = camera;
    this.#chosen = at;
    this.#render();
    this.#changed();
  }

  clear(tile) {
    const at = this.elements.indexOf(tile);
    if (this.#layout === FREE) this.#tiles.splice(at, 1);
    else this.#tiles[at].camera = null;
    this.enlarge(null);
    this.#render();
    this.#changed();
    this.elements[Math.min(at, this.elements.length - 1)]?.focus();
  }

  // One tile over the whole wall, or with null (or the same again) all of them.
  enlarge(tile) {
    const before = this.querySelector("eyrie-tile[enlarged]");
    if (before) before.enlarged = false;
    const large = tile && tile !== before ? tile : null;
    if (large) large.enlarged = true;
    this.toggleAttribute("enlarged", Boolean(large));
    return large;
  }

  // In the tile that fills the wall, the camera after (1) or before (-1) the one shown there.
  turn(step) {
    const large = this.querySelector("eyrie-tile[enlarged]");
    if (large) {
      const shown = this.elements.filter(({ camera }) => camera);
      return shown.length > 1 && this.enlarge(beside(shown, large, step)).focus();
    }
    const [only] = this.elements, ids = [...this.#cameras.keys()];
    return this.#fills(only) && ids.length > 1 && this.place(beside(ids, only.camera?.id, step), only);
  }

  // Move the focus to the nearest tile in a direction.
  go(key) {
    const [right, down] = STEPS[key];
    const from = middle(this.chosen);
    const ahead = this.elements.map((tile) => ({ tile, place: middle(tile) })).filter(({ place }) => (place.x - from.x) * right + (place.y - from.y) * down > 1);
    const cost = ({ place }) => Math.abs(place.x - from.x) * (right ? 1 : 3) + Math.abs(place.y - from.y) * (down ? 1 : 3);
    ahead.sort((one, other) => cost(one) - cost(other));
    ahead[0]?.tile.focus();
  }

  #render() {
    const { columns, rows } = LAYOUTS[this.#layout] ?? { columns: FREE_GRID, rows: FREE_GRID };
    this.dataset.layout = this.#layout;
    this.style.gridTemplate = `repeat(${rows}, minmax(0, 1fr)) / repeat(${columns}, minmax(0, 1fr))`;
    const tiles = this.elements;
    while (tiles.length > this.#tiles.length) tiles.pop().remove();
    while (tiles.length < this.#tiles.length) tiles.push(this.appendChild(document.createElement("eyrie-tile")));
    this.#tiles.forEach((place, at) => this.#fill(tiles[at], place));
    this.classList.toggle("bare", !this.#tiles.length);
  }

  #fill(tile, { camera, column, row, width, height }) {
    const before = tile.camera?.id;
    tile.style.gridArea = `${row + 1} / ${column + 1} / span ${height} / span ${width}`;
    tile.camera = camera === null ? null : this.#cameras.get(camera) ?? { id: camera };
    tile.part("head").draggable = this.#layout !== FREE && camera !== null;
    if (camera !== null && camera !== before && this.#states.has(camera)) tile.status = this.#states.get(camera);
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("wall-change", { bubbles: true }));
  }

  #fills(tile) {
    return Boolean(tile) && (tile.hasAttribute("enlarged") || this.#tiles.length === 1);
  }

  #tapped({ pointerType, target }) {
    const tile = target.closest("eyrie-tile");
    if (pointerType !== "touch" || !tile?.camera || target.closest("button") || tile.hasAttribute("enlarged") || !PHONE.matches) return;
    this.enlarge(tile).focus();
  }

  #key(event) {
    const step = STEPS[event.key];
    const at = this.elements.indexOf(event.target.closest("eyrie-tile"));
    if (!step || !event.altKey || this.#layout !== FREE || at < 0) return;
    event.preventDefault();
    const [right, down] = step;
    const { column, row, width, height } = this.#tiles[at];
    this.#reshape(at, event.shiftKey ? { column, row, width: width + right, height: height + down } : { column: column + right, row: row + down, width, height });
  }

  #reshape(at, place) {
    if (!inside(place) || this.#tiles.some((other, n) => n !== at && overlap(other, place))) return false;
    Object.assign(this.#tiles[at], place);
    this.#render();
    this.#changed();
    return true;
  }

  #grabbed(event) {
    const part = event.target.closest("[data-part=head], [data-part=corner]");
    const tile = event.target.closest("eyrie-tile");
    if (this.#layout !== FREE || !part || !tile || event.button || event.target.closest("button") || tile.hasAttribute("enlarged")) return;
    const at = this.elements.indexOf(tile);
    freely(this, tile, event, this.#tiles[at], part.dataset.part === "corner", (place) => {
      if (!this.#reshape(at, place)) {
        this.#render();
        toast(t("There is no room for the tile there."), "warn");
      }
    });
  }

  #dragged(event) {
    const tile = event.target.closest?.("eyrie-tile");
    if (!tile) return;
    event.dataTransfer.setData(TILE_TYPE, String(this.elements.indexOf(tile)));
    event.dataTransfer.effectAllowed = "move";
  }

  #over(event) {
    const { types } = event.dataTransfer;
    if (!types.includes(CAMERA_TYPE) && !types.includes(TILE_TYPE)) return;
    event.preventDefault();
    this.#mark(event.target.closest("eyrie-tile"));
  }

  #dropped(event) {
    event.preventDefault();
    this.#mark(null);
    const tile = event.target.closest("eyrie-tile");
    const camera = Number(event.dataTransfer.getData(CAMERA_TYPE));
    const from = event.dataTransfer.getData(TILE_TYPE);
    if (camera) this.place(camera, tile);
    else if (from && tile) this.#swap(Number(from), this.elements.indexOf(tile));
  }

  #swap(one, other) {
    const [first, second] = [this.#tiles[one], this.#tiles[other]];
    if (!first || !second || first === second) return;
    [first.camera, second.camera] = [second.camera, first.camera];
    this.#render();
    this.#changed();
  }

  #mark(tile) {
    for (const one of this.elements) one.toggleAttribute("target", one === tile);
  }
}

function beside(list, one, step) {
  return list[(list.indexOf(one) + step + list.length) % list.length];
}

function middle(tile) {
  const { left, top, width, height } = tile.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

customElements.define("eyrie-wall", Wall);

// <mask-editor data-camera="12">: privacy masks, drawn on what the camera sees now. Corners are dragged, or moved with
// the arrow keys; a mask begins as a rectangle and gets further corners in the middle of its longest edge.

import { call } from "eyrie/api.js";
import { busy, copyOf, make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.01;
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const BEGIN = [[0.35, 0.35], [0.65, 0.35], [0.65, 0.65], [0.35, 0.65]];
const MOST_MASKS = 16;
const MOST_CORNERS = 32;

class MaskEditor extends HTMLElement {
  #masks = [];
  #chosen = -1;

  async connectedCallback() {
    if (this.querySelector("svg")) return;
    this.append(copyOf("mask-editor"));
    const { camera } = this.dataset;
    this.svg = this.querySelector("svg");
    this.querySelector("img").src = `/api/v1/cameras/${camera}/snapshot.jpg?width=1280&t=${Date.now()}`;
    for (const [name, act] of Object.entries({ add: () => this.#add(), corner: () => this.#addCorner(), drop: () => this.#drop() })) this.querySelector(`.${name}`).addEventListener("click", act);
    this.querySelector(".save").addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => this.#save(camera)));
    const found = await call(`cameras/${camera}/`).catch((error) => this.#say(error.message));
    this.#masks = (found?.masks ?? []).map((mask) => mask.map(([x, y]) => [x, y]));
    this.#choose(this.#masks.length - 1);
    this.removeAttribute("aria-busy");
  }

  #add() {
    this.#masks.push(BEGIN.map(([x, y]) => [x, y]));
    this.#choose(this.#masks.length - 1);
    this.svg.querySelector("circle")?.focus();
  }

  #addCorner() {
    const mask = this.#masks[this.#chosen];
    const length = (at) => Math.hypot(mask[at][0] - mask[(at + 1) % mask.length][0], mask[at][1] - mask[(at + 1) % mask.length][1]);
    const longest = mask.map((_, at) => at).reduce((best, at) => (length(at) > length(best) ? at : best), 0);
    const [one, other] = [mask[longest], mask[(longest + 1) % mask.length]];
    mask.splice(longest + 1, 0, [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2]);
    this.#draw();
    this.svg.querySelectorAll("circle")[longest + 1].focus();
  }

  #drop() {
    this.#masks.splice(this.#chosen, 1);
    this.#choose(this.#masks.length - 1);
  }

  #choose(number) {
    this.#chosen = number;
    this.#draw();
  }

  #draw() {
    const shapes = this.#masks.map((mask, number) => {
      const shape = drawn("polygon", { points: mask.map(([x, y]) => `${x * 1600},${y * 900}`).join(" "), class: number === this.#chosen ? "chosen" : "" });
      shape.addEventListener("pointerdown", () => number !== this.#chosen && this.#choose(number));
      return shape;
    });
    const corners = (this.#masks[this.#chosen] ?? []).map((corner, at) => this.#handle(corner, at));
    this.svg.replaceChildren(...shapes, ...corners);
    const none = this.#chosen < 0;
    this.querySelector(".add").disabled = this.#masks.length >= MOST_MASKS;
    this.querySelector(".corner").disabled = none || this.#masks[this.#chosen].length >= MOST_CORNERS;
    this.querySelector(".drop").disabled = none;
    this.querySelector(".list").replaceChildren(...this.#masks.map((_, number) => this.#entry(number)));
    this.#say(this.#masks.some(crossed) ? t("A mask's edges cross each other; move its corners.") : "");
  }

  #entry(number) {
    const entry = make("button", { type: "button", className: "chip", "aria-pressed": String(number === this.#chosen) }, t("Mask {number}", { number: number + 1 }));
    entry.addEventListener("click", () => this.#choose(number));
    return entry;
  }

  #handle([x, y], at) {
    const handle = drawn("circle", { cx: x * 1600, cy: y * 900, r: 16, tabindex: 0, role: "button", "aria-label": t("Corner {number}: move it with the arrow keys, remove it with Delete", { number: at + 1 }) });
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.focus();
      this.svg.setPointerCapture(event.pointerId);
      this.svg.onpointermove = (move) => this.#move(at, this.#place(move));
      this.svg.onpointerup = this.svg.onpointercancel = () => (this.svg.onpointermove = null);
    });
    handle.addEventListener("keydown", (event) => this.#key(event, at));
    return handle;
  }

  #key(event, at) {
    const mask = this.#masks[this.#chosen];
    if (event.key === "Delete" && mask.length > 3) mask.splice(at, 1);
    else if (MOVES[event.key]) return event.preventDefault(), this.#move(at, mask[at].map((value, axis) => value + MOVES[event.key][axis]));
    else return undefined;
    return this.#draw(), this.svg.querySelector("circle")?.focus();
  }

  #move(at, place) {
    this.#masks[this.#chosen][at] = place.map((value) => Math.min(Math.max(Math.round(value * 1000) / 1000, 0), 1));
    this.#draw();
    this.svg.querySelectorAll("circle")[at].focus();
  }

  #place({ clientX, clientY }) {
    const { left, top, width, height } = this.svg.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }

  async #save(camera) {
    try {
      await call(`cameras/${camera}/`, { method: "PATCH", body: { masks: this.#masks } });
      this.#say("");
      toast(t("Saved."), "good");
    } catch (error) {
      this.#say([error.fields?.masks ?? error.message].flat().join(" "));
    }
  }

  #say(text) {
    const trouble = this.querySelector(".trouble");
    trouble.textContent = text;
    trouble.hidden = !text;
  }
}

function drawn(name, attributes) {
  const one = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  return one;
}

// Whether two edges that do not share a corner cut each other.
function crossed(mask) {
  const edges = mask.map((corner, at) => [corner, mask[(at + 1) % mask.length]]);
  const side = ([[ax, ay], [bx, by]], [x, y]) => Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));
  return edges.some((one, i) => edges.some((other, j) => j > i + 1 && !(i === 0 && j === edges.length - 1)
    && side(one, other[0]) * side(one, other[1]) < 0 && side(other, one[0]) * side(other, one[1]) < 0));
}

customElements.define("mask-editor", MaskEditor);

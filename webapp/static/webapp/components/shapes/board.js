// What is drawn on a picture, on an <svg> that lies on it: corners are dragged or moved with the arrow keys, a drag beside
// all shapes draws a new one. It draws a model and tells it what a hand does:
//
//   shapes       [{ points, line, name, label, look, direction }]: line: two ends and no inside; look: a class; name: is
//                written on it; label: what it is called where it has no name
//   chosen       the number of the one whose corners are shown, -1 for none
//   most         corners a shape may have
//   choose(n)    somebody points at a shape
//   put(points)  the chosen one's points while they move;  keep(): they have come to rest
//   draws        whether a drag beside the shapes begins one;  begin(from, to): it does
//   drop()       the chosen one is to go

import { t } from "eyrie/i18n.js";
import { halfway, inPicture, middle, shifted, withCorner } from "components/shapes/geometry.js";

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.01;
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const LEAST = 6; // px: less is a click
const REACH = matchMedia("(pointer: coarse)").matches ? 20 : 12; // px around a corner that take hold of it
const ARROW = 26, NAME = 22; // px

export class Board {
  #grip = null;
  #resized = new ResizeObserver(() => this.draw());

  constructor(svg, model) {
    this.svg = svg;
    this.model = model;
    svg.addEventListener("pointerdown", (event) => this.#grab(event));
    svg.addEventListener("pointermove", (event) => this.#drag(event));
    for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => this.#release(event));
    svg.addEventListener("keydown", (event) => this.#key(event));
    this.#resized.observe(svg);
  }

  close() {
    this.#resized.disconnect();
  }

  draw() {
    const { svg, model } = this, held = svg.contains(document.activeElement) && document.activeElement.dataset.key;
    const { clientWidth: wide, clientHeight: high } = svg;
    if (!wide) return;
    svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
    this.#size = [wide, high];
    const chosen = model.shapes[model.chosen];
    svg.replaceChildren(...model.shapes.flatMap((shape, number) => this.#shape(shape, number)), ...(chosen ? this.#handles(chosen) : []));
    if (held) svg.querySelector(`[data-key="${held}"]`)?.focus({ preventScroll: true });
  }

  focus(key) {
    this.svg.querySelector(`[data-key="${key}"]`)?.focus();
  }

  #size = [1, 1];

  #px([x, y]) {
    return [x * this.#size[0], y * this.#size[1]];
  }

  #place({ clientX, clientY }) {
    const { left, top, width, height } = this.svg.getBoundingClientRect();
    return inPicture([(clientX - left) / width, (clientY - top) / height]);
  }

  #shape({ points, line, name, label = name, look = "", direction }, number) {
    const here = points.map((point) => this.#px(point)), corners = here.map((point) => point.join()).join(" ");
    const chosen = number === this.model.chosen, kind = line ? "polyline" : "polygon";
    const words = chosen ? t("{name}: move it with the arrow keys, remove it with Delete", { name: label }) : label;
    const grip = drawn(kind, { points: corners, class: "grip", "data-shape": number, "data-key": `shape-${number}`, tabindex: 0, role: "button", "aria-pressed": chosen, "aria-label": words });
    const parts = [drawn(kind, { points: corners, class: `${look} shape${chosen ? " chosen" : ""}` }), grip];
    if (line) parts.push(...sides(here, direction));
    if (name) parts.push(text(line ? before(here) : middle(here), name));
    return parts;
  }

  #handles({ points, line }) {
    const edges = line || points.length >= this.model.most ? [] : points;
    const between = edges.map((point, at) => {
      const [cx, cy] = this.#px(halfway(point, points[(at + 1) % points.length]));
      return drawn("circle", { cx, cy, r: 5, class: "between", "data-between": at });
    });
    const corners = points.flatMap((point, at) => {
      const [cx, cy] = this.#px(point), number = at + 1;
      const words = line ? t("End {number}: move it with the arrow keys", { number }) : t("Corner {number}: move it with the arrow keys, remove it with Delete", { number });
      return [drawn("circle", { cx, cy, r: REACH, class: "corner", "data-corner": at, "data-key": `corner-${at}`, tabindex: 0, role: "button", "aria-label": words }),
        drawn("circle", { cx, cy, r: 6, class: "dot" })];
    });
    return [...between, ...corners];
  }

  #grab(event) {
    if (event.button) return;
    const { corner, between, shape } = event.target.dataset, { model } = this, at = this.#place(event);
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    if (corner !== undefined) this.#grip = { corner: Number(corner) };
    else if (between !== undefined) this.#grip = this.#split(Number(between));
    else if (shape !== undefined) {
      model.choose(Number(shape));
      this.#grip = { from: at, points: model.shapes[model.chosen].points };
    } else if (model.draws) this.#grip = { begins: at, x: event.clientX, y: event.clientY };
    const key = this.#grip?.corner === undefined ? `shape-${model.chosen}` : `corner-${this.#grip.corner}`;
    if (!this.#grip?.begins) this.svg.querySelector(`[data-key="${key}"]`)?.focus({ preventScroll: true });
  }

  #split(edge) {
    this.model.put(withCorner(this.model.shapes[this.model.chosen].points, edge));
    this.draw();
    return { corner: edge + 1, moved: true };
  }

  #drag(event) {
    const grip = this.#grip, { model } = this;
    if (!grip) return;
    const at = this.#place(event);
    if (grip.begins) {
      if (!grip.moved && Math.hypot(event.clientX - grip.x, event.clientY - grip.y) < LEAST) return;
      model.begin(grip.begins, at, Boolean(grip.moved));
    } else if (grip.from) model.put(shifted(grip.points, at.map((value, axis) => value - grip.from[axis])));
    else model.put(model.shapes[model.chosen].points.with(grip.corner, at));
    grip.moved = true;
    this.draw();
  }

  #release() {
    const moved = this.#grip?.moved;
    this.#grip = null;
    if (moved) this.model.keep();
  }

  #key(event) {
    const { corner, shape } = event.target.dataset;
    if (event.ctrlKey || event.altKey || event.metaKey || (corner ?? shape) === undefined) return;
    if (corner !== undefined ? this.#cornerKey(event.key, Number(corner)) : this.#shapeKey(event.key, Number(shape))) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  #cornerKey(key, at) {
    const { points, line } = this.model.shapes[this.model.chosen];
    if (MOVES[key]) return this.#changed(points.with(at, inPicture(points[at].map((value, axis) => value + MOVES[key][axis]))));
    if (line || key !== "Delete" || points.length <= 3) return false;
    this.#changed(points.toSpliced(at, 1));
    this.focus(`corner-${Math.min(at, points.length - 2)}`);
    return true;
  }

  #shapeKey(key, number) {
    const chosen = number === this.model.chosen;
    if (!chosen && (key === "Enter" || key === " ")) return this.model.choose(number), true;
    if (chosen && MOVES[key]) return this.#changed(shifted(this.model.shapes[number].points, MOVES[key]));
    if (chosen && key === "Delete") return this.model.drop(), true;
    return false;
  }

  #changed(points) {
    this.model.put(points);
    this.model.keep();
    this.draw();
    return true;
  }
}

// Which way crossings of a line count, and what its sides are called: those of one who walks from its first end.
function sides([from, to], direction) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1, at = halfway(from, to);
  const left = [(to[1] - from[1]) / length, (from[0] - to[0]) / length];
  return [["to_left", 1, t("left")], ["to_right", -1, t("right")]].flatMap(([way, sign, words]) => {
    const tip = at.map((value, axis) => value + sign * ARROW * left[axis]), label = at.map((value, axis) => value + sign * (ARROW + 16) * left[axis]);
    const wing = (turn) => tip.map((value, axis) => value - sign * 9 * left[axis] + turn * 6 * left[1 - axis] * (axis ? 1 : -1));
    const arrow = `M${at}L${tip}M${wing(1)}L${tip}L${wing(-1)}`;
    return [...(direction === "both" || direction === way ? [drawn("path", { d: arrow, class: "arrow" })] : []), text(label, words, "side")];
  });
}

// A place for a line's name, off its first end.
function before([[x, y], [u, v]]) {
  const length = Math.hypot(u - x, v - y) || 1;
  return [x + ((x - u) * NAME) / length, y + ((y - v) * NAME) / length];
}

function text([x, y], words, look = "") {
  const one = drawn("text", { x, y, class: look });
  one.textContent = words;
  return one;
}

function drawn(name, attributes) {
  const one = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  return one;
}

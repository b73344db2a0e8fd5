// <eyrie-region>: a part of a picture, drawn on it. Made by its page: region.lie(frame, ...pictures), the frame being what
// the pictures are fitted into. Property points: corners [x, y] in parts of the picture, null without any.
//
// Drag to draw a rectangle; its corners and edges then make any shape of it. An arrow key begins one in the middle.
// Event: "drawn".

import { t } from "eyrie/i18n.js";
import { Board } from "components/shapes/board.js";
import { rectangle } from "components/shapes/geometry.js";

const LEAST = 0.02; // part of the picture: less is a click
const FIRST = rectangle([0.35, 0.35], [0.65, 0.65]); // of who has no pointer
const MOST = 32; // corners

class Region extends HTMLElement {
  #points = null;
  #pictures = [];
  #board = null;
  #resized = new ResizeObserver(() => this.#fit());

  connectedCallback() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.replaceChildren(svg);
    this.tabIndex = 0;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", t("Where to look: drag, or press an arrow key to begin"));
    for (const name of ["wheel", "dblclick", "pointerdown", "pointermove", "pointerup"]) this.addEventListener(name, (event) => event.stopPropagation());
    this.addEventListener("keydown", (event) => this.#key(event));
    this.#board = new Board(svg, this.#model());
  }

  disconnectedCallback() {
    this.#resized.disconnect();
    this.#board.close();
  }

  lie(frame, ...pictures) {
    this.#pictures = pictures;
    frame.append(this);
    this.#resized.observe(frame);
    for (const picture of pictures) for (const name of ["loadedmetadata", "resize", "load"]) picture.addEventListener(name, () => this.#fit());
    this.#fit();
  }

  get points() { return this.#points; }

  set points(points) {
    this.#points = points;
    this.#board.draw();
  }

  #model() {
    const region = this;
    return {
      get shapes() { return region.#points ? [{ points: region.#points, look: "region", name: "", label: t("The marked part") }] : []; },
      get chosen() { return region.#points ? 0 : -1; },
      most: MOST,
      draws: true,
      choose: () => {},
      put: (points) => { this.#points = points; },
      begin: (from, to) => { this.#points = rectangle(from, to); },
      keep: () => this.#keep(),
      drop: () => { this.points = null; this.focus(); this.#keep(); },
    };
  }

  #keep() {
    const wide = (axis) => Math.max(...this.#points.map((point) => point[axis])) - Math.min(...this.#points.map((point) => point[axis]));
    if (this.#points && (wide(0) < LEAST || wide(1) < LEAST)) this.points = null;
    this.dispatchEvent(new Event("drawn", { bubbles: true }));
  }

  // Lie on the picture, not on the bars beside it.
  #fit() {
    const shown = this.#pictures.find((picture) => !picture.hidden && (picture.videoWidth || picture.naturalWidth));
    const frame = this.parentElement;
    if (!frame) return;
    const wide = shown?.videoWidth || shown?.naturalWidth || 16, high = shown?.videoHeight || shown?.naturalHeight || 9;
    const scale = Math.min(frame.clientWidth / wide, frame.clientHeight / high), width = wide * scale, height = high * scale;
    const px = (value) => `${value}px`;
    Object.assign(this.style, {
      left: px((frame.clientWidth - width) / 2), top: px((frame.clientHeight - height) / 2), width: px(width), height: px(height),
    });
  }

  #key(event) {
    if (event.target !== this || !event.key.startsWith("Arrow") || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.points ??= FIRST;
    this.#board.focus("shape-0");
    this.#keep();
  }
}

customElements.define("eyrie-region", Region);

// <shape-editor data-camera="12">: the drawing board for masks, zones and lines, on what the camera sees now.
//
//   editor.show([{ name, kind, title, hint, most, single, fields, shapes }])   layers of one picture, such as a form's fields
//   editor.values                            { name: shapes }; of a single one the shape itself, or null
//   editor.tell("zones.0.points", "…")       what is wrong, as the server names it; answers whether that is one of its
//   "change" bubbles when something was drawn
//
// kind: "mask" (nothing but corners), "zone" or "line". shapes: objects with points. fields: a JSON Schema of what else
// a shape has, asked for while it is chosen.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { Board } from "components/shapes/board.js";
import { crossed, longestEdge, rectangle, withCorner } from "components/shapes/geometry.js";
import { History } from "components/shapes/history.js";

const MOST = 32; // shapes of a layer that says nothing, and corners of a shape
const BEGIN = [[0.35, 0.35], [0.65, 0.65]];
const ADD = { mask: t("Add a mask"), zone: t("Add a zone"), line: t("Add a line") };
const NAMES = { mask: (number) => t("Mask {number}", { number }), zone: (number) => t("Zone {number}", { number }), line: (number) => t("Line {number}", { number }) };

class ShapeEditor extends HTMLElement {
  #layers = [];
  #shapes = []; // { layer, value }
  #chosen = -1;
  #drawing = null;
  #history = new History([]);
  #board = null;

  connectedCallback() {
    this.onkeydown = (event) => this.#key(event);
    if (this.svg && !this.#board) this.#board = new Board(this.svg, this.#model());
  }

  disconnectedCallback() {
    this.#board?.close();
    this.#board = null;
  }

  show(layers) {
    this.#layers = layers.map((layer) => ({ most: layer.single ? 1 : MOST, ...layer }));
    this.#shapes = layers.flatMap(({ shapes }, layer) => shapes.map((value) => ({ layer, value: structuredClone(value) })));
    this.#history = new History(this.#shapes);
    this.#build();
    this.#choose(this.#shapes.length ? 0 : -1);
  }

  get values() {
    return Object.fromEntries(this.#layers.map(({ name, single }, layer) => {
      const values = this.#shapes.filter((one) => one.layer === layer).map(({ value }) => structuredClone(value));
      return [name, single ? values[0] ?? null : values];
    }));
  }

  tell(path, text) {
    const [name, number] = path.split("."), layer = this.#layers.findIndex((one) => one.name === name);
    const found = this.#shapes.filter((one) => one.layer === layer)[Number(number)];
    if (found) this.#choose(this.#shapes.indexOf(found));
    if (layer >= 0) this.#say(found ? `${this.#title(found)}: ${text}` : text);
    return layer >= 0;
  }

  #build() {
    this.#board?.close();
    const { camera } = this.dataset, title = this.#layers.map((layer) => layer.title).join(", ");
    this.svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of Object.entries({ role: "group", "aria-label": title, preserveAspectRatio: "none" })) this.svg.setAttribute(name, value);
    this.stage = make("div", { className: "stage" }, camera && this.#picture(camera), this.svg);
    this.list = make("div", { className: "list" });
    this.fields = make("div", { className: "shape-fields" });
    this.trouble = make("p", { className: "notice", "data-tone": "bad", role: "alert", hidden: true });
    this.adders = this.#layers.map((layer, number) => this.#button(this.#adds(layer), () => this.#add(number)));
    this.adders.forEach((button, number) => { button.title = this.#layers[number].hint ?? ""; });
    this.tools = {
      corner: this.#button(t("Add a corner"), () => this.#addCorner()),
      turn: this.#button(t("Turn around"), () => this.#put(this.#value.points.toReversed())),
      drop: this.#button(t("Remove"), () => this.#drop()),
      undo: this.#button(t("Undo"), () => this.#go(-1)),
      redo: this.#button(t("Redo"), () => this.#go(1)),
    };
    this.replaceChildren(this.stage, this.list, this.trouble, this.fields, make("div", { className: "buttons" }, ...this.adders, ...Object.values(this.tools)));
    this.#board = new Board(this.svg, this.#model());
  }

  #picture(camera) {
    const picture = make("img", { alt: t("What the camera sees now"), src: `/api/v1/cameras/${camera}/snapshot.jpg?width=1280&t=${Date.now()}` });
    picture.addEventListener("load", () => { this.stage.style.aspectRatio = `${picture.naturalWidth} / ${picture.naturalHeight}`; });
    picture.addEventListener("error", () => picture.replaceWith(make("p", { className: "no-picture" }, t("The camera sends no picture now."))));
    return picture;
  }

  #button(words, act) {
    const button = make("button", { type: "button", className: "button" }, words);
    button.addEventListener("click", act);
    return button;
  }

  #adds(layer) {
    return this.#alone(layer) ? ADD[layer.kind] : `${ADD[layer.kind]}: ${layer.title}`;
  }

  // Whether it is the only one of its kind, and need not be named.
  #alone({ kind }) {
    return this.#layers.filter((layer) => layer.kind === kind).length === 1;
  }

  // What the board draws, and what it tells.
  #model() {
    const editor = this;
    return {
      get shapes() { return editor.#shapes.map((shape) => editor.#look(shape)); },
      get chosen() { return editor.#chosen; },
      get draws() { return editor.#layers.some((_, layer) => editor.#room(layer)); },
      most: MOST,
      choose: (number) => this.#choose(number),
      put: (points) => { this.#value.points = points; },
      keep: () => this.#keep(),
      drop: () => this.#drop(),
      begin: (from, to, begun) => this.#begin(from, to, begun),
    };
  }

  #look(shape) {
    const { kind } = this.#layers[shape.layer], { points, direction, kind: part } = shape.value;
    return { points, line: kind === "line", name: this.#title(shape), look: `${kind}${part === "exclude" ? " exclude" : ""}`, direction };
  }

  get #value() { return this.#shapes[this.#chosen]?.value; }

  #title({ layer, value }) {
    return value.name ?? NAMES[this.#layers[layer].kind](this.#shapes.filter((one) => one.layer === layer).findIndex((one) => one.value === value) + 1);
  }

  #room(layer) {
    return this.#shapes.filter((one) => one.layer === layer).length < this.#layers[layer].most;
  }

  #made(layer, points) {
    const { kind, fields } = this.#layers[layer], names = new Set(this.#shapes.map(({ value }) => value.name));
    let number = 1;
    while (names.has(NAMES[kind](number))) number += 1;
    const usual = Object.entries(fields?.properties ?? {}).filter(([, own]) => own.default !== undefined).map(([name, own]) => [name, own.default]);
    this.#shapes.push({ layer, value: { ...(kind !== "mask" && { name: NAMES[kind](number) }), ...Object.fromEntries(usual), points } });
    this.#chosen = this.#shapes.length - 1;
  }

  #add(layer) {
    this.#made(layer, this.#spread(layer, ...BEGIN));
    this.#keep();
    this.#choose(this.#chosen);
    this.#board.focus("corner-0");
  }

  // A drag beside all shapes: another one like the chosen, or the first kind there is room for.
  #begin(from, to, begun) {
    const like = this.#shapes[this.#chosen]?.layer;
    if (!begun) this.#drawing = like !== undefined && this.#room(like) ? like : this.#layers.findIndex((_, layer) => this.#room(layer));
    if (!begun) this.#made(this.#drawing, []);
    this.#value.points = this.#spread(this.#drawing, from, to);
  }

  #spread(layer, from, to) {
    return this.#layers[layer].kind === "line" ? [from, to] : rectangle(from, to);
  }

  #addCorner() {
    const edge = longestEdge(this.#value.points);
    this.#put(withCorner(this.#value.points, edge));
    this.#board.focus(`corner-${edge + 1}`);
  }

  #put(points) {
    this.#value.points = points;
    this.#keep();
  }

  #drop() {
    this.#shapes.splice(this.#chosen, 1);
    this.#chosen = this.#shapes.length - 1;
    this.#keep();
    this.#choose(this.#chosen);
    this.adders[0].focus();
  }

  #go(step) {
    const before = this.#history.go(step);
    if (!before) return;
    this.#shapes = before;
    this.#choose(Math.min(this.#chosen, before.length - 1));
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #key(event) {
    const key = event.key.toLowerCase();
    if (!event.ctrlKey || !"zy".includes(key) || event.target.closest("input, textarea")) return;
    event.preventDefault();
    this.#go(key === "y" || event.shiftKey ? 1 : -1);
  }

  #keep() {
    if (this.#history.keep(this.#shapes)) this.dispatchEvent(new Event("change", { bubbles: true }));
    if (this.fields.dataset.shape !== String(this.#chosen)) this.#choose(this.#chosen);
    this.#draw();
  }

  #choose(number) {
    this.#chosen = number;
    this.fields.dataset.shape = number;
    const layer = this.#layers[this.#shapes[number]?.layer];
    this.fields.replaceChildren();
    if (layer && Object.keys(layer.fields?.properties ?? {}).length) this.#ask(layer.fields);
    this.#draw();
  }

  #ask(schema) {
    const form = document.createElement("schema-form"), { value } = this.#shapes[this.#chosen];
    this.fields.append(form);
    form.show(schema, value);
    form.addEventListener("input", () => {
      Object.assign(value, form.values);
      this.#draw();
    });
    form.addEventListener("change", (event) => {
      event.stopPropagation();
      this.#keep();
    });
  }

  #draw() {
    this.#board.draw();
    const chosen = this.#shapes[this.#chosen], kind = chosen && this.#layers[chosen.layer].kind;
    this.adders.forEach((button, layer) => { button.disabled = !this.#room(layer); });
    this.tools.corner.hidden = !chosen || kind === "line";
    this.tools.corner.disabled = chosen?.value.points.length >= MOST;
    this.tools.turn.hidden = kind !== "line";
    this.tools.drop.hidden = !chosen;
    this.tools.undo.disabled = !this.#history.back;
    this.tools.redo.disabled = !this.#history.on;
    this.list.replaceChildren(...this.#shapes.map((_, number) => this.#entry(number)));
    const wrong = this.#shapes.find(({ layer, value }) => this.#layers[layer].kind !== "line" && crossed(value.points));
    this.#say(wrong ? t("{name}: its edges cross each other; move its corners.", { name: this.#title(wrong) }) : "");
  }

  #entry(number) {
    const shape = this.#shapes[number], layer = this.#layers[shape.layer], name = this.#title(shape);
    const entry = make("button", { type: "button", className: "chip", title: layer.hint ?? "", "aria-pressed": String(number === this.#chosen) }, this.#alone(layer) ? name : `${layer.title}: ${name}`);
    entry.addEventListener("click", () => {
      this.#choose(number);
      this.list.children[number].focus();
    });
    return entry;
  }

  #say(text) {
    this.trouble.textContent = text;
    this.trouble.hidden = !text;
  }
}

customElements.define("shape-editor", ShapeEditor);

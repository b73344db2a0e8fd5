// <schema-form>: fields of a JSON Schema object, as drivers and plugins describe their settings.
//
//   form.show(schema, values)   draws the fields; secrets come masked and go back masked when nobody touched them
//   form.values                 what is entered; fields left empty that need not be filled are left out
//   form.tell({ url: ["…"] })   sentences beside the fields; answers those that belong to none of them
//   "change" bubbles from the fields themselves.
//
// Fields for zones and lines share one drawing board; data-camera: whose picture lies beneath. Fields whose schema says
// `advanced` lie folded away below the others.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { picker } from "./pickers.js";
import "components/shapes/shape-editor.js";

let serial = 0;

class SchemaForm extends HTMLElement {
  #fields = new Map();
  #board = null;

  show(schema, values = {}) {
    this.#fields.clear();
    this.#board = null;
    const required = new Set(schema.required ?? []);
    const prefix = `schema-${serial += 1}`;
    const layers = [], folded = [];
    const shown = Object.entries(schema.properties ?? {}).flatMap(([name, own]) => {
      const real = resolved(own, schema), layer = layerOf(name, real, schema, values[name] ?? real.default);
      if (layer) return layers.push(layer) === 1 ? [this.#board = make("shape-editor", { "data-camera": this.dataset.camera })] : [];
      const field = new Field(`${prefix}-${name}`, name, real, required.has(name), values[name]);
      this.#fields.set(name, field);
      return real.advanced ? (folded.push(field.element), []) : [field.element];
    });
    this.replaceChildren(...shown, ...(folded.length ? [more(folded)] : []));
    this.#board?.show(layers);
    this.classList.add("stack");
  }

  get values() {
    const entries = [...this.#fields].map(([name, field]) => [name, field.value]);
    return { ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)), ...this.#board?.values };
  }

  tell(errors) {
    const others = [];
    for (const field of this.#fields.values()) field.tell("");
    for (const [name, sentences] of Object.entries(errors)) {
      const path = name.replace(/^settings\./, ""), field = this.#fields.get(path.split(".")[0]);
      const text = [sentences].flat().join(" ");
      if (this.#board?.tell(path, text)) continue;
      if (field) field.tell(text);
      else others.push(text);
    }
    const wrong = this.querySelector("[aria-invalid]");
    wrong?.closest("details")?.setAttribute("open", "");
    wrong?.focus();
    return others;
  }
}

class Field {
  constructor(id, name, schema, required, value) {
    this.schema = schema;
    this.kind = kindOf(schema);
    this.control = picker(schema, value ?? schema.default) ?? control(this.kind, schema, value ?? schema.default);
    Object.assign(this.control, { id, name, required });
    this.error = make("p", { id: `${id}-error`, className: "error", hidden: true });
    const hint = schema.description && make("p", { id: `${id}-hint`, className: "hint" }, t(schema.description));
    this.control.setAttribute("aria-describedby", hint ? `${id}-hint ${id}-error` : `${id}-error`);
    const title = t(schema.title ?? name);
    this.element = this.kind === "boolean"
      ? make("div", { className: "field" }, make("label", { className: "check" }, this.control, title), hint, this.error)
      : make("div", { className: "field" }, make("label", { htmlFor: id }, title), this.control, hint, this.error);
  }

  get value() {
    const { control: { value, checked }, kind } = this;
    if (this.control.read) return this.control.read();
    if (kind === "boolean") return checked;
    if (kind === "integer" || kind === "number") return value === "" ? undefined : Number(value);
    if (kind === "list") return value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (kind === "json") return parsed(value);
    return value === "" && this.schema.default === undefined ? undefined : value;
  }

  tell(text) {
    this.error.textContent = text;
    this.error.hidden = !text;
    if (text) this.control.setAttribute("aria-invalid", "true");
    else this.control.removeAttribute("aria-invalid");
  }
}

function more(elements) {
  return make("details", { className: "more" }, make("summary", {}, t("More settings")), make("div", { className: "stack" }, ...elements));
}

function kindOf(schema) {
  if (schema.enum) return "choice";
  if (schema.format === "password" || schema.writeOnly) return "secret";
  if (["boolean", "integer", "number", "string"].includes(schema.type)) return schema.type;
  return schema.type === "array" && schema.items?.type === "string" ? "list" : "json";
}

function control(kind, schema, value) {
  if (kind === "boolean") return make("input", { type: "checkbox", checked: Boolean(value) });
  if (kind === "choice") {
    const options = schema.enum.map((one) => make("option", { value: String(one), selected: one === value }, t(String(one).replaceAll("_", " "))));
    return make("select", {}, ...options);
  }
  if (kind === "integer" || kind === "number") {
    const { minimum, maximum } = schema;
    return make("input", { type: "number", value: value ?? "", min: minimum, max: maximum, step: kind === "integer" ? 1 : "any" });
  }
  if (kind === "list") return make("textarea", { rows: 3, value: (value ?? []).join("\n") });
  if (kind === "json") return make("textarea", { rows: 4, className: "mono", spellcheck: false, value: JSON.stringify(value ?? null, null, 2) });
  if (schema.format === "textarea") return make("textarea", { rows: 6, className: "mono", spellcheck: false, value: value ?? "" });
  return make("input", { type: kind === "secret" ? "password" : "text", autocomplete: kind === "secret" ? "new-password" : "off", spellcheck: false, value: value ?? "" });
}

// What does not parse goes out as it is: the server says by field what it should be.
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// A field that is drawn on the picture, as a layer of the drawing board; null for another.
function layerOf(name, own, root, value) {
  const single = own.type !== "array", shape = single ? own : resolved(own.items ?? {}, root);
  if (!["zone", "line"].includes(shape.format)) return null;
  const { points, ...properties } = shape.properties;
  const most = own.maxItems === undefined ? {} : { most: own.maxItems };
  const shapes = single ? [value].filter(Boolean) : value ?? [];
  return { name, kind: shape.format, title: t(own.title ?? name), hint: own.description && t(own.description), single, ...most, fields: { ...shape, properties, $defs: root.$defs }, shapes };
}

// References resolved, and "this or null" taken as this.
function resolved(own, schema) {
  const { $ref, anyOf, allOf, ...rest } = own;
  const real = (anyOf ?? allOf ?? []).find((one) => one.type !== "null");
  const target = $ref ? schema.$defs?.[$ref.split("/").at(-1)] : real && resolved(real, schema);
  return { ...target, ...rest };
}

customElements.define("schema-form", SchemaForm);

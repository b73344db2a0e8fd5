// Fields of a camera's own settings, as REST describes them (plugins/onvif/configuring/model.py).
//
//   const fields = new Fields(described, { prefix: "own" });
//   fields.draw(box);      draws those that count with the values as they are; draws anew when others come to count
//   fields.edits           { name: value } of what differs from the camera
//   fields.tell({ "main.gop": ["…"] })   sentences beside the fields; answers those that belong to none of them

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";

export class Fields {
  #boxes = new Map();
  #place = null;

  constructor(described, { prefix, changed = () => {}, boxOf = null }) {
    this.described = described;
    this.prefix = prefix;
    this.changed = changed;
    this.boxOf = boxOf; // where a field of a group is put; one box for all else
    this.entered = new Map();
  }

  get values() {
    return Object.fromEntries(this.described.map((one) => [one.name, this.entered.has(one.name) ? this.entered.get(one.name) : one.value]));
  }

  get edits() {
    const now = Object.fromEntries(this.described.map((one) => [one.name, one.value])), shown = this.#counting();
    return Object.fromEntries([...this.entered].filter(([name, value]) => shown.has(name) && value !== now[name] && value !== null));
  }

  draw(place = this.#place) {
    this.#place = place;
    const focus = document.activeElement?.name, counting = this.#counting();
    this.#boxes.clear();
    const groups = new Map();
    for (const one of this.described.filter(({ name }) => counting.has(name))) {
      const box = this.#box(one);
      this.#boxes.set(one.name, box);
      const where = this.boxOf?.(one) ?? place;
      groups.set(where, [...(groups.get(where) ?? []), box.element]);
    }
    for (const [where, boxes] of groups) where.replaceChildren(...boxes);
    if (focus && this.#boxes.has(focus)) this.#boxes.get(focus).control?.focus();
  }

  tell(errors) {
    const others = [];
    for (const box of this.#boxes.values()) box.tell("");
    for (const [name, sentences] of Object.entries(errors)) {
      const text = [sentences].flat(2).join(" ");
      if (this.#boxes.has(name)) this.#boxes.get(name).tell(text);
      else others.push(text);
    }
    [...this.#boxes.values()].find((box) => box.wrong)?.control.focus();
    return others;
  }

  #counting() {
    const { values } = this;
    return new Set(this.described.filter((one) => limitsOf(one, values)).map(({ name }) => name));
  }

  #box(one) {
    const { values } = this, limits = limitsOf(one, values);
    let value = values[one.name];
    if (limits.choices.length && value !== null && !limits.choices.some((choice) => choice.value === value)) value = null;
    return new Box(`${this.prefix}-${one.name}`, one, limits, value, (entered) => {
      this.entered.set(one.name, entered);
      if (this.described.some(({ depends }) => depends === one.name)) this.draw();
      this.changed();
    });
  }
}

// What the camera takes of a field with these values; null when there is no such field then.
export function limitsOf(one, values) {
  return one.depends ? one.others[String(values[one.depends])] ?? null : one.limits;
}

class Box {
  constructor(id, one, limits, value, entered) {
    this.one = one;
    this.control = controlOf(one, limits, value);
    this.error = make("p", { id: `${id}-error`, className: "error", hidden: true });
    const title = one.unit ? `${t(one.title)} (${t(one.unit)})` : t(one.title);
    const told = [one.hint && t(one.hint), this.control.type === "number" ? span(limits) : ""].filter(Boolean).join(" ");
    const hint = told && make("p", { id: `${id}-hint`, className: "hint" }, told);
    if (one.kind === "shown") {
      this.element = make("div", { className: "field" }, make("span", { className: "label" }, title), make("output", { className: "number" }, String(one.value ?? "–")), hint);
      return;
    }
    Object.assign(this.control, { id, name: one.name });
    this.control.setAttribute("aria-describedby", hint ? `${id}-hint ${id}-error` : `${id}-error`);
    const number = this.control.type !== "range" ? null : make("output", { htmlFor: id, className: "number" }, this.control.value);
    if (number) this.control.addEventListener("input", () => { number.textContent = this.control.value; });
    this.control.addEventListener(this.control.type === "text" || this.control.type === "number" || this.control.type === "password" ? "input" : "change", () => entered(this.value(limits)));
    this.element = one.kind === "bool"
      ? make("div", { className: "field" }, make("label", { className: "check" }, this.control, title), hint, this.error)
      : make("div", { className: "field" }, make("label", { htmlFor: id }, title, number ? " " : null, number), this.control, hint, this.error);
  }

  value(limits) {
    const { value, checked } = this.control;
    if (this.one.kind === "bool") return checked;
    if (limits.choices.length) return value === "" ? null : limits.choices[Number(value)]?.value ?? null;
    if (this.one.kind === "number") return value === "" ? null : Number(value);
    return value;
  }

  get wrong() { return this.control.getAttribute("aria-invalid") === "true"; }

  tell(text) {
    this.error.textContent = text;
    this.error.hidden = !text;
    if (text) this.control.setAttribute("aria-invalid", "true");
    else this.control.removeAttribute("aria-invalid");
  }
}

function controlOf(one, limits, value) {
  if (one.kind === "bool") return make("input", { type: "checkbox", checked: value === true });
  if (limits.choices.length) {
    const options = limits.choices.map((choice, place) => make("option", { value: String(place), selected: choice.value === value }, choice.word ? t(choice.title) : choice.title));
    return make("select", {}, ...(value === null ? [make("option", { value: "", selected: true }, "–")] : []), ...options);
  }
  if (one.kind === "number") {
    const { low, high } = limits, bounds = { min: low ?? "", max: high ?? "", step: limits.step || "any", value: value ?? "" };
    const slides = !one.unit && !limits.step && low !== null && high !== null && value !== null;
    return slides ? make("input", { type: "range", ...bounds, step: high - low > 20 ? 1 : (high - low) / 100, value }) : make("input", { type: "number", inputMode: "decimal", ...bounds });
  }
  const secret = one.kind === "secret";
  return make("input", { type: secret ? "password" : "text", autocomplete: secret ? "new-password" : "off", spellcheck: false, maxLength: limits.length || 400, value: value ?? "" });
}

function span({ low, high }) {
  if (low !== null && high !== null) return t("{low} to {high}", { low, high });
  return "";
}

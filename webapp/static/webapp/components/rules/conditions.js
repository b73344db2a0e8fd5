// A condition: comparisons and groups of them, of which all, any or none must be true.
//
//   const form = new ConditionForm(place, operators, changed);
//   form.fields(found);      // of the REST interface
//   form.show(condition);    // as the REST interface writes it
//   form.value               // null for none

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { iconButton, option } from "./choices.js";
import { comparison } from "./comparison.js";

const DEEPEST = 6; // levels, as the server counts them
const JOINTS = { all: t("All of these"), any: t("Any of these"), none: t("None of these") };

export class ConditionForm {
  #known = { fields: new Map(), operators: {} };
  #kept = null; // shown before its fields were known: it is this until somebody changes it

  constructor(place, operators, changed) {
    this.#known.operators = operators;
    this.changed = changed;
    this.place = make("div", { className: "condition" });
    this.words = make("p", { className: "small quiet-text" });
    place.replaceChildren(this.place, this.words);
    place.addEventListener("input", () => this.#told());
    this.show(null);
  }

  fields(found) {
    const before = this.value;
    this.#kept = null;
    this.#known.fields = new Map(found.map((one) => [one.name, one]));
    this.show(before);
    this.words.textContent = found.length ? "" : t("Choose what happens first.");
  }

  show(condition) {
    if (!this.#known.fields.size) this.#kept = condition;
    this.root = group(condition, this.#known, 1, () => this.#told());
    this.place.replaceChildren(this.root.element);
    this.root.draw();
  }

  get value() {
    return this.#kept ?? this.root.value;
  }

  #told() {
    this.#kept = null;
    this.root.draw();
    this.changed();
  }
}

// A group: { element, value, draw }; its value is null while nothing is in it.
function group(condition, known, level, changed, removed) {
  const { joint, parts } = opened(condition);
  const rows = [];
  const choice = make("select", { className: "input", "aria-label": t("How these belong together") }, ...Object.entries(JOINTS).map(([name, words]) => option(name, words, name === joint)));
  const list = make("div", { className: "condition-rows" });
  const put = (given) => {
    const gone = () => { rows.splice(rows.indexOf(row), 1); changed(); };
    const row = given.field === undefined ? group(given, known, level + 1, changed, gone) : comparison(given, known, gone);
    rows.push(row);
    list.append(row.element);
    return row;
  };
  const button = (words, work) => {
    const made = make("button", { type: "button", className: "button plain" }, words);
    made.addEventListener("click", () => { work(); changed(); });
    return made;
  };
  const add = button(t("+ Condition"), () => put({ field: "" }).field.focus());
  const nest = button(t("+ Group"), () => put({ any: [{ field: "" }] }));
  const head = make("div", { className: "condition-head" }, choice, removed ? iconButton("×", t("Remove this group"), () => { element.remove(); removed(); }) : "");
  const element = make("div", { className: removed ? "condition-group" : "", role: "group", "aria-label": t("Conditions") }, head, list, make("div", { className: "buttons" }, add, nest));
  parts.forEach(put);
  const draw = () => {
    choice.hidden = rows.length < 2 && choice.value !== "none" && !removed;
    head.hidden = choice.hidden && !removed;
    add.disabled = nest.disabled = !known.fields.size;
    nest.hidden = level + 3 > DEEPEST || !rows.length; // "none" takes two levels
    for (const row of rows) row.draw?.();
  };
  return { element, draw, get value() { return closed(choice.value, rows.map(({ value }) => value).filter(Boolean)); } };
}

// What a condition is as a group.
function opened(condition) {
  if (!condition) return { joint: "all", parts: [] };
  if (condition.not) return { joint: "none", parts: condition.not.any ?? [condition.not] };
  if (condition.any) return { joint: "any", parts: condition.any };
  return { joint: "all", parts: condition.all ?? [condition] };
}

// And back, as short as it can be said.
function closed(joint, parts) {
  if (!parts.length) return null;
  if (joint === "none") return { not: parts.length > 1 ? { any: parts } : parts[0] };
  return parts.length > 1 ? { [joint]: parts } : parts[0];
}

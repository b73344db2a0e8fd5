// Rows of a condition: a field of the event, a comparison, a value; all of them or any must hold. What is nested deeper, as
// only the REST interface makes it, is shown as it is and kept.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { iconButton, option } from "./choices.js";

export const OPERATORS = {
  eq: t("is"), ne: t("is not"), lt: t("is below"), le: t("is at most"), gt: t("is above"), ge: t("is at least"),
  in: t("is one of"), contains: t("contains"), matches: t("looks like"), between: t("is between"),
};

export class ConditionRows {
  #rows = [];
  #fields = new Map();
  #operators;
  #kept = null;

  constructor(place, operators, changed) {
    this.#operators = operators;
    this.changed = changed;
    this.joint = make("select", { className: "input", "aria-label": t("How these belong together") }, option("all", t("All of these")), option("any", t("Any of these")));
    this.list = make("div", { className: "condition-rows" });
    this.words = make("p", { className: "small quiet-text" });
    const add = make("button", { type: "button", className: "button plain" }, t("+ Condition"));
    add.addEventListener("click", () => { this.#add(); this.#told(); this.#rows.at(-1).field.focus(); });
    place.replaceChildren(this.joint, this.list, this.words, add);
    place.addEventListener("input", () => this.#told());
    this.addButton = add;
  }

  // fields: of the REST interface; those of rows that are no longer there stay, and the server says so.
  fields(found) {
    this.#fields = new Map(found.map((one) => [one.name, one]));
    const before = this.value;
    if (!this.#kept) this.show(before);
    this.addButton.disabled = !found.length;
    this.words.textContent = found.length ? "" : t("Choose what happens first.");
  }

  show(condition) {
    this.#rows = [];
    this.list.replaceChildren();
    this.#kept = null;
    const tests = condition === null ? [] : condition.field ? [condition] : condition.all ?? condition.any;
    if (condition && !tests?.every(({ field }) => field)) {
      this.#kept = condition;
      this.list.append(make("pre", { className: "small mono" }, JSON.stringify(condition, null, 2)));
    } else {
      if (condition?.any) this.joint.value = "any";
      for (const one of tests) this.#add(one);
    }
    this.joint.hidden = this.#rows.length < 2;
    this.addButton.hidden = Boolean(this.#kept);
  }

  get value() {
    if (this.#kept) return this.#kept;
    const tests = this.#rows.map(({ read }) => read());
    if (tests.length < 2) return tests[0] ?? null;
    return { [this.joint.value]: tests };
  }

  #told() {
    this.joint.hidden = this.#rows.length < 2;
    this.changed();
  }

  #add(given = {}) {
    const names = [...this.#fields.keys()];
    if (given.field && !this.#fields.has(given.field)) names.push(given.field);
    const field = make("select", { className: "input", "aria-label": t("Field") }, ...names.map((name) => option(name, this.#title(name), name === given.field)));
    const operator = make("select", { className: "input", "aria-label": t("Comparison") });
    const value = make("span", { className: "condition-value" });
    const row = { field, read: () => ({ field: field.value, op: operator.value, value: valueOf(value, this.#kind(field.value), operator.value) }) };
    const drawValue = (start) => value.replaceChildren(...inputs(this.#fields.get(field.value), operator.value, start));
    const drawOperators = (chosen) => operator.replaceChildren(...(this.#operators[this.#kind(field.value)] ?? []).map((name) => option(name, OPERATORS[name], name === chosen)));
    field.addEventListener("change", () => { drawOperators(); drawValue(); });
    operator.addEventListener("change", () => drawValue());
    drawOperators(given.op);
    drawValue(given.value);
    const element = make("div", { className: "condition-row" }, field, operator, value, iconButton("×", t("Remove this condition"), () => {
      this.#rows = this.#rows.filter((one) => one !== row);
      element.remove();
      this.#told();
    }));
    this.#rows.push(row);
    this.list.append(element);
  }

  #kind(name) {
    return this.#fields.get(name)?.kind ?? "text";
  }

  #title(name) {
    return t(this.#fields.get(name)?.title ?? name);
  }
}

function inputs(field, op, start) {
  const kind = field?.kind ?? "text", label = t("Value");
  if (kind === "boolean") return [make("select", { className: "input", "aria-label": label }, option("true", t("yes"), start === true), option("false", t("no"), start === false))];
  if (kind === "choice" && op !== "in") return [make("select", { className: "input", "aria-label": label }, ...field.choices.map((one) => option(one, one, one === start)))];
  if (op === "between") return [0, 1].map((place) => make("input", { type: "number", step: "any", className: "input", value: start?.[place] ?? "", "aria-label": place ? t("Highest value") : t("Lowest value") }));
  if (op === "in") return [make("textarea", { className: "input", rows: 3, value: [start ?? []].flat().join("\n"), "aria-label": t("Values, one a line"), placeholder: t("One a line") })];
  const type = kind === "number" ? "number" : "text", hint = op === "matches" ? "ZH*" : undefined;
  return [make("input", { type, step: "any", className: "input", value: start ?? "", "aria-label": label, placeholder: hint })];
}

function valueOf(place, kind, op) {
  const read = ({ value }) => (kind === "number" ? (value === "" ? null : Number(value)) : value);
  const parts = [...place.children];
  if (op === "between") return parts.map(read);
  if (op === "in") return parts[0].value.split("\n").map((line) => line.trim()).filter(Boolean).map((value) => read({ value }));
  return kind === "boolean" ? parts[0].value === "true" : read(parts[0]);
}

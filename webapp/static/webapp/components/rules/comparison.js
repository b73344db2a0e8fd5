// One comparison of a condition: a field of the event, a comparison, a value.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { iconButton, option } from "./choices.js";

export const OPERATORS = {
  eq: t("is"), ne: t("is not"), lt: t("is below"), le: t("is at most"), gt: t("is above"), ge: t("is at least"),
  in: t("is one of"), contains: t("contains"), matches: t("looks like"), between: t("is between"),
};

// known: { fields, operators }, fields by name and comparisons by kind of field. A field that is not among them stays, and
// the server says so. removed() is called when its row is taken away. Answers { element, field, value }.
export function comparison(given, known, removed) {
  const kindOf = (name) => known.fields.get(name)?.kind ?? "text";
  const names = [...known.fields.keys()];
  if (given.field && !known.fields.has(given.field)) names.push(given.field);
  const field = make("select", { className: "input", "aria-label": t("Field") }, ...names.map((name) => option(name, titleOf(known.fields.get(name), name), name === given.field)));
  const operator = make("select", { className: "input", "aria-label": t("Comparison") });
  const place = make("span", { className: "condition-value" });
  const drawValue = (start) => place.replaceChildren(...inputs(known.fields.get(field.value), operator.value, start));
  const drawOperators = (chosen) => operator.replaceChildren(...(known.operators[kindOf(field.value)] ?? []).map((name) => option(name, OPERATORS[name], name === chosen)));
  field.addEventListener("change", () => { drawOperators(); drawValue(); });
  operator.addEventListener("change", () => drawValue());
  drawOperators(given.op);
  drawValue(given.value);
  const element = make("div", { className: "condition-row" }, field, operator, place, iconButton("×", t("Remove this condition"), () => { element.remove(); removed(); }));
  return { element, field, get value() { return { field: field.value, op: operator.value, value: valueOf(place, kindOf(field.value), operator.value) }; } };
}

function titleOf(field, name) {
  return field?.unit && field.unit !== "share" ? `${t(field.title)} (${t(field.unit)})` : t(field?.title ?? name);
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

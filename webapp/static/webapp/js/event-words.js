// Kinds of events and what their events say, in words.

import { call } from "eyrie/api.js";
import { t } from "eyrie/i18n.js";
import { bytes, number } from "eyrie/quantities.js";

// All kinds, asked for once a page; without them, for who may not see events, names stand for themselves.
export const kinds = new Map((await call("events/types/").catch(() => [])).map((kind) => [kind.name, kind]));

export const titleOf = (type) => t(kinds.get(type)?.title ?? type);

// What an event says, as [words, value] in the order of its kind; what is empty is left out.
export function sayings({ type, attributes }) {
  const fields = kinds.get(type)?.attributes ?? [], known = new Set(fields.map(({ name }) => name));
  const others = Object.keys(attributes).filter((name) => !known.has(name)).map((name) => ({ name, title: name }));
  return [...fields, ...others].map((field) => [t(field.title), valueOf(attributes[field.name], field)]).filter(([, value]) => value);
}

// The same on a line. A message needs no words before it.
export function saidShortly(event) {
  return sayings(event).map(([words, value]) => (words === t("Message") ? value : `${words}: ${value}`)).join(" · ");
}

function valueOf(value, { name, kind, unit }) {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  if (typeof value === "number") return counted(value, unit);
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return kind === "choice" || WORDS.has(name) ? t(value.replaceAll("_", " ")) : value;
}

const WORDS = new Set(["label", "direction", "fault", "source"]); // words of ours, though a model may add others

function counted(value, unit) {
  if (unit === "bytes") return bytes(value);
  if (unit === "share") return `${number(100 * value)}\u00a0%`;
  return unit ? `${number(value, 1)}\u00a0${t(unit)}` : number(value, 2);
}

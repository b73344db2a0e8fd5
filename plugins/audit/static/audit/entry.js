// What an entry says in full: its facts, and what changed from before to after.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { shownTarget } from "./words.js";

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const GROUP = 8; // hex digits

export function entryBody(entry) {
  const facts = make("dl", { className: "facts" },
    ...fact(t("When"), make("time", { dateTime: entry.time }, dayAndTime(Date.parse(entry.time)))),
    ...fact(t("Who"), more("actor", entry.actor)), ...fact(t("What"), more("action", entry.action)),
    ...fact(t("To what"), more("target", entry.target, shownTarget(entry))),
    ...(entry.address ? fact(t("From where"), more("address", entry.address)) : []),
    ...fact(t("In the chain"), entry.number === null ? t("not yet linked") : t("entry {number}", { number: entry.number })),
    ...(entry.digest ? fact(t("Fingerprint"), make("span", { className: "mono small" }, entry.digest.replace(new RegExp(`.{${GROUP}}`, "g"), "$& "))) : []));
  return [facts, changes(entry)].filter(Boolean);
}

const fact = (name, value) => [make("dt", {}, name), make("dd", {}, value)];
const more = (name, value, shown = value) =>
  make("button", { type: "button", className: "audit-more", title: t("Look for more of this"), "data-name": name, "data-value": value }, shown);

function changes({ before, after }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (!names.length) return null;
  const both = before && after;
  const head = both ? [t("Before"), t("After")] : [after ? t("Said") : t("Was")];
  const table = make("table", { className: "table audit-changes" },
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, t("Field")), ...head.map((one) => make("th", { scope: "col" }, one)))));
  const cells = (name) => both
    ? [make("td", {}, make("del", {}, shown(before[name]))), make("td", {}, make("ins", {}, shown(after[name])))]
    : [make("td", {}, shown((after ?? before)[name]))];
  table.append(make("tbody", {}, ...names.map((name) => make("tr", {}, make("th", { scope: "row" }, name), ...cells(name)))));
  return make("div", { className: "table-frame" }, table);
}

function shown(value) {
  if (value === undefined || value === null || value === "") return "–";
  if (value === true) return t("yes");
  if (value === false) return t("no");
  if (typeof value === "string") return MOMENT.test(value) ? dayAndTime(Date.parse(value)) : value;
  if (isRange(value)) return value.map(shown).join(" – ");
  if (Array.isArray(value)) return value.map(shown).join(value.some(isRange) ? "\n" : ", ") || "–";
  return typeof value === "object" ? JSON.stringify(value, null, 1) : String(value);
}

const isRange = (value) => Array.isArray(value) && value.length === 2 && value.every((one) => MOMENT.test(one));

// A rule as a sentence, and the words of states and modes.

import { n, t } from "eyrie/i18n.js";
import { OPERATORS } from "./comparison.js";
import { DAYS } from "./hours.js";

export const MODES = { disarmed: t("Disarmed"), home: t("Home"), away: t("Away") };
export const modeWords = (name) => MODES[name] ?? name;
export const STATES = {
  waiting: [t("Waits for the one before"), "quiet"], queued: [t("Waits for its time"), "quiet"], running: [t("Being done"), "quiet"],
  done: [t("Done"), "good"], dead: [t("Given up"), "bad"],
};

// names: { types, cameras, groups, actions, fields }: Maps from what a definition holds to words.
export function sentence(rule, names) {
  const word = (map, one) => t(map?.get(one) ?? String(one));
  const parts = [t("When {events}", { events: either(rule.types.map((one) => `“${word(names.types, one)}”`)) || "…" })];
  if (rule.condition) parts.push(t("and {condition}", { condition: conditionWords(rule.condition, names) }));
  const places = [...(rule.groups ?? []).map((one) => word(names.groups, one)), ...(rule.cameras ?? []).map((one) => word(names.cameras, one))];
  if (places.length) parts.push(t("at {places}", { places: either(places) }));
  if (rule.zones?.length) parts.push(t("in the zone {zones}", { zones: either(rule.zones) }));
  if (rule.hours?.length) parts.push(t("on {times}", { times: rule.hours.map(hourWords).join(", ") }));
  if (rule.modes?.length) parts.push(t("while the site is armed as {modes}", { modes: either(rule.modes.map(modeWords)) }));
  if (rule.also) parts.push(alsoWords(rule.also, names));
  const actions = (rule.actions ?? []).map(({ name }) => word(names.actions, name));
  return `${parts.join(", ")}: ${actions.length ? actions.join(", ") : "…"}.`;
}

function either(words) {
  return words.length < 2 ? words.join("") : t("{first} or {last}", { first: words.slice(0, -1).join(", "), last: words.at(-1) });
}

function alsoWords(also, names) {
  const events = either(also.types.map((one) => `“${t(names.types?.get(one) ?? one)}”`)), seconds = also.within_seconds;
  const condition = also.condition ? ` (${conditionWords(also.condition, { fields: names.alsoFields })})` : "";
  if (also.absent) return t("if there was no {events} in the {seconds} s before", { events: events + condition, seconds });
  return also.either_order ? t("if {events} comes within {seconds} s too", { events: events + condition, seconds }) : t("if there was {events} in the {seconds} s before", { events: events + condition, seconds });
}

function conditionWords(condition, names) {
  if (condition.not) return t("not ({condition})", { condition: conditionWords(condition.not, names) });
  const inner = condition.all ?? condition.any;
  const bracketed = (one) => (one.all ?? one.any ? `(${conditionWords(one, names)})` : conditionWords(one, names));
  if (inner) return inner.map(bracketed).join(condition.all ? ` ${t("and")} ` : ` ${t("or")} `);
  const field = names.fields?.get(condition.field) ?? condition.field.replace(/^(attributes|object)\./, "");
  const value = [condition.value ?? "…"].flat();
  return `${t(field)} ${OPERATORS[condition.op] ?? condition.op} ${value.slice(0, 3).join(", ")}${value.length > 3 ? " …" : ""}`;
}

function hourWords({ days, from, until }) {
  const all = days.length === 7 && !days.includes(7) ? t("every day") : days.map((day) => DAYS[day]).join(" ");
  return from === "00:00" && until === "24:00" ? all : `${all} ${timeWords(from)}–${timeWords(until)}`;
}

function timeWords(text) {
  const [, sun, minutes] = /^(sunrise|sunset)([+-]\d+)?$/.exec(text) ?? [];
  if (!sun) return text;
  const word = sun === "sunrise" ? t("Sunrise") : t("Sunset");
  return minutes ? `${word} ${minutes} min` : word;
}

export function firedWords(count) {
  return n("{count} time", "{count} times", count);
}

// What both halves of the page share: names of lists, and the site's time in fields.

import { t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { local, moment } from "eyrie/zone.js";

export const LISTS = { allow: [t("Allowed"), "good"], block: [t("Blocked"), "bad"], vip: [t("VIP"), "warn"] };

export function badge(element, list) {
  const [word, tone] = LISTS[list];
  Object.assign(element, { textContent: word, hidden: false }).dataset.tone = tone;
}

// RFC 3339 of a datetime-local field, null of an empty one.
export function toMoment(text) {
  if (!text) return null;
  const [year, month, day, hour, minute, second] = text.split(/\D/).map(Number);
  return new Date(moment({ year, month, day, hour, minute, second: second || 0 })).toISOString();
}

export function toField(text) {
  if (!text) return "";
  const at = local(Date.parse(text)), two = (number) => String(number).padStart(2, "0");
  return `${at.year}-${two(at.month)}-${two(at.day)}T${two(at.hour)}:${two(at.minute)}:${two(at.second)}`;
}

export const shown = (text) => dayAndTime(Date.parse(text));

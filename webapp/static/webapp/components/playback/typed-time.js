// What people type for a time, in the site's zone: "14:05", "14:05:30", "tue 14:05", "yesterday 9:00", "22.11. 14:05",
// "2026-11-22 14:05", "-5m" (five minutes before the moment shown). Null when it is none of these.

import { t } from "eyrie/i18n.js";
import { timeZone } from "eyrie/times.js";
import { dayFrom, local, moment } from "eyrie/zone.js";

const UNITS = { s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

// shown: the moment shown; now: the present; both ms UTC. A time without a day is of the day shown, a weekday the last one.
export function typedTime(text, shown, now) {
  const words = text.trim().toLowerCase().split(/[\sT,]+/i).filter(Boolean);
  if (words.length === 1) {
    const step = words[0].match(/^([+-])(\d+(?:\.\d+)?)(s|m|min|h|d)$/);
    if (step) return shown + (step[1] === "-" ? -1 : 1) * Number(step[2]) * UNITS[step[3]];
  }
  if (!words.length || words.length > 2) return null;
  const time = clock(words[words.length - 1]);
  const day = words.length === 2 || !time ? date(words[0], shown, now) : local(shown);
  if (!day || (words.length === 2 && !time)) return null;
  return moment({ year: day.year, month: day.month, day: day.day, ...time });
}

function clock(word) {
  const found = word.match(/^(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?$/);
  if (!found) return null;
  const [hour, minute, second] = found.slice(1).map((part) => Number(part ?? 0));
  return hour < 24 && minute < 60 && second < 60 ? { hour, minute, second } : null;
}

function date(word, shown, now) {
  if ([t("today"), "today"].includes(word)) return local(now);
  if ([t("yesterday"), "yesterday"].includes(word)) return local(dayFrom(now, -1));
  for (let back = 0; back < 7; back++) {
    const at = dayFrom(now, -back);
    if (word.length >= 2 && weekdays(at).some((name) => name.startsWith(word.replace(".", "")))) return local(at);
  }
  const iso = word.match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/), dotted = word.match(/^(\d{1,2})\.(\d{1,2})\.(\d{4})?$/);
  if (iso) return checked(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  return dotted ? checked(Number(dotted[3] ?? local(shown).year), Number(dotted[2]), Number(dotted[1])) : null;
}

function checked(year, month, day) {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? { year, month, day } : null;
}

function weekdays(at) {
  return ["en", document.documentElement.lang].map((language) =>
    new Intl.DateTimeFormat(language, { weekday: "long", timeZone }).format(at).toLowerCase());
}

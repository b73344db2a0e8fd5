// The site's calendar: local dates and times of its zone, whose days may have 23 or 25 hours.

import { timeZone } from "eyrie/times.js";

const HOUR = 3_600_000;
const fields = new Intl.DateTimeFormat("en-US", {
  timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
});
const offsets = new Map();

// ms by which local time is ahead of UTC.
export function offsetAt(ms) {
  const quarter = Math.floor(ms / (HOUR / 4)); // no zone changes within a quarter of an hour
  if (!offsets.has(quarter)) {
    if (offsets.size > 20_000) offsets.clear();
    const at = quarter * (HOUR / 4), part = Object.fromEntries(fields.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    offsets.set(quarter, Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - at);
  }
  return offsets.get(quarter);
}

// {year, month (1 to 12), day, hour, minute, second, weekday (0: Sunday)} of a moment.
export function local(ms) {
  const date = new Date(ms + offsetAt(ms));
  return {
    year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: date.getUTCDay(),
    hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds(),
  };
}

// The moment of a local date and time. One that the clocks skip becomes as much later; of one that they repeat, the first.
export function moment({ year, month, day, hour = 0, minute = 0, second = 0 }) {
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const candidates = [wall - offsetAt(wall - 24 * HOUR), wall - offsetAt(wall + 24 * HOUR)];
  const right = candidates.filter((at) => at + offsetAt(at) === wall);
  return right.length ? Math.min(...right) : Math.max(...candidates);
}

export function startOfDay(ms) {
  const { year, month, day } = local(ms);
  return moment({ year, month, day });
}

// Midnight some days later or earlier.
export function dayFrom(ms, days) {
  const { year, month, day } = local(ms);
  return moment({ year, month, day: day + days });
}

export function startOfMonth(ms, later = 0) {
  const { year, month } = local(ms);
  return moment({ year, month: month + later, day: 1 });
}

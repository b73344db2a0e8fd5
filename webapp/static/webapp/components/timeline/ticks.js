// Where a time axis has its marks, in the site's calendar. On a day of 23 or 25 hours each hour that there was has one.

import { dayFrom, local, offsetAt, startOfDay, startOfMonth } from "eyrie/zone.js";

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const STEPS = [1, 2, 5, 10, 15, 30].map((n) => n * SECOND)
  .concat([1, 2, 5, 10, 15, 30].map((n) => n * MINUTE), [1, 2, 3, 6, 12].map((n) => n * HOUR), [1, 2, 7].map((n) => n * DAY));
const MONTH = 31 * DAY;

// The finest step whose marks are at least `apart` ms from each other.
export function stepFor(apart) {
  return STEPS.find((step) => step >= apart) ?? MONTH;
}

// Marks in [start, end]: {at, level: "month", "day" or "time"}; level says what begins there.
export function* ticks(start, end, step) {
  if (step >= MONTH) {
    for (let at = startOfMonth(start); at <= end; at = startOfMonth(at, 1)) if (at >= start) yield { at, level: "month" };
    return;
  }
  for (let midnight = startOfDay(start); midnight <= end; ) {
    const next = dayFrom(midnight, 1);
    yield* step >= DAY ? dayMark(midnight, step, start) : withinDay(midnight, next, step, Math.max(start, midnight), end);
    midnight = next;
  }
}

function* dayMark(at, step, start) {
  const { year, month, day } = local(at);
  const number = Date.UTC(year, month - 1, day) / DAY;
  if (at >= start && (day === 1 || (number + 3) % (step / DAY) === 0)) yield { at, level: day === 1 ? "month" : "day" };
}

function* withinDay(midnight, next, step, start, end) {
  // Zones change at whole quarters of an hour: marks are as regular as the local time is between two of those.
  const stride = Math.min(step, HOUR / 4);
  for (let at = start - ((start - midnight) % stride); at < next && at <= end; at += stride) {
    const sinceMidnight = (at + offsetAt(at)) % DAY;
    if (at >= start && sinceMidnight % step === 0) yield { at, level: at === midnight ? "day" : "time" };
  }
}

// A week of modes, as quarters of hours while it is painted and as spans over REST.
//
//   {days: [[{start: "08:00", end: "18:00", mode: "continuous"}], … 7, Monday first], holiday: [ … ] or null}

import { t } from "eyrie/i18n.js";

export const QUARTERS = 96;
export const HOLIDAY = 7;
export const MODES = { continuous: t("Always"), motion: t("On motion"), event: t("On events"), off: t("Never") };

const MONDAY = Date.UTC(2024, 0, 1);
const names = (weekday) => new Intl.DateTimeFormat(document.documentElement.lang, { weekday, timeZone: "UTC" });
const LONG = names("long"), SHORT = names("short");

export const dayName = (row, format = LONG) => (row === HOLIDAY ? t("Holidays") : format.format(MONDAY + row * 86_400_000));
export const shortDay = (row) => (row === HOLIDAY ? t("Hol.") : dayName(row, SHORT));

export function clock(quarter) {
  return `${String(Math.floor(quarter / 4)).padStart(2, "0")}:${String((quarter % 4) * 15).padStart(2, "0")}`;
}

// Rows of 96 modes: seven days, and holidays where they have a day of their own.
export function quartersOf({ days, holiday }) {
  return [...days, ...(holiday ? [holiday] : [])].map(row);
}

export function weekOf(rows) {
  return { days: rows.slice(0, HOLIDAY).map(spans), holiday: rows.length > HOLIDAY ? spans(rows[HOLIDAY]) : null };
}

export function row(day) {
  const quarters = Array(QUARTERS).fill("off");
  for (const { start, end, mode } of day) quarters.fill(mode, quarter(start), quarter(end));
  return quarters;
}

// The stretches of one mode in a row, those that are off left out.
export function spans(quarters) {
  const found = [];
  for (let start = 0; start < QUARTERS; ) {
    let end = start + 1;
    while (end < QUARTERS && quarters[end] === quarters[start]) end += 1;
    if (quarters[start] !== "off") found.push({ start: clock(start), end: clock(end), mode: quarters[start] });
    start = end;
  }
  return found;
}

// A row in words: "08:00 to 18:00 always, 18:00 to 24:00 on events".
export function rowWords(quarters) {
  const found = spans(quarters);
  if (!found.length) return t("Never");
  return found.map(({ start, end, mode }) => `${start}–${end} ${MODES[mode]}`).join(", ");
}

function quarter(text) {
  const [hours, minutes] = text.split(":").map(Number);
  return hours * 4 + minutes / 15;
}

// When something is recorded, in words.

import { t } from "eyrie/i18n.js";
import { timeZone } from "eyrie/times.js";

const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const format = (options) => new Intl.DateTimeFormat(language, { hourCycle: "h23", ...options });
const TIME = format({ timeZone, hour: "2-digit", minute: "2-digit" });
const DAY_AND_TIME = format({ timeZone, weekday: "short", hour: "2-digit", minute: "2-digit" });
const YEARLY = format({ timeZone: "UTC", day: "numeric", month: "long" });
const ONCE = format({ timeZone: "UTC", day: "numeric", month: "long", year: "numeric" });
const SOON = 18 * 3_600_000;

// When a mode changes: the time, with the day where it is not soon.
export function changeTime(ms) {
  return (ms - Date.now() < SOON ? TIME : DAY_AND_TIME).format(ms);
}

// "12-24" or "2026-12-24" as people write it.
export function holidayDay(date) {
  const yearly = date.length === 5;
  return (yearly ? YEARLY : ONCE).format(Date.parse(yearly ? `2000-${date}` : date));
}

// What a camera's recording does now, and in which tone: recording, or what it waits for.
export function recordingWords(now, mode) {
  if (now) return [t("Recording"), "record"];
  const waits = { motion: t("Waits for motion"), event: t("Waits for events"), off: t("Not recorded now") }[mode];
  return [waits ?? "", "quiet"];
}

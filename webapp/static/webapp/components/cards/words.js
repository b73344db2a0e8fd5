// A length of time for people: "2 h 5 min", "40 s".

import { t } from "eyrie/i18n.js";

export function span(ms) {
  const seconds = Math.round(ms / 1000), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  if (hours) return t("{hours} h {minutes} min", { hours, minutes: minutes % 60 });
  return minutes ? t("{minutes} min {seconds} s", { minutes, seconds: seconds % 60 }) : t("{seconds} s", { seconds });
}

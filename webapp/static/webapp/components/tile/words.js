// A camera's state in words.

import { n, t } from "eyrie/i18n.js";

const WORDS = {
  connecting: () => t("Connecting…"),
  streaming: () => t("Live"),
  stalled: () => t("No pictures are arriving"),
  backing_off: () => t("Not reachable"),
  auth_failed: () => t("The camera refuses the password"),
  disabled: () => t("Switched off"),
  unknown: () => t("The recorder does not answer"),
};
const TONES = { streaming: "good", connecting: "warn", stalled: "warn", backing_off: "bad", auth_failed: "bad", unknown: "bad" };

export function stateWords(state) {
  return WORDS[state]?.() ?? state;
}

export function stateTone(state) {
  return TONES[state] ?? "quiet";
}

// What is wrong, and what happens next; "" while all is well. since: ms of the last word from the recorder, of the
// same clock as now.
export function trouble({ state, message, retry_in_ms: retry = 0 }, since, now) {
  if (state === "streaming") return "";
  const sentence = message || stateWords(state);
  const seconds = Math.ceil((since + retry - now) / 1000);
  if (!retry) return sentence;
  if (seconds < 1) return `${sentence} ${t("Trying again now.")}`;
  return `${sentence} ${n("Trying again in {count} second.", "Trying again in {count} seconds.", seconds)}`;
}

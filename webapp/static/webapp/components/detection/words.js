// How detectors and their looks at recordings are doing, in words.

import { n, t } from "eyrie/i18n.js";
import { number } from "eyrie/quantities.js";

const STATES = {
  off: [t("Off"), "quiet"],
  starting: [t("Is starting"), "warn"],
  waiting: [t("Waits for pictures"), "quiet"],
  looking: [t("Looks"), "good"],
  slowed: [t("Cannot keep up"), "warn"],
  failed: [t("Fails"), "bad"],
  quarantined: [t("In quarantine"), "bad"],
  unknown: [t("Is starting"), "warn"],
};
const JOBS = {
  queued: [t("Waiting"), "quiet"],
  running: [t("Running"), "warn"],
  done: [t("Done"), "good"],
  failed: [t("Failed"), "bad"],
  cancelled: [t("Cancelled"), "quiet"],
};

export const milliseconds = (ms) => number(ms, ms < 1 ? 2 : 1);
export const share = (part) => `${number(100 * part, 1)}\u00a0%`;

export function showDetectorState(badge, state) {
  show(badge, STATES[state] ?? [state, "quiet"]);
}

export function showJobState(badge, { state, cancelling }) {
  show(badge, cancelling && state === "running" ? [t("Being cancelled"), "warn"] : JOBS[state] ?? [state, "quiet"]);
}

function show(badge, [words, tone]) {
  badge.textContent = words;
  badge.dataset.tone = tone;
}

// What it costs now; "" while it does not look.
export function figures({ looks_per_second: rate, cpu_ms_per_look: ms, cpu_share: part, dropped }) {
  if (!rate && !dropped) return "";
  const parts = [t("{rate} looks a second", { rate: number(rate, 1) }), t("{ms} ms each", { ms: milliseconds(ms) }), t("{share} of a processor", { share: share(part) })];
  if (dropped) parts.push(n("{count} picture dropped", "{count} pictures dropped", dropped));
  return parts.join(" · ");
}

export const isOpen = ({ state }) => state === "queued" || state === "running";
export const found = ({ found: count }) => n("{count} find", "{count} finds", count);

// A camera's state in words and tone; the sentence of what is wrong comes from the server.

import { t } from "eyrie/i18n.js";

const STATES = {
  connecting: [t("Connecting…"), "quiet"],
  streaming: [t("Live"), "good"],
  stalled: [t("No pictures are arriving"), "warn"],
  backing_off: [t("Not reachable, trying again"), "bad"],
  auth_failed: [t("The camera refuses the password"), "bad"],
  disabled: [t("Switched off"), "quiet"],
  unknown: [t("The recorder does not answer"), "warn"],
};

export function showState(badge, state) {
  const [words, tone] = STATES[state] ?? [state, "quiet"];
  badge.textContent = words;
  badge.dataset.tone = tone;
  badge.dataset.state = state;
}

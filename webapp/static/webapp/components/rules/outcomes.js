// What became of deliveries, as rows of a list.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { clockTime } from "eyrie/times.js";
import { STATES } from "./words.js";

export function stateBadge({ state }) {
  const [words, tone] = STATES[state] ?? [state, "quiet"];
  return make("span", { className: "badge", "data-tone": tone }, words);
}

export function outcomeLine(delivery) {
  const tries = delivery.attempts > 1 ? t("{count} attempts", { count: delivery.attempts }) : "";
  const next = delivery.next ? t("again at {time}", { time: clockTime(Date.parse(delivery.next)) }) : "";
  return [delivery.line, tries, next].filter(Boolean).join(" · ");
}

export function outcomeRow(delivery, actions) {
  return make("li", { "data-state": delivery.state }, make("strong", {}, t(actions?.get(delivery.action) ?? delivery.action)), " ", stateBadge(delivery), make("p", { className: "small" }, outcomeLine(delivery)));
}

// When a rule would have fired in the last two weeks, as a number, a bar a day, and the newest moments.

import { call } from "eyrie/api.js";
import { byId, make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { local } from "eyrie/zone.js";

const DAYS = 14, SHOWN = 8, DAY = 86_400_000;
let asked = 0;

export async function dryRun(definition) {
  const mine = ++asked;
  if (!definition.types.length) return show(t("Choose what happens, and see here how often it did."));
  try {
    const run = await call("rules/dry-run/", { method: "POST", body: { definition: { ...definition, actions: [] }, days: DAYS } });
    if (mine !== asked) return;
    const words = n("This rule would have fired {count} time.", "This rule would have fired {count} times.", run.fired);
    const held = run.held_back ? ` ${n("It would have rested {count} time.", "It would have rested {count} times.", run.held_back)}` : "";
    const modes = definition.modes.length ? ` ${t("Whatever the site was armed as then.")}` : "";
    show(words + held + modes + (run.complete ? "" : ` ${t("There were too many events to look at all of them.")}`), run);
  } catch (error) {
    if (mine === asked) show(error.fields ? t("It cannot be said yet: {reason}", { reason: Object.values(error.fields).flat().join(" ") || error.message }) : error.message);
  }
}

function show(words, run = { by_day: {}, moments: [] }) {
  byId("dry-words").textContent = words;
  byId("dry-days").replaceChildren(...(run.fired ? bars(run.by_day) : []));
  byId("dry-moments").replaceChildren(...run.moments.slice(0, SHOWN).map(({ event, start }) => make("li", {}, make("a", { href: `/events/${event}/` }, dayAndTime(Date.parse(start))))));
}

function bars(byDay) {
  const now = Date.now();
  const days = Array.from({ length: DAYS }, (_, back) => dayName(now - (DAYS - 1 - back) * DAY));
  const most = Math.max(...Object.values(byDay));
  return days.map((day) => {
    const bar = make("span", { title: `${day}: ${byDay[day] ?? 0}` });
    bar.style.height = `${Math.round((100 * (byDay[day] ?? 0)) / most)}%`;
    return bar;
  });
}

function dayName(at) {
  const { year, month, day } = local(at), two = (value) => String(value).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)}`;
}

// One line of the log. What it says goes in as text, whoever wrote it.

import { make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";

const LEVELS = { DEBUG: t("Detail"), INFO: t("Note"), WARNING: t("Warning"), ERROR: t("Error"), CRITICAL: t("Error") };

export function logLine({ id, time, level, process, logger, message, detail, dropped, more }) {
  const said = make("div", { className: "said" }, message, " ", make("span", { className: "logger" }, logger));
  const rest = [detail, Object.keys(more).length ? JSON.stringify(more, null, 2) : ""].filter(Boolean).join("\n");
  if (rest) said.append(make("details", {}, make("summary", {}, t("Details")), make("pre", {}, rest)));
  if (dropped) said.append(make("p", { className: "logger" }, n("{count} line before this one found no room.", "{count} lines before this one found no room.", dropped)));
  const when = Date.parse(time);
  return make("li", { className: "log-line", "data-level": level, "data-id": id },
    make("time", { dateTime: time }, when ? dayAndTime(when) : ""), make("span", { className: "level" }, LEVELS[level] ?? level),
    make("span", { className: "process" }, process), said);
}

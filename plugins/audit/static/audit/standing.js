// How the log stands: how much is chained and signed, by which key, and where copies lack entries.

import { call } from "eyrie/api.js";
import { make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";

const SINKS = { syslog: t("Syslog"), file: t("Files") };

export async function standing(place) {
  try {
    place.replaceChildren(...told(await call("plugins/audit/state/")));
  } catch (error) {
    place.replaceChildren(make("p", { className: "notice", "data-tone": "bad", role: "alert" }, error.message));
  }
  place.removeAttribute("aria-busy");
}

function told({ last, since, waiting, checkpoint, key, keep_days: days, sinks }) {
  const count = n("{count} entry chained and signed", "{count} entries chained and signed", last);
  const begun = since ? t("The oldest is of {time}; entries are kept for {days} days.", { time: dayAndTime(Date.parse(since)), days }) : t("Entries are kept for {days} days.", { days });
  const link = make("a", { href: "/api/v1/plugins/audit/key/", download: "" }, t("public key"));
  return [
    make("p", {}, make("span", { className: "badge", "data-tone": waiting ? "warn" : "good" }, count)),
    make("p", { className: "small quiet-text" }, begun, " ", checkpoint ? t("Last checkpoint: {time}.", { time: dayAndTime(Date.parse(checkpoint)) }) : ""),
    make("p", { className: "small quiet-text" }, t("Signed by key"), " ", make("span", { className: "mono" }, key), " · ", link),
    ...(waiting ? [make("p", { className: "small" }, n("{count} entry waits for its link.", "{count} entries wait for their link.", waiting))] : []),
    ...sinks.map(sink),
  ];
}

function sink({ name, behind, error, sent }) {
  const title = SINKS[name] ?? name;
  const later = n("{count} entry is sent once it is back.", "{count} entries are sent once it is back.", behind);
  if (error) return make("p", { className: "notice", "data-tone": "warn" }, `${title}: ${error} ${later}`);
  const last = sent ? t("last sent {time}", { time: dayAndTime(Date.parse(sent)) }) : t("nothing sent yet");
  const lacks = n("{count} entry behind", "{count} entries behind", behind);
  return make("p", { className: "small quiet-text" }, `${title}: ${behind ? lacks : last}`);
}

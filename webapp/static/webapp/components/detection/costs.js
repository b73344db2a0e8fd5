// What looks at each camera and what it costs, in the system's overview; not shown where nothing looks.

import { call, visibleCameras } from "eyrie/api.js";
import { byId, make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { number } from "eyrie/quantities.js";
import { milliseconds, share, showDetectorState } from "./words.js";

const EVERY = 5000; // ms
const section = byId("detection");
let names = new Map();

async function refresh() {
  const found = await call("detectors/standing/").catch(() => null); // the page itself tells that the server is away
  if (!found) return;
  section.hidden = !found.detectors.length;
  if (found.detectors.some(({ camera_id: id }) => !names.has(id))) names = new Map((await visibleCameras()).map(({ id, name }) => [id, name]));
  section.querySelector("tbody").replaceChildren(...found.streams.map(decoding), ...found.detectors.map(detector));
}

function row(id, what, badge, ...figures) {
  const name = names.get(id) ?? String(id);
  return make("tr", {}, make("td", {}, make("a", { href: `/cameras/${id}/detection/` }, name)), make("td", { className: "whole" }, what), make("td", {}, badge),
    ...figures.map((text) => make("td", { className: "number" }, text)));
}

function detector(one) {
  const badge = make("span", { className: "badge", title: one.message });
  showDetectorState(badge, one.state);
  return row(one.camera_id, t(one.title), badge, number(one.looks_per_second, 1), milliseconds(one.cpu_ms_per_look), number(one.dropped), share(one.cpu_share));
}

function decoding({ camera_id: id, stream, width, height, decoded_per_second: rate, cpu_share: part }) {
  return row(id, t("Decoding, {stream} {width} × {height}", { stream, width, height }), "", number(rate, 1), rate ? milliseconds((1000 * part) / rate) : "–", "–", share(part));
}

await refresh();
setInterval(() => document.hidden || refresh(), EVERY);

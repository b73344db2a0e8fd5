// A camera's last hour: pictures, bitrate and drops of each of its streams.

import { call } from "eyrie/api.js";
import { byId, make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { bitrate, number } from "eyrie/quantities.js";
import "components/plot/plot.js";

const EVERY = 10_000; // ms
const STREAMS = { main: t("Main stream"), sub: t("Sub stream") };
const NUMBERS = [
  ["fps", t("Pictures/s"), (value) => number(value, 1), 1],
  ["bitrate", t("Bitrate"), bitrate, 1],
  ["drops", t("Dropped pictures"), (value) => number(value), 10],
];
const { camera } = byId("page").dataset;

async function refresh() {
  const found = await call(`cameras/${camera}/history/`).catch(() => null); // the card above says what is wrong
  if (!found) return;
  const cards = found.streams.flatMap((stream) => NUMBERS.map(([name, title, words, least]) => {
    const plot = make("small-plot", { "data-number": name, "data-stream": stream.stream });
    plot.toggleAttribute("tall", true);
    const heading = `${title} · ${STREAMS[stream.stream] ?? stream.stream}`;
    plot.show({ title: heading, values: stream[name], stepMs: found.step_ms, words, least });
    return make("div", {}, make("h3", { className: "small quiet-text" }, heading), plot);
  }));
  byId("plots").replaceChildren(...(cards.length ? cards : [make("p", { className: "quiet-text" }, t("Nothing was told yet. The first numbers are here ten seconds after the camera sends pictures."))]));
}

await refresh();
setInterval(() => document.hidden || refresh(), EVERY);

// The system at a glance: checks, volumes, cameras, processes. Processor shares are taken between two looks.

import { call } from "eyrie/api.js";
import { showState } from "eyrie/camera-words.js";
import { byId, make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { bitrate, bytes, number } from "eyrie/quantities.js";
import { dayAndTime } from "eyrie/times.js";
import { volumeCard } from "eyrie/volumes.js";

const EVERY = 5000; // ms
const TONES = { ok: "good", warning: "warn", failed: "bad" };
const LEVELS = { ok: t("Well"), warning: t("Look at this"), failed: t("Fails") };
const STATES = { up: [t("Runs"), "good"], starting: [t("Is starting"), "warn"], down: [t("Is down"), "bad"], given_up: [t("Given up"), "bad"] };
const LEVEL_ORDER = ["failed", "warning", "ok"];
const before = new Map(); // pid to [when, cpu seconds]

async function refresh() {
  try {
    const [health, status, cameras, states] = await Promise.all([call("health/"), call("system/status/"), call("cameras/?page_size=1000"), call("cameras/status/")]);
    showVerdict(health, states.results);
    byId("checks").closest("section").hidden = !health.checks.length;
    byId("checks").replaceChildren(...[...health.checks].sort((a, b) => LEVEL_ORDER.indexOf(a.level) - LEVEL_ORDER.indexOf(b.level)).map(checkRow));
    byId("volumes").replaceChildren(...status.volumes.map((volume) => volumeCard(volume)));
    showCameras(cameras.results, new Map(states.results.map((one) => [one.camera, one])));
    byId("processes").replaceChildren(...status.processes.map(processRow));
    byId("version").textContent = t("Eyrie {version}", { version: status.version });
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

function showVerdict(health, states) {
  const away = states.filter((one) => !["streaming", "disabled"].includes(one.state)).length;
  const wrong = health.checks.filter((check) => check.level !== "ok").length;
  const level = health.status === "ok" && away ? "warning" : health.status;
  const parts = [];
  if (wrong) parts.push(n("{count} check needs attention.", "{count} checks need attention.", wrong));
  if (away) parts.push(n("{count} camera sends no pictures.", "{count} cameras send no pictures.", away));
  byId("verdict").replaceChildren(
    make("span", { className: "badge", "data-tone": TONES[level] }, LEVELS[level]),
    make("strong", {}, parts.length ? parts.join(" ") : t("Everything is well.")),
  );
}

function checkRow({ title, level, summary }) {
  return make("tr", {}, make("td", {}, make("span", { className: "badge", "data-tone": TONES[level] }, LEVELS[level])), make("td", {}, title), make("td", { className: "quiet-text" }, summary));
}

function showCameras(cameras, states) {
  byId("cameras").replaceChildren(...cameras.map((camera) => {
    const status = states.get(camera.id);
    const main = status?.streams?.main;
    const badge = make("span", { className: "badge" });
    showState(badge, status?.state ?? camera.state);
    return make("tr", {},
      make("td", {}, make("a", { href: `/cameras/${camera.id}/` }, camera.name)), make("td", {}, badge),
      make("td", { className: "whole" }, main?.width ? `${main.codec.toUpperCase()} ${main.width} × ${main.height}` : "–"),
      make("td", { className: "number" }, main?.fps ? number(main.fps, 1) : "–"),
      make("td", { className: "number" }, main?.bitrate ? bitrate(main.bitrate) : "–"));
  }));
}

function processRow({ name, pid, state, restarts, cpu_seconds: cpu, memory, since }) {
  const [words, tone] = STATES[state] ?? [state, "quiet"];
  return make("tr", {}, make("td", { className: "mono" }, name), make("td", {}, make("span", { className: "badge", "data-tone": tone }, words)),
    make("td", { className: "number" }, String(restarts)), make("td", { className: "number" }, share(pid, cpu)),
    make("td", { className: "number" }, bytes(memory)), make("td", {}, dayAndTime(Date.parse(since))));
}

function share(pid, cpu) {
  const now = performance.now() / 1000;
  const [when, spent] = before.get(pid) ?? [];
  if (cpu !== null) before.set(pid, [now, cpu]);
  return cpu === null || when === undefined ? "–" : `${number(100 * (cpu - spent) / (now - when), 1)}\u00a0%`;
}

function trouble(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}

await refresh();
setInterval(() => document.hidden || refresh(), EVERY);

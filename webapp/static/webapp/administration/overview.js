// The system at a glance: checks with what mends them, volumes, cameras and processes with their last hour.

import { call } from "eyrie/api.js";
import { showState } from "eyrie/camera-words.js";
import { busy, byId, make, trouble } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { bitrate, bytes, number } from "eyrie/quantities.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import { volumeCard } from "eyrie/volumes.js";
import "components/plot/plot.js";

const EVERY = 5000; // ms
const HISTORY_EVERY = 10_000;
const APART = 2000; // ms between this device's clock and the server's that are told
const TONES = { ok: "good", warning: "warn", failed: "bad" };
const LEVELS = { ok: t("Well"), warning: t("Look at this"), failed: t("Fails") };
const STATES = { up: [t("Runs"), "good"], starting: [t("Is starting"), "warn"], down: [t("Is down"), "bad"], given_up: [t("Given up"), "bad"] };
const LEVEL_ORDER = ["failed", "warning", "ok"];
const mayFix = byId("page").dataset.mayFix === "yes";
let past = { cameras: [], processes: [], volumes: [], step_ms: 60_000 };
let pastAt = 0;

async function refresh() {
  try {
    await lookBack();
    const sent = Date.now();
    const status = await call("system/status/");
    const apart = (sent + Date.now()) / 2 - Date.parse(status.now);
    const [health, cameras, states] = await Promise.all([call("health/"), call("cameras/?page_size=1000"), call("cameras/status/")]);
    const checks = [...health.checks, deviceClock(apart)].sort((a, b) => LEVEL_ORDER.indexOf(a.level) - LEVEL_ORDER.indexOf(b.level));
    showVerdict(checks, states.results);
    if (!byId("checks").contains(document.activeElement)) byId("checks").replaceChildren(...checks.map(checkRow));
    byId("volumes").replaceChildren(...status.volumes.map((volume) => volumeCard(volume)));
    showVolumes();
    showCameras(cameras.results, new Map(states.results.map((one) => [one.camera, one])));
    byId("processes").replaceChildren(...status.processes.map(processRow));
    byId("version").textContent = t("Eyrie {version}", { version: status.version });
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

async function lookBack() {
  if (Date.now() - pastAt < HISTORY_EVERY) return;
  past = await call("system/history/");
  pastAt = Date.now();
}

function deviceClock(apart) {
  const level = Math.abs(apart) > APART ? "warning" : "ok";
  const seconds = number(Math.abs(apart) / 1000, 1);
  const summary = level === "ok" ? t("This device and the server have the same time.")
    : apart > 0 ? t("This device's clock is {seconds} s ahead of the server's.", { seconds }) : t("This device's clock is {seconds} s behind the server's.", { seconds });
  const remedy = level === "ok" ? "" : t("Set one of them right; recordings carry the server's time.");
  return { name: "device.clock", title: t("Clock of this device"), level, summary, remedy, link: "", fix: "" };
}

function showVerdict(checks, states) {
  const away = states.filter((one) => !["streaming", "disabled"].includes(one.state)).length;
  const wrong = checks.filter((check) => check.level !== "ok").length;
  const worst = LEVEL_ORDER.find((level) => checks.some((check) => check.level === level));
  const level = worst === "ok" && away ? "warning" : worst;
  const parts = [];
  if (wrong) parts.push(n("{count} check needs attention.", "{count} checks need attention.", wrong));
  if (away) parts.push(n("{count} camera sends no pictures.", "{count} cameras send no pictures.", away));
  byId("verdict").replaceChildren(
    make("span", { className: "badge", "data-tone": TONES[level] }, LEVELS[level]),
    make("strong", {}, parts.length ? parts.join(" ") : t("Everything is well.")),
  );
}

function checkRow({ name, title, level, summary, remedy, link, fix }) {
  const said = make("td", {}, make("p", {}, summary), remedy ? make("p", { className: "quiet-text" }, remedy) : "");
  const act = make("td", { className: "number" });
  if (fix && mayFix) {
    const button = make("button", { type: "button", className: "button" }, fix);
    button.addEventListener("click", () => busy(button, () => mend(name)));
    act.append(button);
  } else if (link && level !== "ok" && link !== location.pathname) act.append(make("a", { className: "button", href: link }, t("Go there")));
  return make("tr", { "data-check": name }, make("td", { className: "whole" }, make("span", { className: "badge", "data-tone": TONES[level] }, LEVELS[level])), make("td", { className: "whole" }, title), said, act);
}

async function mend(name) {
  try {
    const { summary } = await call(`health/${name}/fix/`, { method: "POST" });
    toast(summary, "good");
  } catch (error) {
    toast(error.message, "bad");
  }
  document.activeElement?.blur();
  await refresh();
}

function plot(title, values, words, least) {
  const one = make("small-plot");
  one.show({ title, values: values ?? [], stepMs: past.step_ms, words, least });
  return one;
}

function showVolumes() {
  byId("volume-plots").hidden = !past.volumes.length;
  byId("volume-plots").querySelector("tbody").replaceChildren(...past.volumes.map(({ name, written, busy: share }) => make("tr", {}, make("td", {}, name),
    make("td", {}, plot(t("{name}, written", { name }), written, (value) => `${bytes(value)}/s`, 1e6)),
    make("td", {}, plot(t("{name}, busy", { name }), share, percent, 0.1)))));
}

function showCameras(cameras, states) {
  const hour = new Map(past.cameras.map((one) => [one.camera, one]));
  byId("cameras").replaceChildren(...cameras.map((camera) => {
    const status = states.get(camera.id);
    const main = status?.streams?.main;
    const told = hour.get(camera.id);
    const badge = make("span", { className: "badge" });
    showState(badge, status?.state ?? camera.state);
    return make("tr", {},
      make("td", {}, make("a", { href: `/cameras/${camera.id}/` }, camera.name)), make("td", {}, badge),
      make("td", { className: "whole" }, main?.width ? `${main.codec.toUpperCase()} ${main.width} × ${main.height}` : "–"),
      make("td", {}, plot(t("Pictures/s of {name}", { name: camera.name }), told?.fps, (value) => number(value, 1), 1)),
      make("td", {}, plot(t("Bitrate of {name}", { name: camera.name }), told?.bitrate, bitrate, 1e5)),
      make("td", { className: "number" }, told ? number(told.drops.reduce((sum, value) => sum + (value ?? 0), 0)) : "–"));
  }));
}

function processRow({ name, state, restarts, memory, since }) {
  const [words, tone] = STATES[state] ?? [state, "quiet"];
  const told = past.processes.find((one) => one.name === name);
  return make("tr", {}, make("td", { className: "mono" }, name), make("td", {}, make("span", { className: "badge", "data-tone": tone }, words)),
    make("td", { className: "number" }, String(restarts)), make("td", {}, plot(t("Processor of {name}", { name }), told?.cpu, percent, 0.1)),
    make("td", {}, told ? plot(t("Memory of {name}", { name }), told.memory, bytes, 1e8) : bytes(memory)), make("td", { className: "whole" }, dayAndTime(Date.parse(since))));
}

function percent(share) {
  return `${number(100 * share, 1)}\u00a0%`;
}

await refresh();
setInterval(() => document.hidden || refresh(), EVERY);

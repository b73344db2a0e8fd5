// The playback page: up to nine cameras in step over one timeline.

import { call } from "eyrie/api.js";
import { trouble } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { now } from "eyrie/now.js";
import { shortcuts } from "eyrie/shortcuts.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import { Clock } from "components/clock/clock.js";
import "components/playback/tile.js";
import { choice } from "components/playback/choice.js";
import { nextEvent } from "components/playback/events.js";
import { fetching } from "components/playback/fetching.js";
import { showFinds } from "components/playback/finds.js";
import { marking } from "components/playback/marking.js";
import { RecordedObjects } from "components/overlay/recorded-objects.js";
import { overlaySwitch } from "components/overlay/switch.js";
import { trying } from "components/playback/trying.js";
import { typedTime } from "components/playback/typed-time.js";
import { searching } from "components/search/search.js";
import { Holdings } from "components/timeline/holdings.js";
import "components/timeline/timeline.js";

const TILES = 9, LANES = 16;
const SPEEDS = [-8, -4, -2, -1, 0.25, 0.5, 1, 2, 4, 8, 16];
const LATEST = 4_000; // ms behind now that pictures are surely recorded
const PATIENCE = 8_000; // ms that all wait for one
const SLOW = 60; // ms behind the clock from which on the clock waits for a player, so that the others do too
const SKIP = 10_000; // ms

const element = (id) => document.getElementById(id);
const page = element("playback"), wall = element("recordings"), timeline = element("timeline");
const query = new URLSearchParams(location.search);
const latest = () => now() - LATEST;
const asked = Date.parse(query.get("at") ?? "");
const clock = new Clock(Math.min(Number.isNaN(asked) ? now() - 60_000 : asked, latest()));
const holdings = new Holdings(now);
const objects = new RecordedObjects();
const tiles = () => [...wall.children];
let chosen = [];
let heldSince = 0;

function choose(cameras) {
  chosen = cameras.slice(0, LANES);
  const wanted = new Map(chosen.slice(0, TILES).map((camera) => [camera.id, camera]));
  for (const tile of tiles()) if (!wanted.has(tile.camera)) tile.remove();
  for (const camera of wanted.values()) wall.append(tiles().find((tile) => tile.camera === camera.id) ?? made(camera));
  wall.dataset.count = wanted.size;
  tiles().forEach((tile, n) => tile.toggleAttribute("muted", n > 0 || !page.hasAttribute("data-sound")));
  holdings.cameras = chosen.map(({ id }) => id);
  timeline.lanes = chosen;
  holdings.refresh();
  element("nothing-chosen").hidden = chosen.length > 0;
  enlarge(null);
  queueMicrotask(search.dress); // tiles are complete by then
  remember();
}

function made(camera) {
  const tile = document.createElement("eyrie-recording");
  tile.setAttribute("camera", camera.id);
  tile.setAttribute("name", camera.name);
  tile.toggleAttribute("debug", page.hasAttribute("data-debug"));
  queueMicrotask(() => tile.begin({ clock, holdings }));
  return tile;
}

function enlarge(tile) {
  const large = tile && !tile.hasAttribute("large") && tiles().length > 1;
  for (const one of tiles()) one.toggleAttribute("large", large && one === tile);
  wall.toggleAttribute("data-large", Boolean(large));
}

// Each frame: who waits, what is skipped, what the bar shows.
function turn() {
  requestAnimationFrame(turn);
  const shown = tiles();
  for (const tile of shown) {
    tile.show(timeline.perPixel);
    objects.show(tile);
  }
  if (clock.playing && !clock.scrubbing) advance(shown);
  else clock.hold(false);
  const at = clock.now(), words = dayAndTime(at);
  if (element("moment").textContent !== words) element("moment").textContent = words;
}

function advance(shown) {
  const waits = shown.some((tile) => tile.waits);
  if (!waits) heldSince = 0;
  else heldSince ||= performance.now();
  clock.hold(waits && performance.now() - heldSince < PATIENCE);
  const lead = Math.min(...shown.map((tile) => tile.player?.lead ?? 0));
  if (clock.runs && lead < -SLOW * Math.max(1, clock.rate)) clock.yield((-lead - SLOW) / 8);
  if (clock.now() > latest()) {
    clock.seek(latest());
    if (clock.rate !== 1) clock.play(1);
  } else if (clock.rate > 0 && shown.length && shown.every((tile) => tile.player?.state === "nothing")) skipGap();
  else if (clock.rate < 0 && shown.every((tile) => tile.player?.state === "nothing") && !recordedBefore()) clock.pause();
}

// Where none is recorded, go on where one is again.
function skipGap() {
  const next = holdings.nextRecorded(clock.now());
  if (next === null || next > latest()) return;
  clock.seek(next);
}

function recordedBefore() {
  return chosen.some(({ id }) => holdings.of(id).ranges.some(({ start }) => start < clock.now()));
}

function toggle() {
  if (clock.playing) return clock.pause();
  clock.play(clock.rate);
}

// J, K, L as in an editor: each press is the next speed that way.
function shuttle(way) {
  const pace = clock.playing ? clock.rate : 0;
  const faster = SPEEDS.filter((speed) => Math.abs(speed) >= 1 && (way > 0 ? speed > Math.max(pace, 0) : speed < Math.min(pace, 0)));
  if (faster.length) clock.play(way > 0 ? Math.min(...faster) : Math.max(...faster));
}

function step(way) {
  clock.pause();
  const tile = wall.querySelector("[large]") ?? tiles()[0];
  const at = tile?.player.neighbour(clock.now(), way);
  if (at != null) clock.seek(at);
}

function seek(at) {
  clock.seek(Math.min(at, latest()));
}

async function toEvent(way) {
  const at = await nextEvent(chosen.map(({ id }) => id), clock.now(), way).catch((error) => toast(error.message, "bad"));
  if (at === null) toast(way > 0 ? t("No later event of these cameras") : t("No earlier event of these cameras"));
  else if (at !== undefined) seek(at);
}

async function snapshot(tile) {
  const at = new Date(clock.now()).toISOString(), { camera } = tile;
  const answer = await fetch(`/api/v1/cameras/${camera}/frame.jpg?at=${at}`).catch(() => null);
  if (!answer?.ok) return toast(t("There is no picture of this moment."), "bad");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = `${tile.getAttribute("name")} ${at.replaceAll(":", "-")}.jpg`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function playFrom(at) {
  seek(at);
  clock.play(1);
}

function showState() {
  element("play").setAttribute("aria-pressed", String(clock.playing));
  page.toggleAttribute("data-playing", clock.playing);
  element("speed").value = String(clock.rate);
  if (!clock.playing) remember();
}

function remember() {
  const state = new URLSearchParams();
  for (const { id } of chosen) state.append("camera", id);
  state.set("at", new Date(clock.now()).toISOString());
  if (finds?.asked) state.set("finds", finds.asked);
  history.replaceState(null, "", `?${state}`);
}

function showSelection({ detail }) {
  element("selection").hidden = !detail;
  if (!detail) return;
  const { start, end } = detail, link = new URLSearchParams({ start: new Date(start).toISOString(), end: new Date(end).toISOString() });
  for (const { id } of chosen) link.append("camera", id);
  element("selected").textContent = `${dayAndTime(start)} – ${dayAndTime(end)}`;
  element("export").search = link;
}

function goToTyped(event) {
  event.preventDefault();
  const field = element("typed"), at = typedTime(field.value, clock.now(), now());
  field.setAttribute("aria-invalid", String(at === null));
  element("typed-trouble").textContent = at === null ? t("Type a time such as 14:05, tue 14:05 or 2026-05-01 14:05") : "";
  if (at === null) return;
  seek(at);
  timeline.centre();
  field.blur();
}

function sound() {
  page.toggleAttribute("data-sound");
  element("sound").setAttribute("aria-pressed", String(page.hasAttribute("data-sound")));
  tiles().forEach((tile, n) => tile.toggleAttribute("muted", n > 0 || !page.hasAttribute("data-sound")));
}

function debug() {
  page.toggleAttribute("data-debug");
  for (const tile of tiles()) tile.toggleAttribute("debug", page.hasAttribute("data-debug"));
}

function listen() {
  const press = (id, run) => element(id).addEventListener("click", run);
  press("play", toggle);
  press("back", () => step(-1));
  press("on", () => step(1));
  press("earlier", () => toEvent(-1));
  press("later", () => toEvent(1));
  press("sound", sound);
  press("zoom-in", () => timeline.zoom(timeline.span / 2));
  press("zoom-out", () => timeline.zoom(timeline.span * 2));
  press("centre", () => timeline.centre());
  press("unselect", () => timeline.select(null));
  element("speed").addEventListener("change", ({ target }) => clock.play(Number(target.value)));
  element("go").addEventListener("submit", goToTyped);
  clock.addEventListener("change", showState);
  timeline.addEventListener("scrubbed", remember);
  timeline.addEventListener("select", showSelection);
  wall.addEventListener("snapshot", ({ target }) => snapshot(target));
  wall.addEventListener("enlarge", ({ target }) => enlarge(target));
  wall.addEventListener("leave", ({ target }) => cameraChoice.drop(target.camera));
  new MutationObserver(() => timeline.repaint()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => timeline.repaint());
  holdings.addEventListener("change", () => {
    trouble(holdings.trouble);
  });
}

const finds = query.has("finds") ? showFinds(query.get("finds"), { clock, timeline, objects, seek }) : null;
const search = searching({ timeline, chosen: () => chosen, tiles, play: playFrom });

shortcuts(t("Playback"), [
  { keys: [" ", "k", "K"], shown: t("Space"), text: t("Play and pause"), run: ({ target }) => (target.closest?.("button, a, summary") ? false : toggle()) },
  { keys: ["j", "J"], shown: "J", text: t("Backwards, faster each time"), run: () => shuttle(-1) },
  { keys: ["l", "L"], shown: "L", text: t("Forwards, faster each time"), run: () => shuttle(1) },
  { keys: [","], text: t("One picture back"), run: () => step(-1) },
  { keys: ["."], text: t("One picture on"), run: () => step(1) },
  { keys: ["ArrowLeft"], shown: "←", text: t("Ten seconds back"), run: () => seek(clock.now() - SKIP) },
  { keys: ["ArrowRight"], shown: "→", text: t("Ten seconds on"), run: () => seek(clock.now() + SKIP) },
  { keys: ["p", "P"], shown: "P", text: t("To the previous event"), run: () => toEvent(-1) },
  { keys: ["n", "N"], shown: "N", text: t("To the next event"), run: () => toEvent(1) },
  { keys: ["g", "G"], shown: "G", text: t("Go to a typed time"), run: () => element("typed").select() },
  { keys: ["b", "B"], shown: "B", text: t("Bookmark this moment or the selection"), run: () => element("bookmark").click() },
  { keys: ["+"], text: t("Timeline: closer"), run: () => timeline.zoom(timeline.span / 2) },
  { keys: ["-"], text: t("Timeline: further away"), run: () => timeline.zoom(timeline.span * 2) },
  { keys: ["Escape"], shown: "Esc", text: t("All cameras again, nothing selected"), run: () => { if (search.close()) return; enlarge(null); timeline.select(null); } },
  { keys: ["Ctrl+f"], shown: t("Ctrl F"), text: t("Search for motion"), run: search.open },
  { keys: ["D"], shown: t("Shift D"), text: t("Show how far the cameras are out of step"), run: debug },
]);

for (const speed of SPEEDS) element("speed").append(new Option(`${speed}×`, speed, speed === 1, speed === 1));
timeline.clock = clock;
timeline.holdings = holdings;
listen();
call("auth/me/").then((me) => {
  overlaySwitch(element("overlay-button"), me.id, (on) => { objects.on = on; });
  trying({ timeline, chosen: () => chosen, me });
  fetching({ timeline, chosen: () => chosen, holdings, me });
}, () => {}); // who cannot be asked for is told so by what else the page asks for
const cameraChoice = await choice(query.getAll("camera").map(Number), LANES, choose);
marking({ clock, timeline, chosen: () => chosen, done: () => holdings.refresh() });
element("skeleton").remove();
requestAnimationFrame(turn);

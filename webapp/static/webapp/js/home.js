// The first page: a tile for each camera, its state as it changes, and its last recorded minute.

import { call } from "./api.js";
import "./live.js";
import { Reconnecting } from "./reconnecting.js";

const WORDS = {
  connecting: "Connecting…",
  streaming: "Live",
  stalled: "No pictures are arriving",
  backing_off: "Not reachable, trying again",
  auth_failed: "The camera refuses the password",
  disabled: "Switched off",
  unknown: "The recorder does not answer",
};
const HOUR = 3_600_000;
const LIST_EVERY = 10_000; // ms

const tiles = new Map();
const element = (id) => document.getElementById(id);
// Times are the site's, wherever the browser is, and say so.
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  timeZone: document.documentElement.dataset.timeZone, timeZoneName: "short",
});
let plays = false;

async function refresh() {
  try {
    const cameras = await everyPage("cameras/?page_size=1000");
    cameras.forEach(show);
    const present = new Set(cameras.map((camera) => camera.id));
    for (const [id, tile] of tiles) if (!present.has(id)) { tile.remove(); tiles.delete(id); }
    element("empty").hidden = cameras.length > 0;
    if (plays && cameras.length) await showRecorded();
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
  summarise();
}

async function everyPage(path) {
  const found = [];
  for (let next = path; next; ) {
    const page = await call(next);
    found.push(...page.results);
    next = page.next && page.next.slice(page.next.indexOf("/api/v1/") + "/api/v1/".length);
  }
  return found;
}

function show(camera) {
  let tile = tiles.get(camera.id);
  if (!tile) {
    tile = element("tile").content.firstElementChild.cloneNode(true);
    tile.querySelector("eyrie-live").setAttribute("camera", camera.id);
    tile.querySelector(".replay").addEventListener("click", (event) => replay(event, tile));
    tiles.set(camera.id, tile);
    element("wall").append(tile);
  }
  tile.querySelector("h2").textContent = camera.name;
  tile.querySelector("eyrie-live").setAttribute("aria-label", `Live picture of ${camera.name}`);
  showState(tile, camera.state, camera.message);
}

function showState(tile, state, message) {
  const place = tile.querySelector(".state");
  const words = WORDS[state] ?? state;
  if (place.textContent !== words) place.textContent = words;
  place.dataset.state = state;
  tile.dataset.state = state;
  place.title = message ?? "";
}

async function showRecorded() {
  const now = Date.now();
  const found = await call(`recordings/?start=${new Date(now - HOUR).toISOString()}&end=${new Date(now).toISOString()}`);
  const last = new Map(found.ranges.map((range) => [range.camera, range]));
  for (const [id, tile] of tiles) {
    const range = last.get(id);
    const link = tile.querySelector(".replay");
    tile.querySelector(".recorded").textContent = range
      ? `Recorded until ${clock.format(new Date(range.end))}`
      : "Nothing recorded in the last hour";
    link.hidden = !range;
    if (!range) continue;
    const start = new Date(Math.max(new Date(range.start), new Date(range.end) - 60_000));
    link.href = `/api/v1/cameras/${id}/video.mp4?start=${start.toISOString()}&end=${range.end}`;
  }
}

function replay(event, tile) {
  event.preventDefault();
  const player = element("player");
  const video = player.querySelector("video");
  const failure = player.querySelector(".trouble");
  failure.hidden = true;
  element("player-title").textContent = `${tile.querySelector("h2").textContent}, the last minute`;
  video.src = event.currentTarget.href;
  video.onerror = () => {
    failure.textContent = "This browser cannot play the recording; it may be in a codec it does not know.";
    failure.hidden = false;
  };
  player.onclose = () => { video.removeAttribute("src"); video.load(); };
  player.showModal();
  video.play().catch(() => {});
}

function summarise() {
  const live = [...tiles.values()].filter((tile) => tile.querySelector(".state").dataset.state === "streaming").length;
  element("summary").textContent = tiles.size ? `${live} of ${tiles.size} cameras live` : "";
}

function trouble(sentence) {
  element("trouble").textContent = sentence;
  element("trouble").hidden = !sentence;
}

function listen() {
  new Reconnecting("/ws/v1/", {
    opened: (socket) => socket.send(JSON.stringify({ op: "subscribe", topic: "cameras.status" })),
    message: (data) => {
      const { op, message } = JSON.parse(data);
      const tile = op === "message" && tiles.get(message.camera_id);
      if (tile) showState(tile, message.state, message.message);
      summarise();
    },
  }).open();
}

const me = await call("auth/me/");
plays = me.everywhere.includes("camera.playback") || Boolean(me.cameras["camera.playback"]);
await refresh();
listen();
setInterval(refresh, LIST_EVERY);

// The live page: cameras and their states onto wall and tray, layouts, views, tour, keys.

import "components/tray/tray.js";
import "components/wall/wall.js";
import { LiveObjects } from "components/overlay/live-objects.js";
import { overlaySwitch } from "components/overlay/switch.js";
import { FREE, NAMES, drawing, fitting } from "components/wall/layouts.js";
import { call, visibleCameras } from "eyrie/api.js";
import { trouble } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { keys } from "eyrie/live/keys.js";
import { Tour } from "eyrie/live/tour.js";
import { Views } from "eyrie/live/views.js";
import { Reconnecting } from "eyrie/reconnecting.js";
import { toast } from "eyrie/toasts.js";

const LIST_EVERY = 10_000; // ms
const element = (id) => document.getElementById(id);
const [wall, tray] = [element("wall"), element("tray")];
const states = new Map();
const me = await call("auth/me/");
const kept = `wall:${me.id}`;
let cameras = new Map();
let aim = null; // the empty tile for which a camera is being chosen

const holds = (permission, camera) => me.everywhere.includes(permission) || (me.cameras[permission] ?? []).includes(camera);

async function refresh() {
  try {
    const rows = await visibleCameras();
    cameras = new Map(rows.map((row) => [row.id, { ...row, plays: holds("camera.playback", row.id), steers: row.moves && holds("camera.ptz", row.id), manages: holds("camera.manage", row.id), talks: row.speaks && holds("camera.talk", row.id), interrupts: holds("camera.talk_first", row.id) }]));
    wall.cameras = cameras;
    tray.cameras = cameras;
    for (const row of rows) if (!states.has(row.id)) told({ ...row, camera_id: row.id, recording: row.recording_now });
    element("no-cameras").hidden = rows.length > 0;
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
  summarise();
}

function told(status) {
  states.set(status.camera_id, status);
  wall.status(status);
  tray.status(status);
}

function summarise() {
  const live = [...cameras.keys()].filter((id) => states.get(id)?.state === "streaming").length;
  const words = cameras.size ? n("{live} of {count} camera live", "{live} of {count} cameras live", cameras.size, { live }) : "";
  if (element("summary").textContent !== words) element("summary").textContent = words;
}

function arrange(arrangement) {
  wall.enlarge(null);
  wall.arrangement = arrangement;
  remember();
}

function remember() {
  localStorage.setItem(kept, JSON.stringify({ view: views.current?.id ?? null, arrangement: wall.arrangement }));
  tray.placed = new Set(wall.arrangement.tiles.map(({ camera }) => camera));
  for (const button of element("layout-menu").children) button.toggleAttribute("aria-current", button.dataset.layout === wall.arrangement.layout);
}

// What lay there last time on this device, else all cameras in the layout that holds them.
function begin() {
  const asked = views.list.find(({ id }) => id === Number(new URLSearchParams(location.search).get("view")));
  if (asked) return views.open(asked);
  try {
    const { view, arrangement } = JSON.parse(localStorage.getItem(kept));
    if (arrangement.layout === FREE || arrangement.tiles.some(({ camera }) => cameras.has(camera))) {
      views.current = views.list.find(({ id }) => id === view) ?? null;
      if (views.current) return views.open(views.current);
      return arrange(arrangement);
    }
  } catch {
    // Nothing was kept, or by another version.
  }
  return arrange({ layout: fitting(cameras.size), tiles: [...cameras.keys()].slice(0, 16).map((camera) => ({ camera })) });
}

function showTray(open) {
  if (open) tray.open();
  else tray.hidden = true;
  element("tray-button").setAttribute("aria-expanded", String(open));
}

function fullscreen() {
  if (document.fullscreenElement) return document.exitFullscreen();
  return element("live").requestFullscreen().catch(() => toast(t("The browser does not allow full screen here."), "warn"));
}

function tourOn() {
  if (tour.running) return tour.stop();
  if (views.list.length < 2) return toast(t("A tour goes through saved views: save at least two."), "warn");
  return tour.start();
}

const views = new Views({ open: ({ arrangement }) => arrange(arrangement), arrangement: () => wall.arrangement, shares: holds("view.share") });
const tour = new Tour({
  next: () => views.open(views.list[(views.list.findIndex(({ id }) => id === views.current?.id) + 1) % views.list.length]),
  seconds: () => Number(element("tour-seconds").value),
  changed: (running) => element("tour-button").setAttribute("aria-pressed", String(running)),
});

for (const name of NAMES) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.dataset.layout = name;
  button.append(drawing(name), name === FREE ? t("Free") : name.replace("x", " × ").replace("+", " + "));
  button.addEventListener("click", () => {
    element("layout-menu").hidePopover();
    wall.relayout(name);
  });
  element("layout-menu").append(button);
}
wall.addEventListener("wall-change", () => { views.touched(); remember(); });
wall.addEventListener("tile-choose", ({ target }) => { aim = target; showTray(true); });
tray.addEventListener("tray-choose", ({ detail }) => {
  wall.place(detail.camera, aim?.isConnected && !aim.camera ? aim : null);
  aim = null;
  if (matchMedia("(max-width: 40rem)").matches) showTray(false);
});
element("tray-button").addEventListener("click", () => showTray(tray.hidden));
element("fullscreen-button").addEventListener("click", fullscreen);
element("tour-button").addEventListener("click", tourOn);
element("views-list").addEventListener("click", () => tour.stop());
const objects = new LiveObjects(() => wall.elements);
overlaySwitch(element("overlay-button"), me.id, (on) => { objects.on = on; });
keys({ wall, views, tour: tourOn, stopTour: () => tour.stop(), fullscreen, tray: () => showTray(tray.hidden), closeTray: () => !tray.hidden && (showTray(false), true) });

await Promise.all([refresh(), views.load().catch((error) => trouble(error.message))]);
begin();
wall.removeAttribute("aria-busy");
new Reconnecting("/ws/v1/", {
  opened: (socket) => socket.send(JSON.stringify({ op: "subscribe", topic: "cameras.status" })),
  message: (data) => {
    const { op, message } = JSON.parse(data);
    if (op !== "message") return;
    told(message);
    summarise();
  },
}).open();
setInterval(refresh, LIST_EVERY);

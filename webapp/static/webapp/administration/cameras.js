// The list of cameras: state, what arrives, a thumbnail, their order, and what is done to several of them.

import { call } from "eyrie/api.js";
import { showState } from "eyrie/camera-words.js";
import { byId, copyOf, make, trouble } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { recordingWords } from "eyrie/recording-words.js";
import { toast } from "eyrie/toasts.js";
import { draggable } from "./ordering.js";
import { several } from "./several.js";
import { streamWords } from "components/camera-form/camera-form.js";

const EVERY = 3000; // ms
const PICTURE_EVERY = 20_000; // ms
const rows = new Map();
const list = byId("cameras");
const mayOrder = byId("page").dataset.mayOrder === "yes";
const group = byId("group");
let groups = new Map();

async function refresh() {
  try {
    const [cameras, statuses, grouped] = await Promise.all([call("cameras/?page_size=1000"), call("cameras/status/"), call("groups/")]);
    showGroups(grouped.results);
    const states = new Map(statuses.results.map((one) => [one.camera, one]));
    draw(cameras.results, states);
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

function draw(cameras, states) {
  if (list.hasAttribute("aria-busy")) list.replaceChildren();
  list.removeAttribute("aria-busy");
  byId("empty").hidden = cameras.length > 0;
  const present = new Set(cameras.map((camera) => camera.id));
  for (const [id, row] of rows) if (!present.has(id)) { row.remove(); rows.delete(id); }
  const wanted = cameras.map((camera) => shown(camera, states.get(camera.id)));
  if (!dragging() && wanted.some((row, place) => list.children[place] !== row)) list.append(...wanted);
  filter();
  chosen?.known(cameras);
  const live = cameras.filter((camera) => camera.state === "streaming").length;
  byId("summary").textContent = cameras.length ? n("{live} of {count} camera live", "{live} of {count} cameras live", cameras.length, { live }) : "";
}

function shown(camera, status) {
  const row = rows.get(camera.id) ?? made(camera);
  const link = row.querySelector(".open");
  if (link.textContent !== camera.name) link.textContent = camera.name;
  row.querySelector(".up").setAttribute("aria-label", t("Move {name} up", { name: camera.name }));
  row.querySelector(".down").setAttribute("aria-label", t("Move {name} down", { name: camera.name }));
  showState(row.querySelector(".state"), status?.state ?? camera.state);
  row.querySelector(".chosen").setAttribute("aria-label", t("Choose {name}", { name: camera.name }));
  showRecording(row.querySelector(".recording"), camera, status);
  const main = status?.streams?.main;
  row.querySelector(".detail").textContent = status?.message || (main ? streamWords(main) : "");
  if ((status?.state === "streaming") && Date.now() - (row.pictured ?? 0) > PICTURE_EVERY) picture(row, camera.id);
  return row;
}

function made(camera) {
  const row = copyOf("row");
  row.dataset.camera = camera.id;
  for (const link of row.querySelectorAll("a")) link.href = `/cameras/${camera.id}/`;
  row.querySelector(".buttons").hidden = row.querySelector(".grips").hidden = !mayOrder;
  row.querySelector(".up").addEventListener("click", ({ currentTarget }) => move(row, -1, currentTarget));
  row.querySelector(".down").addEventListener("click", ({ currentTarget }) => move(row, 1, currentTarget));
  rows.set(camera.id, row);
  return row;
}

function picture(row, id) {
  row.pictured = Date.now();
  const next = make("img", { src: `/api/v1/cameras/${id}/snapshot.jpg?t=${row.pictured}`, alt: "" });
  next.addEventListener("load", () => row.querySelector(".thumb").replaceChildren(next));
}

async function move(row, by, button) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  button.focus();
  await keepOrder();
}

async function keepOrder() {
  try {
    await call("cameras/order/", { method: "PUT", body: { ids: [...list.children].map((one) => Number(one.dataset.camera)) } });
  } catch (error) {
    toast(error.message, "bad");
    await refresh();
  }
}

// Groups that one may see; which is shown stays chosen.
function showGroups(found) {
  const before = JSON.stringify([...groups]);
  groups = new Map(found.map(({ id, name, cameras }) => [String(id), { name, cameras: new Set(cameras) }]));
  byId("group-field").hidden = !groups.size;
  if (JSON.stringify([...groups]) === before) return;
  const shown = group.value;
  group.replaceChildren(group.options[0], ...[...groups].map(([value, { name }]) => make("option", { value }, name)));
  group.value = groups.has(shown) ? shown : "";
}

function filter() {
  const shown = groups.get(group.value);
  for (const [id, row] of rows) row.hidden = shown !== undefined && !shown.cameras.has(id);
  list.toggleAttribute("data-part", shown !== undefined);
}

function showRecording(badge, camera, status) {
  const [words, tone] = recordingWords(camera.recording_now, status?.mode ?? "");
  badge.hidden = !words || !camera.enabled;
  badge.textContent = words;
  badge.dataset.tone = tone;
}

const dragging = mayOrder ? draggable(list, keepOrder) : () => false;
const chosen = mayOrder ? several(list, refresh) : null;
group.addEventListener("change", filter);
await refresh();
setInterval(() => document.hidden || refresh(), EVERY);

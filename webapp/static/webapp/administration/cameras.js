// The list of cameras: state, what arrives, a thumbnail, and their order.

import { call } from "eyrie/api.js";
import { showState } from "eyrie/camera-words.js";
import { byId, copyOf, make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { streamWords } from "components/camera-form/camera-form.js";

const EVERY = 3000; // ms
const PICTURE_EVERY = 20_000; // ms
const rows = new Map();
const list = byId("cameras");
const mayOrder = byId("page").dataset.mayOrder === "yes";

async function refresh() {
  try {
    const [cameras, statuses] = await Promise.all([call("cameras/?page_size=1000"), call("cameras/status/")]);
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
  if (wanted.some((row, place) => list.children[place] !== row)) list.append(...wanted);
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
  row.querySelector(".recording").hidden = !camera.recording_now;
  const main = status?.streams?.main;
  row.querySelector(".detail").textContent = status?.message || (main ? streamWords(main) : "");
  if ((status?.state === "streaming") && Date.now() - (row.pictured ?? 0) > PICTURE_EVERY) picture(row, camera.id);
  return row;
}

function made(camera) {
  const row = copyOf("row");
  row.dataset.camera = camera.id;
  for (const link of row.querySelectorAll("a")) link.href = `/cameras/${camera.id}/`;
  row.querySelector(".buttons").hidden = !mayOrder;
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
  try {
    await call("cameras/order/", { method: "PUT", body: { ids: [...list.children].map((one) => Number(one.dataset.camera)) } });
  } catch (error) {
    toast(error.message, "bad");
    await refresh();
  }
}

function trouble(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}

await refresh();
setInterval(() => document.hidden || refresh(), EVERY);

// What lies at a target: folder by folder; a file is played, fetched, or brought back into the recordings.

import { call } from "eyrie/api.js";
import { busy, byId, make, trouble } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { bytes } from "eyrie/quantities.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

const EVERY = 3_000; // ms, while something is being brought back
const STATES = { waiting: t("Waiting"), copying: t("Being brought back"), done: t("Back"), failed: t("Failed") };
const target = Number(byId("page").dataset.target);
let here = [];
let timer = 0;

const folder = () => new URLSearchParams(location.search).get("folder") ?? "";

async function show() {
  const list = byId("entries");
  trouble("");
  crumbs();
  try {
    const { results } = await call(`backup/targets/${target}/files/?folder=${encodeURIComponent(folder())}`);
    here = results;
    list.replaceChildren(...results.map(row));
    byId("empty").hidden = results.length > 0;
    byId("restore-all").hidden = !results.some(({ restorable }) => restorable);
  } catch (error) {
    list.replaceChildren();
    trouble(error.message);
  }
  list.removeAttribute("aria-busy");
}

function crumbs() {
  const parts = folder().split("/").filter(Boolean);
  const links = parts.map((part, place) => link(part, parts.slice(0, place + 1).join("/"), place === parts.length - 1));
  byId("crumbs").replaceChildren(make("a", { href: "/system/backup/" }, t("Backup")), link(t("All folders"), "", parts.length === 0), ...links);
}

function link(words, path, current) {
  return make("a", { href: `?folder=${encodeURIComponent(path)}`, "aria-current": current ? "page" : undefined }, words);
}

function row(entry) {
  const name = entry.folder ? link(entry.name, entry.path, false) : make("span", { className: "mono small" }, entry.name);
  const tools = entry.folder ? [] : fileButtons(entry);
  return make("tr", {}, make("td", { className: "path" }, name), make("td", { className: "number" }, entry.folder ? "" : bytes(entry.size)), make("td", {}, make("div", { className: "buttons" }, ...tools)));
}

function fileButtons(entry) {
  const address = `/api/v1/backup/targets/${target}/file/?path=${encodeURIComponent(entry.path)}`;
  const tools = [];
  if (/\.(mp4|jpg)$/.test(entry.name)) tools.push(button(t("Play"), entry, () => play(address, entry.name)));
  tools.push(make("a", { className: "button", href: `${address}&download=1`, "aria-label": `${t("Download")}: ${entry.name}` }, t("Download")));
  if (entry.restorable) tools.push(button(t("Bring back"), entry, () => restore([entry.path])));
  return tools;
}

function button(words, entry, work) {
  const one = make("button", { type: "button", className: "button", "aria-label": `${words}: ${entry.name}` }, words);
  one.addEventListener("click", () => busy(one, work));
  return one;
}

function play(address, name) {
  const dialog = byId("player");
  const failure = dialog.querySelector(".notice");
  const picture = name.endsWith(".jpg");
  const shown = picture ? make("img", { src: address, alt: name }) : make("video", { src: address, controls: true, playsInline: true });
  shown.onerror = () => {
    failure.textContent = t("It cannot be shown: the target does not send it, or this browser does not know its codec.");
    failure.hidden = false;
  };
  failure.hidden = true;
  byId("player-title").textContent = name;
  byId("player-place").replaceChildren(shown);
  dialog.onclose = () => { shown.onerror = null; shown.removeAttribute("src"); byId("player-place").replaceChildren(); };
  dialog.showModal();
  if (!picture) shown.play().catch(() => {});
}

async function restore(paths) {
  try {
    const rows = await call("backup/restores/", { method: "POST", body: { target, paths } });
    toast(n("{count} recording will be brought back.", "{count} recordings will be brought back.", rows.length), "good");
  } catch (error) {
    toast(error.message, "bad");
  }
  await showRestores();
}

async function showRestores() {
  clearTimeout(timer);
  const { results } = await call(`backup/restores/?target=${target}&page_size=20`);
  byId("restores-section").hidden = results.length === 0;
  byId("restores").replaceChildren(...results.map(({ path, state, error, start, camera, keep_until: until }) => {
    const said = state === "done" ? t("kept until {time}", { time: dayAndTime(Date.parse(until)) }) : error;
    const words = make("span", { className: "badge", "data-tone": { done: "good", failed: "bad" }[state] ?? "quiet" }, STATES[state]);
    const name = start ? make("a", { href: `/playback/?camera=${camera}&at=${encodeURIComponent(start)}`, className: "mono" }, path) : make("span", { className: "mono" }, path);
    return make("li", { className: "backup-restore" }, words, name, make("span", { className: "quiet-text" }, said));
  }));
  if (results.some(({ state }) => state === "waiting" || state === "copying")) timer = setTimeout(showRestores, EVERY);
}

byId("restore-all").addEventListener("click", () =>
  busy(byId("restore-all"), () => restore(here.filter(({ restorable }) => restorable).map(({ path }) => path))));
await show();
await showRestores().catch((error) => toast(error.message, "bad"));

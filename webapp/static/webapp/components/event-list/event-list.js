// The search for events: filters that live in the address, cards grouped by day, more on demand; and that one has looked
// at those that are chosen.

import { call } from "eyrie/api.js";
import { trouble } from "eyrie/dom.js";
import { kinds, saidShortly, titleOf } from "eyrie/event-words.js";
import { n, t } from "eyrie/i18n.js";
import { clockTime, day } from "eyrie/times.js";
import { local, moment, startOfDay } from "eyrie/zone.js";

const PAGE = 60;
const SETTLE = 250; // ms after the last key
const BEFORE = 5_000; // ms before an event at which playback opens

const element = (id) => document.getElementById(id);
const form = element("filters"), found = element("found");
const cameras = new Map();
let next = "", asked = 0, settling = 0, lastDay = 0, shown = 0;

async function search() {
  const query = new URLSearchParams({ page_size: PAGE });
  const values = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
  history.replaceState(null, "", `?${new URLSearchParams(values)}`);
  for (const name of ["text", "camera", "type", "acknowledged"]) if (values[name]) query.set(name, values[name]);
  if (values.from) query.set("start", new Date(momentOf(values.from)).toISOString());
  if (values.until) query.set("end", new Date(momentOf(values.until)).toISOString());
  lastDay = shown = 0;
  await show(`events/?${query}`, () => found.replaceChildren());
}

async function show(path, prepare) {
  const mine = ++asked;
  let page;
  try {
    page = await call(path);
  } catch (error) {
    if (mine === asked) trouble(error.message);
    return;
  }
  if (mine !== asked) return;
  trouble("");
  prepare();
  page.results.forEach(add);
  next = page.next && page.next.slice(page.next.indexOf("/api/v1/") + "/api/v1/".length);
  element("more").hidden = !next;
  element("none").hidden = shown > 0;
  element("summary").textContent = n("{count} event shown", "{count} events shown", shown);
}

function add(event) {
  const at = Date.parse(event.start), midnight = startOfDay(at);
  if (midnight !== lastDay) {
    const cards = Object.assign(document.createElement("div"), { className: "event-cards" });
    found.append(Object.assign(document.createElement("h2"), { className: "event-day", textContent: day(at) }), cards);
    lastDay = midnight;
  }
  found.lastElementChild.append(card(event, at));
  shown += 1;
}

function card(event, at) {
  const frame = element("event-card").content.firstElementChild.cloneNode(true), one = frame.firstElementChild, picture = one.querySelector("img");
  foot(frame, event);
  one.querySelector("strong").textContent = titleOf(event.type);
  one.querySelector(".where").textContent = event.camera === null ? t("The system") : (cameras.get(event.camera) ?? t("A camera that is gone"));
  one.querySelector("time").textContent = times(at, event.end);
  one.querySelector(".detail").textContent = saidShortly(event);
  picture.hidden = true;
  if (event.camera === null) {
    one.href = `/events/${event.id}/`;
    return frame;
  }
  picture.addEventListener("load", () => { picture.hidden = false; });
  // Loading waits until it is near the window, which a hidden image never is.
  watching.observe(one);
  one.dataset.picture = `/api/v1/cameras/${event.camera}/frame.jpg?at=${event.start}&keyframe=true&width=320`;
  if (event.has_picture) one.dataset.picture = `/api/v1/events/${event.id}/picture.jpg`;
  one.href = `/playback/?${new URLSearchParams({ camera: event.camera, at: new Date(at - BEFORE).toISOString() })}`;
  return frame;
}

function foot(frame, event) {
  const box = frame.querySelector("input"), seen = frame.querySelector(".seen");
  frame.querySelector(".details").href = `/events/${event.id}/`;
  box.value = event.id;
  box.nextElementSibling.textContent = t("Choose this event");
  box.parentElement.hidden = Boolean(event.acknowledged) || !element("acknowledge");
  seen.hidden = !event.acknowledged;
  seen.textContent = event.acknowledged?.by ?? "";
}

function chosen() {
  return [...found.querySelectorAll(".event-foot :checked")].map(({ value }) => Number(value));
}

function tellChosen() {
  const count = chosen().length;
  element("acknowledge").disabled = !count;
  element("chosen-words").textContent = count ? n("{count} chosen", "{count} chosen", count) : "";
}

async function acknowledge() {
  try {
    await call("events/acknowledge/", { method: "POST", body: { ids: chosen() } });
    await search();
    tellChosen();
  } catch (error) {
    trouble(error.message);
  }
}

const watching = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    watching.unobserve(target);
    const picture = target.querySelector("img");
    picture.loading = "eager";
    picture.src = target.dataset.picture;
  }
}, { rootMargin: "200px" });

function times(start, end) {
  if (end === null) return clockTime(start);
  const seconds = Math.round((Date.parse(end) - start) / 1000);
  return seconds > 0 ? `${clockTime(start)} – ${clockTime(Date.parse(end))}` : clockTime(start);
}

// "2026-05-01T14:05" of a datetime-local field, which is the site's time here.
function momentOf(text) {
  const [year, month, date, hour, minute] = text.split(/\D/).map(Number);
  return moment({ year, month, day: date, hour, minute });
}

function fieldOf(at) {
  const { year, month, day: date, hour, minute } = local(at), two = (value) => String(value).padStart(2, "0");
  return `${year}-${two(month)}-${two(date)}T${two(hour)}:${two(minute)}`;
}

async function fill() {
  const { results } = await call("cameras/?page_size=1000");
  for (const { id, name } of results) { cameras.set(id, name); form.elements.camera.append(new Option(name, id)); }
  const offered = [...kinds.keys()].map((name) => new Option(titleOf(name), name));
  form.elements.type.append(...offered.sort((one, other) => one.text.localeCompare(other.text)));
  for (const [name, value] of new URLSearchParams(location.search)) {
    const field = form.elements[name];
    if (field) field.value = name === "from" || name === "until" ? (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(value) ? value : fieldOf(Date.parse(value))) : value;
  }
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", () => {
  clearTimeout(settling);
  settling = setTimeout(search, SETTLE);
});
form.addEventListener("reset", () => setTimeout(search));
element("more").addEventListener("click", () => show(next, () => {}));
if (element("acknowledge")) found.addEventListener("change", tellChosen);
element("acknowledge")?.addEventListener("click", acknowledge);
element("choose-all")?.addEventListener("click", () => {
  for (const box of found.querySelectorAll(".event-foot label:not([hidden]) input")) box.checked = true;
  tellChosen();
});
await fill().catch((error) => trouble(error.message));
await search();

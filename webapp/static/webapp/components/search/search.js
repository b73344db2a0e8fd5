// The search for motion in playback: a panel beside the pictures, a region drawn on one of them, finds as pictures.

import { call } from "eyrie/api.js";
import { byId, copyOf } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { now } from "eyrie/now.js";
import { dayAndTime } from "eyrie/times.js";
import "components/search/region.js";

const HOUR = 3_600_000;
const SPANS = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, month: 30 * 24 * HOUR };
const PAGE = 24; // finds that are wanted before it waits to be asked for more
const BEFORE = 2_000; // ms before a find at which it is played

// chosen(): the page's cameras; tiles(): their tiles; play(at): show a moment and go on from there.
export function searching({ timeline, chosen, tiles, play }) {
  const panel = byId("search-panel"), form = byId("search-form"), opener = byId("search"), finds = byId("finds");
  let running = 0, next = null, looked = false;

  const regions = () => tiles().flatMap((tile) => [...tile.querySelectorAll("eyrie-region")]);
  const drawn = () => regions().find(({ points }) => points);

  function open() {
    panel.hidden = false;
    panel.parentElement.toggleAttribute("data-search", true);
    opener.setAttribute("aria-expanded", "true");
    dress();
    byId("search-selection").hidden = byId("search-selection").disabled = !timeline.selection;
    form.elements.within.value = timeline.selection ? "selection" : "day";
    form.elements.within.focus({ preventScroll: true });
  }

  function close() {
    if (panel.hidden) return false;
    running += 1;
    panel.hidden = true;
    panel.parentElement.toggleAttribute("data-search", false);
    opener.setAttribute("aria-expanded", "false");
    for (const region of regions()) region.remove();
    opener.focus();
    return true;
  }

  // Each picture can be drawn on; called whenever there are others.
  function dress() {
    if (panel.hidden) return;
    for (const tile of tiles()) {
      if (tile.querySelector("eyrie-region")) continue;
      tile.zoom.reset();
      const region = document.createElement("eyrie-region");
      region.lie(tile.querySelector(".stage"), tile.video, tile.still);
    }
    where();
  }

  function where() {
    const camera = drawn()?.closest("eyrie-recording").getAttribute("name");
    byId("search-where").textContent = camera
      ? t("In the marked part of {camera}.", { camera })
      : t("Drag over a picture to mark where to look. Without a mark, all of each picture is searched.");
    byId("search-whole").hidden = !camera;
  }

  function onDrawn({ target }) {
    for (const region of regions()) if (region !== target) region.points = null;
    where();
    if (target.points) search();
  }

  function span() {
    const { value } = form.elements.within;
    if (value === "selection" && timeline.selection) return timeline.selection;
    if (value === "shown") return { start: timeline.start, end: Math.min(timeline.end, now()) };
    return { start: now() - (SPANS[value] ?? SPANS.day), end: now() };
  }

  async function search() {
    const { start, end } = span(), region = drawn(), query = new URLSearchParams({ limit: PAGE });
    if (end <= start) return say(t("This time is still to come."));
    const cameras = region ? [region.closest("eyrie-recording").camera] : chosen().map(({ id }) => id);
    for (const id of cameras) query.append("camera", id);
    if (region) query.set("region", region.points.map((corner) => corner.join()).join(";"));
    query.set("start", new Date(start).toISOString());
    query.set("end", new Date(end).toISOString());
    finds.replaceChildren();
    looked = false;
    next = query;
    if (!cameras.length) return say(t("No camera chosen"));
    await goOn();
  }

  // Ask on, a piece of time at a time, until there is a page of finds or nothing is left.
  async function goOn() {
    const mine = ++running, had = finds.children.length, enough = had + PAGE;
    busy(true);
    try {
      while (next && finds.children.length < enough) {
        say(t("Searching before {time} …", { time: dayAndTime(Date.parse(next.get("end"))) }));
        const page = await call(`motion/search/?${next}`);
        if (mine !== running) return;
        page.results.forEach((find) => finds.append(card(find)));
        looked ||= page.analysed;
        if (page.next) next.set("end", page.next);
        else next = null;
      }
      say(outcome());
      finds.children[had]?.scrollIntoView({ block: "nearest" });
    } catch (error) {
      if (mine === running) say(error.message);
    } finally {
      if (mine === running) busy(false);
    }
  }

  function outcome() {
    const count = finds.children.length;
    if (count) return n("Motion was found {count} time.", "Motion was found {count} times.", count);
    return looked ? t("Nothing moved there in this time.") : t("No motion is stored of this time. It is stored while a camera's motion is detected.");
  }

  function card(find) {
    const one = copyOf("find"), picture = one.querySelector("img"), start = Date.parse(find.start);
    const seconds = Math.max(1, Math.round((Date.parse(find.end) - start) / 1000));
    one.querySelector("time").textContent = dayAndTime(start);
    one.querySelector(".where").textContent = chosen().find(({ id }) => id === find.camera)?.name ?? "";
    one.querySelector(".detail").textContent = n("{count} second", "{count} seconds", seconds);
    picture.addEventListener("error", () => { picture.hidden = true; });
    picture.src = `/api/v1/cameras/${find.camera}/frame.jpg?at=${find.peak}&keyframe=true&width=320`;
    one.dataset.start = start;
    one.addEventListener("click", () => {
      for (const other of finds.children) other.toggleAttribute("aria-current", other === one);
      play(start - BEFORE);
    });
    return one;
  }

  function busy(state) {
    panel.setAttribute("aria-busy", String(state));
    byId("search-on").hidden = state || !next;
  }

  function say(text) {
    byId("search-status").textContent = text;
  }

  opener.addEventListener("click", () => close() || open());
  byId("search-close").addEventListener("click", close);
  byId("search-on").addEventListener("click", goOn);
  byId("search-whole").addEventListener("click", () => {
    for (const region of regions()) region.points = null;
    where();
    search();
  });
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  document.addEventListener("drawn", onDrawn);
  return { open, close, dress };
}

// A detector over a recording: how far it is, what it cost, and what it found, in pictures.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, copyOf, trouble } from "eyrie/dom.js";
import { saidShortly, titleOf } from "eyrie/event-words.js";
import { t } from "eyrie/i18n.js";
import { number } from "eyrie/quantities.js";
import { clockTime, dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import { found, isOpen, milliseconds, showJobState } from "./words.js";

const EVERY = 1500; // ms
const BEFORE = 2000; // ms before a find at which it is played
const { camera, replay } = byId("page").dataset;
const path = `cameras/${camera}/replays/${replay}/`;
const DAY = 86_400_000; // ms
let when = dayAndTime; // of a find: within a day its time says it
let shown = 0;

const playback = (at) => `/playback/?${new URLSearchParams({ camera, at: new Date(at).toISOString(), finds: `${camera}/${replay}` })}`;

async function refresh() {
  try {
    const job = await call(path);
    show(job);
    trouble("");
    if (isOpen(job)) setTimeout(refresh, EVERY);
  } catch (error) {
    trouble(error.message);
    if (error.status !== 404) setTimeout(refresh, 2 * EVERY);
  }
}

function show(job) {
  const start = Date.parse(job.start), end = Date.parse(job.end), open = isOpen(job);
  when = end - start < DAY ? clockTime : dayAndTime;
  byId("title").textContent = t(job.title);
  showJobState(byId("state"), job);
  byId("range").textContent = `${dayAndTime(start)} – ${dayAndTime(end)}`;
  byId("progress").hidden = !open;
  byId("progress").value = (Date.parse(job.at) - start) / (end - start);
  byId("summary").textContent = job.state === "failed" ? job.error : summary(job, open);
  byId("summary").classList.toggle("notice", job.state === "failed");
  byId("summary").dataset.tone = job.state === "failed" ? "bad" : "";
  byId("cost").textContent = job.looks ? t("{looks} looks, {ms} ms each, and {decode} ms to decode each picture", { looks: number(job.looks), ms: milliseconds(job.ms_per_look), decode: milliseconds(job.decode_ms_per_look) }) : "";
  byId("cancel").hidden = !open || job.cancelling;
  byId("delete").hidden = open;
  byId("play").href = playback(start);
  byId("nothing").hidden = job.state !== "done" || job.found > 0;
  byId("job").removeAttribute("aria-busy");
  if (job.finds.length === shown && open) return;
  shown = job.finds.length;
  byId("finds").replaceChildren(...job.finds.map(card));
}

function summary(job, open) {
  if (job.state === "queued") return t("It begins as soon as the one before it has ended.");
  const parts = [found(job)];
  if (job.found > job.finds.length) parts.push(t("the first {count} are shown", { count: job.finds.length }));
  if (job.stores) parts.push(t("{count} new rows kept", { count: number(job.stored) }));
  return `${parts.join(", ")}.${open ? ` ${t("At {time} now.", { time: dayAndTime(Date.parse(job.at)) })}` : ""}`;
}

function card(find) {
  const one = copyOf("find"), picture = one.querySelector("img"), mark = one.querySelector(".mark");
  one.querySelector("a").href = playback(find.start_ms - BEFORE);
  one.querySelector("time").textContent = `${when(find.start_ms)}${find.end_ms - find.start_ms >= 1000 ? ` – ${clockTime(find.end_ms)}` : ""}`;
  one.querySelector("strong").textContent = find.event_type ? titleOf(find.event_type) : t(find.label);
  one.querySelector(".detail").textContent = detail(find);
  picture.addEventListener("error", () => { picture.hidden = true; });
  picture.src = `/api/v1/cameras/${camera}/frame.jpg?${new URLSearchParams({ at: new Date(find.peak_ms).toISOString(), width: 320 })}`;
  if (find.box) {
    const [left, top, width, height] = find.box.map((part) => `${part * 100}%`);
    Object.assign(mark.style, { left, top, width, height });
    mark.hidden = false;
  }
  return one;
}

function detail({ event_type: type, label, score, attributes }) {
  if (!type) return `${number(100 * score)}\u00a0%`;
  return [attributes.label ? "" : label && t(label), saidShortly({ type, attributes })].filter(Boolean).join(" · ");
}

async function remove() {
  const sure = await confirmed({ title: t("Delete this list of finds?"), text: t("What was kept of it stays, and so do the recordings."), button: t("Delete") });
  if (!sure) return;
  await call(path, { method: "DELETE" }).then(() => location.assign(`/cameras/${camera}/detection/`), (error) => toast(error.message, "bad"));
}

byId("cancel").addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => call(`${path}cancel/`, { method: "POST" }).then(refresh, (error) => toast(error.message, "bad"))));
byId("delete").addEventListener("click", ({ currentTarget }) => busy(currentTarget, remove));
await refresh();

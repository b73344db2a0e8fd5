// One event: its picture with what was seen in it, what it says, who has looked at it, what rules did about it.

import { call } from "eyrie/api.js";
import { byId, make, trouble } from "eyrie/dom.js";
import { onSubmit } from "eyrie/forms.js";
import { sayings, titleOf } from "eyrie/event-words.js";
import { t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { outcomeRow } from "components/rules/outcomes.js";

const BEFORE = 5_000; // ms before an event at which playback opens
const SVG = "http://www.w3.org/2000/svg";
const { event: id, rules } = byId("event").dataset;

async function begin() {
  const [event, { results: cameras }] = await Promise.all([call(`events/${id}/`), call("cameras/?page_size=1000")]);
  const camera = cameras.find((one) => one.id === event.camera), title = titleOf(event.type);
  byId("title").textContent = title;
  byId("facts").replaceChildren(...facts(event, camera));
  showPicture(event, title);
  if (event.camera !== null) {
    byId("play").href = `/playback/?${new URLSearchParams({ camera: event.camera, at: new Date(Date.parse(event.start) - BEFORE).toISOString() })}`;
    byId("play").hidden = false;
  }
  showSeen(event.acknowledged);
  if (rules) await showOutcomes();
}

function facts(event, camera) {
  const rows = [[t("Where"), event.camera === null ? t("The system") : camera?.name ?? t("A camera that is gone")], [t("Begin"), dayAndTime(Date.parse(event.start))]];
  if (event.end && event.end !== event.start) rows.push([t("End"), dayAndTime(Date.parse(event.end))]);
  rows.push(...sayings(event));
  if (event.objects.length) rows.push([t("Seen"), event.objects.map(({ label, score }) => `${t(label)} ${Math.round(score * 100)}\u00a0%`).join(", ")]);
  return rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
}

function showPicture(event, title) {
  if (event.camera === null && !event.has_picture) return;
  const figure = byId("picture"), image = figure.querySelector("img");
  image.alt = title;
  image.addEventListener("load", () => { figure.hidden = false; });
  image.src = `/api/v1/events/${id}/picture.jpg?width=1280`;
  figure.querySelector("svg").replaceChildren(...event.objects.filter(({ box }) => box).map(({ label, box }) => {
    const rect = document.createElementNS(SVG, "rect"), words = document.createElementNS(SVG, "title");
    ["x", "y", "width", "height"].forEach((name, place) => rect.setAttribute(name, box[place] * 1000));
    words.textContent = label;
    rect.append(words);
    return rect;
  }));
}

function showSeen(seen) {
  byId("acknowledge").hidden = Boolean(seen);
  byId("seen-by").hidden = !seen;
  if (seen) byId("seen-by").textContent = [t("{name}, {time}", { name: seen.by, time: dayAndTime(Date.parse(seen.at)) }), seen.note].filter(Boolean).join(": ");
}

async function showOutcomes() {
  const [{ results }, { actions }] = await Promise.all([call(`deliveries/?event=${id}`), call("rules/choices/")]);
  const titles = new Map(actions.map(({ name, title }) => [name, title]));
  byId("no-outcomes").hidden = results.length > 0;
  byId("outcomes").replaceChildren(...results.reverse().map((one) => {
    const row = outcomeRow(one, titles);
    row.prepend(make("span", { className: "quiet-text" }, `${one.rule_name}: `));
    return row;
  }));
}

onSubmit(byId("acknowledge"), async ({ elements }) => {
  await call("events/acknowledge/", { method: "POST", body: { ids: [Number(id)], note: elements.note.value } });
  showSeen((await call(`events/${id}/`)).acknowledged);
});
begin().catch((error) => {
  byId("title").textContent = t("Event");
  trouble(error.message);
});

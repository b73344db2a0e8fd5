// What happened at doors, as a list: who, what, where, when, the camera's picture; a press plays that moment.

import { t } from "eyrie/i18n.js";
import { now } from "eyrie/now.js";
import { Reconnecting } from "eyrie/reconnecting.js";
import { dayAndTime } from "eyrie/times.js";

const BEFORE = 5_000; // ms before an event at which playback opens
const FRESH = 10_000; // ms during which the camera's newest picture is that of the event: the recording is not there yet
const AGAIN = 1_500; // ms after which a picture that did not come is asked for again, from the recording
export const WORDS = {
  "access.granted": [t("Granted"), "good"],
  "access.denied": [t("Denied"), "bad"],
  "access.forced": [t("Forced"), "bad"],
  "access.held_open": [t("Held open"), "warn"],
};
export const TYPES = Object.keys(WORDS).join(",");

// An event of REST as one of the websocket's.
export function ofRest(event) {
  return { ...event, camera_id: event.camera, start_ms: Date.parse(event.start) };
}

// Calls heard(event) for what happens from now on, and opened() whenever it begins to listen: what was before is missed.
export function listen(opened, heard) {
  return new Reconnecting("/ws/v1/", {
    opened: (socket) => {
      socket.send(JSON.stringify({ op: "subscribe", topic: "events.recorded" }));
      opened();
    },
    message: (data) => {
      const { op, message } = JSON.parse(data);
      if (op === "message" && message.type in WORDS) heard(message);
    },
  });
}

// Puts an event where it belongs: they may come out of order, and the newest stands first. template: of entry.html
export function place(list, template, event) {
  if (list.querySelector(`[data-event="${event.id}"]`)) return;
  const row = filled(template.content.firstElementChild.cloneNode(true), event);
  const older = [...list.children].find((other) => Number(other.dataset.at) < event.start_ms);
  list.insertBefore(row, older ?? null);
}

function filled(row, event) {
  const { holder, card, title, reason } = event.attributes, [word, tone] = WORDS[event.type], at = event.start_ms;
  Object.assign(row.dataset, { event: event.id, at });
  row.querySelector("strong").textContent = holder || card || t("Nobody known");
  Object.assign(row.querySelector(".badge"), { textContent: word }).dataset.tone = tone;
  row.querySelector("[data-part=door]").textContent = reason ? `${title} · ${reason}` : title;
  Object.assign(row.querySelector("time"), { textContent: dayAndTime(at), dateTime: new Date(at).toISOString() });
  if (event.camera_id !== null) {
    row.querySelector("a").href = `/playback/?${new URLSearchParams({ camera: event.camera_id, at: new Date(at - BEFORE).toISOString() })}`;
    showPicture(row.querySelector(".picture img"), event);
  }
  if (holder) show(row.querySelector(".portrait"), `/api/v1/plugins/accesscontrol/events/${event.id}/holder.jpg`);
  return row;
}

function showPicture(picture, { id, camera_id: camera, start_ms: at, has_picture: kept }) {
  const recorded = `/api/v1/cameras/${camera}/frame.jpg?at=${new Date(at).toISOString()}&keyframe=true&width=320`;
  const live = `/api/v1/cameras/${camera}/snapshot.jpg?width=320&t=${at}`;
  const fresh = Math.abs(now() - at) < FRESH;
  if (fresh && !kept) picture.addEventListener("error", () => setTimeout(() => show(picture, recorded), AGAIN), { once: true });
  show(picture, kept ? `/api/v1/events/${id}/picture.jpg` : fresh ? live : recorded);
}

function show(picture, address) {
  picture.addEventListener("load", () => { picture.hidden = false; }, { once: true });
  picture.src = address;
}

// What both halves of the page share: pictures of faces, and the site's time in fields.

import { make } from "eyrie/dom.js";
import { dayAndTime } from "eyrie/times.js";
import { local, moment } from "eyrie/zone.js";

export const ROOT = "plugins/faces/";
export const CHANGED = "faces-people-changed"; // on the document: somebody was added, changed or deleted

// In place of the drawing that stands for a face.
export function showFace(frame, address) {
  frame.replaceChildren(make("img", { alt: "", loading: "lazy", src: `/api/v1/${ROOT}${address}` }));
}

// RFC 3339 of a datetime-local field, null of an empty one.
export function toMoment(text) {
  if (!text) return null;
  const [year, month, day, hour, minute, second] = text.split(/\D/).map(Number);
  return new Date(moment({ year, month, day, hour, minute, second: second || 0 })).toISOString();
}

export function toField(text) {
  if (!text) return "";
  const at = local(Date.parse(text)), two = (number) => String(number).padStart(2, "0");
  return `${at.year}-${two(at.month)}-${two(at.day)}T${two(at.hour)}:${two(at.minute)}:${two(at.second)}`;
}

export const shown = (text) => dayAndTime(Date.parse(text));

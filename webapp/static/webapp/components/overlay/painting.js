// What detectors saw, painted over a picture: boxes with what they are, the way they came, the text of a plate.
//
// objects: [{ id, label, box: [left, top, width, height] in parts of the picture, score, seen, text, tail: [[x, y], …] }].

import { t } from "eyrie/i18n.js";

const COLOURS = { person: "#6cb4f5", face: "#8fd3ff", plate: "#ffffff" };
const VEHICLES = new Set(["car", "truck", "bus", "motorcycle", "bicycle", "train", "vehicle"]);
const VEHICLE = "#f0b429", OTHER = "#5fd38d";
const INK = "#04131f";
const HIGH = 18; // px of a label

export const colourOf = (label) => COLOURS[label] ?? (VEHICLES.has(label) ? VEHICLE : OTHER);

// Where a picture of this shape lies in a frame it is fitted into, in px.
export function fitted(frame, { width, height }) {
  const scale = Math.min(frame.clientWidth / width, frame.clientHeight / height);
  return { left: (frame.clientWidth - width * scale) / 2, top: (frame.clientHeight - height * scale) / 2, width: width * scale, height: height * scale };
}

export function paint(canvas, objects, picture) {
  const scale = devicePixelRatio, wide = canvas.clientWidth, high = canvas.clientHeight;
  if (canvas.width !== Math.round(wide * scale) || canvas.height !== Math.round(high * scale)) {
    canvas.width = Math.round(wide * scale);
    canvas.height = Math.round(high * scale);
  }
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, wide, high);
  if (!picture.width || !objects.length) return;
  const frame = fitted(canvas, picture), at = ([x, y]) => [frame.left + x * frame.width, frame.top + y * frame.height];
  context.font = `600 12px ${getComputedStyle(canvas).fontFamily}`;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const object of objects) tail(context, object, at);
  for (const object of objects) box(context, object, at, frame);
}

// The way it came, fainter the longer ago.
function tail(context, { label, tail: way = [] }, at) {
  context.lineWidth = 2;
  context.strokeStyle = colourOf(label);
  for (let n = 1; n < way.length; n++) {
    context.globalAlpha = (0.8 * n) / way.length;
    context.beginPath();
    context.moveTo(...at(way[n - 1]));
    context.lineTo(...at(way[n]));
    context.stroke();
  }
  context.globalAlpha = 1;
}

function box(context, { label, box: [left, top, width, height], score, seen = true, text = "" }, at, frame) {
  const [x, y] = at([left, top]), colour = colourOf(label);
  context.setLineDash(seen ? [] : [5, 4]);
  context.lineWidth = 4;
  context.strokeStyle = INK;
  context.strokeRect(x, y, width * frame.width, height * frame.height);
  context.lineWidth = 2;
  context.strokeStyle = colour;
  context.strokeRect(x, y, width * frame.width, height * frame.height);
  context.setLineDash([]);
  const words = [text || t(label), score === undefined || text ? "" : `${Math.round(score * 100)}\u00a0%`].filter(Boolean).join(" ");
  const wide = context.measureText(words).width + 10, above = y - HIGH >= frame.top ? y - HIGH : y;
  context.fillStyle = colour;
  context.fillRect(x - 1, above, wide, HIGH);
  context.fillStyle = INK;
  context.fillText(words, x + 4, above + HIGH / 2 + 0.5);
}

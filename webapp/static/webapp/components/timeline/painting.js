// Draws the timeline: the axis, a lane for each camera with recordings, gaps, events and bookmarks, below it a thin one with
// how loud it was where somebody listened, and the playhead.

import { stepFor, ticks } from "components/timeline/ticks.js";

export const AXIS = 24; // px
const APART = 84; // px between marks
const SMALL = 8; // px
const QUIETEST = -70, LOUDEST = -10; // dB: drawn as no more than a line, and as high as the lane
const INTENDED = new Set(["no_event", "not_scheduled"]); // nothing is wrong

// Where each lane lies: {top, high, thin}, px; thin: of its loudness, 0 without. heard: for each whether it has any.
export function layout(heard) {
  const few = heard.length <= 4, high = heard.length > 9 ? 14 : few ? 28 : 20;
  let top = AXIS;
  return heard.map((one) => {
    const lane = { top, high, thin: !one ? 0 : few ? 14 : 7 };
    top += lane.high + lane.thin;
    return lane;
  });
}

// view: {start, end, width, height, at, now, selection, lanes: [{name, holdings, finds, top, high, thin}], words, loudness};
// words(at, level, step) names a mark of the axis, loudness is the word for it.
export function paint(context, view, colours) {
  const { width, height, lanes } = view, x = (at) => ((at - view.start) / (view.end - view.start)) * width;
  context.clearRect(0, 0, width, height);
  context.font = `12px ${colours.font}`;
  context.textBaseline = "middle";
  axis(context, view, colours, x);
  for (const lane of lanes) {
    paintLane(context, lane, view, colours, x);
    if (lane.thin) paintLoudness(context, lane, view, colours, x);
  }
  if (view.now < view.end) {
    context.fillStyle = colours.future;
    context.fillRect(x(view.now), AXIS, width - x(view.now), height - AXIS);
  }
  if (view.selection) paintSelection(context, view, colours, x);
  playhead(context, view, colours, x);
}

function axis(context, view, colours, x) {
  const perPixel = (view.end - view.start) / view.width, step = stepFor(APART * perPixel);
  for (const { at, level } of ticks(view.start - APART * perPixel, view.end, step)) {
    const place = Math.round(x(at)) + 0.5;
    context.strokeStyle = level === "time" ? colours.line : colours.lineStrong;
    context.beginPath();
    context.moveTo(place, level === "time" ? AXIS - 6 : 0);
    context.lineTo(place, view.height);
    context.stroke();
    context.fillStyle = level === "time" ? colours.quiet : colours.text;
    context.fillText(view.words(at, level, step), place + 5, AXIS / 2);
  }
}

function paintLane(context, { name, holdings, finds, top, high }, view, colours, x) {
  const inside = top + 2, size = high - 4;
  const bar = (start, end, fill, least = 1) => {
    const left = Math.max(x(start), -2), right = Math.min(x(end), view.width + 2);
    if (right < -1 || left > view.width) return;
    context.fillStyle = fill;
    context.fillRect(left, inside, Math.max(right - left, least), size);
  };
  bar(view.start, view.end, colours.lane);
  for (const { start, end, reason } of holdings.gaps) {
    const intended = INTENDED.has(reason);
    bar(start, end ?? view.now, intended ? colours.idle : colours.gap, intended ? 1 : 2);
  }
  for (const { start, end } of holdings.ranges) bar(start, end, colours.recorded);
  for (const { start, end } of holdings.fetched) bar(start, end, colours.fetched, 2);
  ridge(context, holdings.motion, inside + size, size, view, colours, x);
  for (const { start, end, type } of holdings.events) {
    const left = x(start), right = end === null ? left + 3 : Math.max(x(end), left + 3);
    context.fillStyle = colours.event(type);
    context.fillRect(left, inside + size - 6, right - left, 6);
    context.fillRect(left, inside, 1, size);
  }
  for (const { start, end } of finds) find(context, x(start), x(end), inside, size, colours);
  for (const { start, end } of holdings.bookmarks) flag(context, x(start), end === null ? null : x(end), inside, colours);
  if (high >= 18) label(context, name, top + high / 2, colours);
}

// How much moved, as a soft area above the lane's ground; the root makes a person in a wide picture seen.
function ridge(context, motion, bottom, size, view, colours, x) {
  context.fillStyle = colours.motion;
  area(context, motion, bottom, view, x, (share) => (share ? Math.max(2, Math.sqrt(share) * size) : 0));
}

// How loud it was; the least is a line, which says that somebody listened.
function paintLoudness(context, { holdings, top, high, thin }, view, colours, x) {
  const size = thin - 2, bottom = top + high + size;
  context.fillStyle = colours.lane;
  context.fillRect(0, bottom - size, view.width, size);
  context.fillStyle = colours.loudness;
  area(context, holdings.loudness, bottom, view, x, (level) => (level === null ? 0 : Math.min(size, Math.max(1, ((level - QUIETEST) / (LOUDEST - QUIETEST)) * size))));
  if (thin < 12) return;
  context.font = `10px ${colours.font}`;
  label(context, view.loudness, bottom - size / 2, colours, size);
  context.font = `12px ${colours.font}`;
}

// Values step by step as one shape on a line; tall(value) in px.
function area(context, { start, step, values }, bottom, view, x, tall) {
  const first = Math.max(0, Math.floor((view.start - start) / step)), last = Math.min(values.length, Math.ceil((view.end - start) / step));
  context.beginPath();
  for (let n = first; n < last; n++) {
    const high = tall(values[n]);
    if (!high) continue;
    const left = x(start + n * step);
    context.rect(left, bottom - high, x(start + (n + 1) * step) - left, high);
  }
  context.fill();
}

// What a look at a recording found: a diamond over its beginning, its length along the top.
function find(context, left, right, top, size, colours) {
  context.fillStyle = colours.find;
  context.fillRect(left, top, Math.max(right - left, 1), 3);
  context.fillRect(left - 1, top, 2, size);
  context.beginPath();
  for (const [across, down] of [[0, 0], [SMALL / 2, SMALL / 2], [0, SMALL], [-SMALL / 2, SMALL / 2]]) context.lineTo(left + across, top + down);
  context.fill();
}

function flag(context, left, right, top, colours) {
  context.fillStyle = colours.bookmark;
  if (right !== null) context.fillRect(left, top, Math.max(right - left, 2), 3);
  context.beginPath();
  context.moveTo(left, top);
  context.lineTo(left + SMALL, top + SMALL / 2);
  context.lineTo(left, top + SMALL);
  context.fill();
  context.fillRect(left - 1, top, 2, SMALL + 6);
}

function label(context, name, middle, colours, high = 18) {
  const wide = Math.min(context.measureText(name).width, 200) + 12;
  context.fillStyle = colours.label;
  context.fillRect(4, middle - high / 2, wide, high);
  context.fillStyle = colours.text;
  context.fillText(name, 10, middle + 0.5, 200);
}

function paintSelection(context, { selection, height }, colours, x) {
  const left = x(selection.start), right = x(selection.end);
  context.fillStyle = colours.selection;
  context.fillRect(left, 0, right - left, height);
  context.fillStyle = colours.accent;
  context.fillRect(left - 1, 0, 2, height);
  context.fillRect(right - 1, 0, 2, height);
}

function playhead(context, view, colours, x) {
  const place = x(view.at);
  context.fillStyle = colours.playhead;
  context.fillRect(place - 1, 0, 2, view.height);
  context.beginPath();
  context.moveTo(place - 6, 0);
  context.lineTo(place + 6, 0);
  context.lineTo(place, 9);
  context.fill();
}

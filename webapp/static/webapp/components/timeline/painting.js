// Draws the timeline: the axis, a lane for each camera with recordings, gaps, events and bookmarks, and the playhead.

import { stepFor, ticks } from "components/timeline/ticks.js";

export const AXIS = 24; // px
const APART = 84; // px between marks
const SMALL = 8; // px
const INTENDED = new Set(["no_event", "not_scheduled"]); // nothing is wrong

export function laneHeight(count) {
  return count > 9 ? 14 : count > 4 ? 20 : 28;
}

// view: {start, end, width, height, at, now, selection, lanes: [{name, holdings, finds}], words: {time, day, month, second}}.
export function paint(context, view, colours) {
  const { width, height, lanes } = view, x = (at) => ((at - view.start) / (view.end - view.start)) * width;
  context.clearRect(0, 0, width, height);
  context.font = `12px ${colours.font}`;
  context.textBaseline = "middle";
  axis(context, view, colours, x);
  const high = laneHeight(lanes.length);
  lanes.forEach((lane, n) => paintLane(context, lane, AXIS + n * high, high, view, colours, x));
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

function paintLane(context, { name, holdings, finds }, top, high, view, colours, x) {
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
function ridge(context, { start, step, shares }, bottom, size, view, colours, x) {
  const first = Math.max(0, Math.floor((view.start - start) / step)), last = Math.min(shares.length, Math.ceil((view.end - start) / step));
  context.fillStyle = colours.motion;
  context.beginPath();
  for (let n = first; n < last; n++) {
    if (!shares[n]) continue;
    const left = x(start + n * step), high = Math.max(2, Math.sqrt(shares[n]) * size);
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

function label(context, name, middle, colours) {
  const wide = Math.min(context.measureText(name).width, 200) + 12;
  context.fillStyle = colours.label;
  context.fillRect(4, middle - 9, wide, 18);
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

// What detectors saw, drawn over recordings in step with the picture shown.
//
//   const objects = new RecordedObjects(); objects.on = true; objects.show(tile) with each frame of the page
//
// tile: with `camera` (its id), video, still, player (shownAt) and clock. finds: what a look at a recording found, drawn
// where nothing is stored, whether it is on or not.

import { call } from "eyrie/api.js";
import { now } from "eyrie/now.js";
import { paint } from "components/overlay/painting.js";

const CHUNK = 60_000; // ms asked for at once
const MOST = 60; // chunks kept
const GONE = 1200; // ms after its last point from which on an object is no longer drawn
const TAIL = 6000; // ms
const AROUND = 700; // ms before and after a find's best moment in which it is drawn

export class RecordedObjects {
  #chunks = new Map(); // "camera start" to tracks, null while they come

  on = false;
  finds = { camera: 0, marks: [] };

  show(tile) {
    if (!(this.on || this.finds.marks.length) || !tile.player) return tile.querySelector("canvas.overlay")?.remove();
    const at = Number.isNaN(tile.player.shownAt) ? tile.clock.now() : tile.player.shownAt;
    const objects = tile.player.state === "playing" ? this.#drawn(tile.camera, at) : [];
    let canvas = tile.querySelector("canvas.overlay");
    if (!canvas) {
      canvas = Object.assign(document.createElement("canvas"), { className: "overlay" });
      tile.querySelector(".stage .veil").before(canvas);
    }
    const { video, still } = tile, width = video.hidden ? still.naturalWidth : video.videoWidth, height = video.hidden ? still.naturalHeight : video.videoHeight;
    const what = `${at} ${objects.length} ${canvas.clientWidth} ${canvas.clientHeight} ${width}`;
    canvas.style.transform = video.style.transform;
    if (canvas.dataset.shown === what) return undefined;
    canvas.dataset.shown = what;
    canvas.dataset.objects = objects.length;
    return paint(canvas, objects, { width, height });
  }

  #drawn(camera, at) {
    const stored = this.on ? this.#at(camera, at) : [];
    if (stored.length || camera !== this.finds.camera) return stored;
    const found = this.finds.marks.filter((mark) => mark.object && Math.abs(mark.at - at) <= AROUND).map(({ object }) => object);
    return tellingMost(found);
  }

  #at(camera, at) {
    const start = Math.floor(at / CHUNK) * CHUNK;
    this.#want(camera, start + CHUNK);
    const tracks = [start - CHUNK, start].flatMap((one) => this.#want(camera, one) ?? []);
    const joined = new Map();
    for (const { points, ...track } of tracks) {
      const before = joined.get(track.id);
      joined.set(track.id, { ...track, text: track.text || before?.text, points: [...(before?.points ?? []), ...points] });
    }
    return [...joined.values()].map((track) => placed(track, at)).filter(Boolean);
  }

  #want(camera, start) {
    const key = `${camera} ${start}`;
    if (this.#chunks.has(key)) return this.#chunks.get(key);
    this.#chunks.set(key, null);
    if (this.#chunks.size > MOST) this.#chunks.delete(this.#chunks.keys().next().value);
    if (start <= now()) this.#ask(camera, start, key);
    return null;
  }

  async #ask(camera, start, key) {
    const query = new URLSearchParams({ start: new Date(start).toISOString(), end: new Date(start + CHUNK).toISOString() });
    try {
      const { tracks } = await call(`cameras/${camera}/objects/?${query}`);
      this.#chunks.set(key, tracks);
      // The newest minute is still being written.
      if (start + 2 * CHUNK > now()) setTimeout(() => this.#chunks.delete(key), 5_000);
    } catch {
      setTimeout(() => this.#chunks.delete(key), 5_000); // asked for again while it is wanted
    }
  }
}

// An object is a find, and so is each event about it: of those at one place the one that says most.
function tellingMost(found) {
  const shown = [];
  for (const one of found.toSorted((a, b) => b.rank - a.rank)) {
    if (!shown.some((other) => other.label === one.label && isAt(other.box, one.box))) shown.push(one);
  }
  return shown;
}

// Whether the middle of one box lies in the other.
function isAt([left, top, width, height], [x, y, wide, high]) {
  const across = x + wide / 2 - left, down = y + high / 2 - top;
  return across >= 0 && across <= width && down >= 0 && down <= height;
}

// A track at a moment, between the points around it; null when it is not there. A point: [ms, left, top, width, height, score].
function placed({ id, label, text, points }, at) {
  const after = points.findIndex(([ms]) => ms > at), before = points[(after < 0 ? points.length : after) - 1];
  if (!before) return null;
  const next = after < 0 ? null : points[after];
  if (next === null ? at - before[0] > GONE : next[0] - before[0] > 2 * GONE && at - before[0] > GONE) return null;
  const share = next ? (at - before[0]) / (next[0] - before[0]) : 0;
  const box = [1, 2, 3, 4].map((n) => before[n] + (next ? (next[n] - before[n]) * share : 0));
  const tail = points.filter(([ms]) => ms <= at && ms >= at - TAIL).map(([, left, top, width, height]) => [left + width / 2, top + height]);
  return { id, label, text, box, score: before[5], tail: [...tail, [box[0] + box[2] / 2, box[1] + box[3]]] };
}

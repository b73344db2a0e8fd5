// What there is of some cameras in a range of time: recordings, gaps with their reasons, motion, loudness, events, bookmarks.
// "change" is dispatched when more is known.

import { call } from "eyrie/api.js";

const MOST = 1000; // events and bookmarks in a view
const SETTLE = 150; // ms without a new wish before it is asked for
const AGAIN = 5_000; // ms, where the range reaches to now
const RANGES = 4000, STEPS = 2400; // as many places, and steps of what went on, as a range is worth: about a pixel each
const MINUTE = 60_000; // ms; what went on is stored by the minute, and from afar only whole ones are told
const FINE = 6 * 3_600_000; // ms: the longest range that is told in steps below a minute
const LONGEST = 365 * 86_400_000;

export class Holdings extends EventTarget {
  #cameras = new Map();
  #known = { start: 0, end: 0 };
  #timer = 0;
  #asked = 0;

  constructor(now) {
    super();
    this.now = now;
    this.trouble = "";
    this.loaded = false;
  }

  set cameras(ids) {
    this.#cameras = new Map(ids.map((id) => [id, this.#cameras.get(id) ?? nothing()]));
    this.#known = { start: 0, end: 0 };
  }

  of(camera) {
    return this.#cameras.get(camera) ?? nothing();
  }

  // Know [start, end); asks for as much again on both sides, so that a drag finds it there.
  want(start, end) {
    const { start: from, end: to, at } = this.#known;
    const growing = end > at - AGAIN && performance.now() - this.#asked > AGAIN;
    if (start >= from && end <= to && !growing && (end - start) * 12 > to - from) return;
    if (this.#timer) return;
    this.wanted = { start, end };
    this.#timer = setTimeout(() => this.refresh(), SETTLE);
  }

  async refresh() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (!this.wanted || !this.#cameras.size) return;
    const { start, end } = this.wanted, span = Math.min(end - start, (LONGEST - (end - start)) / 2);
    const known = { start: Math.floor((start - span) / MINUTE) * MINUTE, end: end + span, at: this.now() };
    this.#asked = performance.now();
    const asked = this.#cameras, query = new URLSearchParams({ start: new Date(known.start).toISOString(), end: new Date(known.end).toISOString() });
    for (const id of asked.keys()) query.append("camera", id);
    try {
      const [recordings, activity, events, bookmarks] = await Promise.all([
        call(`recordings/?${query}&detail=${Math.floor((known.end - known.start) / 1000 / RANGES)}`),
        call(`activity/?${query}&step=${activityStep(known.end - known.start)}`),
        call(`events/?${query}&page_size=${MOST}`).catch((error) => (error.status === 403 ? { results: [] } : Promise.reject(error))),
        call(`bookmarks/?${query}&page_size=${MOST}`),
      ]);
      if (asked !== this.#cameras) return this.refresh();
      this.#known = known;
      this.#keep(recordings, events.results, bookmarks.results);
      this.#measure(activity);
      this.trouble = "";
    } catch (error) {
      this.trouble = error.message;
    }
    this.loaded = true;
    this.dispatchEvent(new Event("change"));
  }

  recordedAt(camera, at) {
    return this.of(camera).ranges.some(({ start, end }) => at >= start && at < end);
  }

  // Whether what is there was fetched later from what the camera keeps.
  fetchedAt(camera, at) {
    return this.of(camera).fetched.some(({ start, end }) => at >= start && at < end);
  }

  // How loud it was, in dB below the loudest that can be sent; null when nobody listened.
  loudnessAt(camera, at) {
    const { start, step, values } = this.of(camera).loudness;
    return values[Math.floor((at - start) / step)] ?? null;
  }

  gapAt(camera, at) {
    return this.of(camera).gaps.find(({ start, end }) => at >= start && at < (end ?? Infinity));
  }

  // The first moment after this one at which any camera is recorded; null when none is known.
  nextRecorded(at) {
    const starts = [...this.#cameras.values()].flatMap(({ ranges }) => ranges.map(({ start }) => start)).filter((start) => start > at);
    return starts.length ? Math.min(...starts) : null;
  }

  // In the answer no camera has loudness that nobody listened to, or that one may not listen to.
  #measure({ start, step, motion, loudness }) {
    for (const [id, held] of this.#cameras) {
      const scale = { start: Date.parse(start), step: step * 1000 };
      held.motion = { ...scale, values: motion[id] ?? [] };
      held.loudness = { ...scale, values: loudness[id] ?? [] };
      held.heard ||= id in loudness; // for good: lanes do not come and go as the strip is dragged
    }
  }

  #keep({ ranges, gaps, fetched }, events, bookmarks) {
    const by = (rows, id) => rows.filter((row) => row.camera === id).map(timed);
    const listed = { ranges, gaps, fetched, events, bookmarks };
    for (const [id, held] of this.#cameras) for (const name of Object.keys(listed)) held[name] = by(listed[name], id);
  }
}

const nothing = () => ({ ranges: [], gaps: [], fetched: [], events: [], bookmarks: [], heard: false, motion: { start: 0, step: 1, values: [] }, loudness: { start: 0, step: 1, values: [] } });

function activityStep(span) {
  const seconds = Math.max(2, Math.ceil(span / 1000 / STEPS));
  return span > FINE ? Math.ceil(seconds / 60) * 60 : seconds;
}

function timed(row) {
  return { ...row, start: Date.parse(row.start), end: row.end === null ? null : Date.parse(row.end) };
}

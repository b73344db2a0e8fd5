// Loads a camera's recording around a moment, stretch by stretch, forwards and backwards.
//
// What is loaded is one span of time, gaps included: [from, to). Fragments are handed on in order of arrival.

import { FragmentReader } from "components/player/fragments.js";
import { t } from "eyrie/i18n.js";

const WINDOW = 10_000; // ms of recording asked for at once
const FIRST = 4_000; // the first time after a jump
const NEAR = 5_000; // ms: a moment this near to what is loaded is reached by loading on
const STILL_GROWING = 5_000; // ms: nearer to now than this, what is not there may still come
const CONVERTS_NOTHING = 501;
const AGAIN = 1_000; // ms until what is not there yet, or failed, is asked for again

export class Loading {
  #camera;
  #take;
  #now;
  #abort = null;
  #lastEnd = NaN; // of the fragment handed on last
  #notBefore = 0;
  #first = NaN; // where the stretch that arrives begins

  // take({init, type} or fragment): gets what arrives; now(): the server's time in ms UTC.
  constructor(camera, take, now) {
    this.#camera = camera;
    this.#take = take;
    this.#now = now;
    this.from = this.to = 0;
    this.trouble = "";
    this.converted = false; // ask for H.264, whatever was recorded
    this.refused = false; // the server converts nothing
  }

  get busy() { return this.#abort !== null; }

  covers(at) { return at >= this.from && at < this.to; }

  // Load so that [low, high) around `at` will be there. Called often; asks for one stretch at a time.
  want(at, low, high) {
    if (at < this.from - NEAR || at > this.to + NEAR) this.#restart(at);
    if (this.busy || performance.now() < this.#notBefore) return;
    const until = Math.min(high, this.#now());
    if (at < this.from) {
      this.#fetch(this.from - WINDOW, this.from, true);
    } else if (this.to < until) {
      const first = this.to === this.from;
      this.#fetch(this.to, Math.min(this.to + (first ? FIRST : WINDOW), this.#now()), false);
    } else if (this.from > low) {
      this.#fetch(this.from - WINDOW, this.from, true);
    }
  }

  stop() {
    this.#abort?.abort();
    this.#abort = null;
  }

  // All anew, in H.264.
  convert() {
    this.converted = true;
    this.#restart(this.from);
  }

  #restart(at) {
    this.stop();
    this.from = this.to = at;
    this.#lastEnd = NaN;
    this.#notBefore = 0;
  }

  async #fetch(start, end, backwards) {
    if (end - start < 1) return;
    const abort = (this.#abort = new AbortController());
    try {
      const reached = await this.#stretch(start, end, abort);
      if (this.#abort !== abort) return;
      this.trouble = "";
      if (backwards) this.from = this.#first;
      else this.#advance(end, reached);
    } catch (error) {
      if (this.#abort !== abort) return;
      this.trouble = error.message;
      this.#notBefore = performance.now() + 2 * AGAIN;
    }
    this.#abort = null;
  }

  #advance(end, reached) {
    if (reached) return;
    const settled = this.#now() - STILL_GROWING;
    if (end > settled) this.#notBefore = performance.now() + AGAIN;
    this.to = Math.max(this.to, Math.min(end, settled));
  }

  // Whether anything new came.
  async #stretch(start, end, abort) {
    const following = Math.abs(start - this.#lastEnd) < 2, onwards = start >= this.to - 1;
    const begin = following ? Math.ceil(start) + 1 : start; // in the next fragment, however its start is rounded
    const query = new URLSearchParams({ start: new Date(begin).toISOString(), end: new Date(Math.ceil(end)).toISOString() });
    if (end === this.from) query.set("end", new Date(Math.floor(end) - 1).toISOString()); // nothing again of what is there
    if (following) query.set("following", "true");
    if (this.converted) query.set("as", "h264");
    const answer = await fetch(`/api/v1/cameras/${this.#camera}/stretch.mp4?${query}`, { signal: abort.signal });
    if (answer.status === 204) return false;
    if (answer.status === CONVERTS_NOTHING) this.refused = true;
    // The server's own sentence names the file, which is the administrator's affair.
    if (answer.status === 503) throw new Error(t("This recording cannot be read: its file or its disk is missing. An administrator can look under System."));
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? `${answer.status}`);
    const type = answer.headers.get("Content-Type"), parts = new FragmentReader();
    let news = false;
    this.#first = start;
    for (const reader = answer.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done || this.#abort !== abort) return news;
      for (const part of parts.push(value)) news = this.#pass(part, type, onwards) || news;
    }
  }

  #pass(part, type, onwards) {
    if (part.init) {
      this.#take({ ...part, type });
      return false;
    }
    this.#take(part);
    this.#lastEnd = part.end;
    this.#first = Math.min(this.#first, part.start); // it begins with the keyframe before what was asked for
    if (this.from === this.to) this.from = this.#first;
    if (onwards && part.end > this.to) {
      this.to = part.end;
      return true;
    }
    return false;
  }
}

// Plays one camera's recording in step with a clock, by Media Source Extensions; where the browser cannot play the
// codec, in H.264 made by the server, and where that makes none, as single pictures. Knows nothing of layout: it has a
// <video> and an <img> and says what it is doing.
//
// Media time is UTC since 2000, so that every player shows the clock's moment at the same place of its own time line.

import { Loading } from "components/player/loading.js";

const EPOCH = Date.UTC(2000, 0, 1);
const END = Date.UTC(2100, 0, 1);
const TICK = 40; // ms
const AHEAD = 15_000, BEHIND = 20_000; // ms of recording kept loaded
const FASTEST = 4; // times; beyond, and backwards, the player jumps from picture to picture
const JUMP = 350; // ms of drift that is made up by a jump
const NUDGE = 12; // ms of drift that is made up by pace
const EDGE = 120; // ms around what is buffered that count as in it
const CODECS = { avc1: "H.264", hvc1: "H.265", hev1: "H.265", mp4v: "JPEG" };

export class RecordedPlayer {
  #camera; #clock; #loading; #timer = 0;
  #source = null; #buffer = null; #address = ""; #queue = []; #init = null; #type = "";
  #picture = null;
  #shown = null;

  // state: "loading", "playing", "nothing" (not recorded) or "trouble"; trouble: a sentence; converted, unplayable: the
  // name of the codec that the server converts, or that is shown as single pictures.
  constructor({ camera, clock, video, image, now }) {
    this.#camera = camera;
    this.#clock = clock;
    this.video = video;
    this.image = image;
    this.state = "loading";
    this.converted = this.unplayable = "";
    this.pictures = []; // when each loaded picture is shown, in ms UTC, in order
    this.#loading = new Loading(camera, (part) => this.#take(part), now);
    this.#open();
    this.#timer = setInterval(() => this.#tick(), TICK);
    this.#watch();
  }

  get trouble() { return this.#loading.trouble; }

  // ms by which the picture that was shown last was ahead of the clock when it was shown; NaN before any.
  get drift() { return this.#shown?.drift ?? NaN; }

  // ms by which playing is ahead of the clock now; 0 while it does not follow the clock.
  get lead() {
    return this.state === "playing" && !this.video.paused && !this.video.seeking ? EPOCH + this.video.currentTime * 1000 - this.#clock.now() : 0;
  }

  // The moment of the picture that is shown, in ms UTC.
  get shownAt() { return this.#shown?.at ?? NaN; }

  // The moment at which the picture after (1) or before (-1) a moment is shown; null when it is not loaded.
  neighbour(at, step) {
    const list = this.pictures;
    let here = -1;
    for (let low = 0, high = list.length - 1; low <= high; ) {
      const middle = (low + high) >> 1;
      if (list[middle] <= at + 0.5) { here = middle; low = middle + 1; } else high = middle - 1;
    }
    return list[here + step] ?? null;
  }

  close() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#loading.stop();
    this.#drop();
    this.image.onload = this.image.onerror = null;
  }

  #open() {
    if (!window.MediaSource) return;
    const source = (this.#source = new MediaSource());
    source.addEventListener("sourceopen", () => {
      if (this.#source !== source) return;
      source.duration = (END - EPOCH) / 1000;
      this.#pump();
    }, { once: true });
    this.#address = URL.createObjectURL(source);
    this.video.src = this.#address;
    this.video.onerror = () => this.#restart();
  }

  #drop() {
    this.#source = this.#buffer = this.#init = null;
    this.#queue = [];
    this.pictures = [];
    this.video.onerror = null;
    this.video.removeAttribute("src");
    this.video.load();
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = "";
  }

  #restart() {
    this.#loading.stop();
    this.#loading.from = this.#loading.to = 0;
    this.#drop();
    this.#open();
  }

  #take(part) {
    if (part.init) return this.#begin(part);
    if (this.unplayable || (this.converted && !this.#loading.converted)) return;
    this.#remember(part.pictures);
    this.#queue.push(part.data);
    this.#pump();
  }

  #begin({ init, type }) {
    if (!window.MediaSource?.isTypeSupported(type)) return this.#cannotPlay(CODECS[type.match(/"(\w{4})/)?.[1]] ?? type);
    if (this.#init && same(this.#init, init)) return;
    this.#init = init;
    this.#queue.push({ init, type });
    this.#pump();
  }

  #cannotPlay(codec) {
    if (!window.MediaSource || this.#loading.converted) this.unplayable = codec;
    else if (!this.converted) {
      this.converted = codec;
      queueMicrotask(() => this.#loading.convert());
    }
  }

  #remember(times) {
    const list = this.pictures;
    const low = list.findIndex((one) => one >= times[0] - 1);
    if (low < 0) return list.push(...times);
    const high = list.findIndex((one) => one > times[times.length - 1] + 1);
    list.splice(low, (high < 0 ? list.length : high) - low, ...times);
  }

  #pump() {
    if (this.#source?.readyState !== "open" || this.#buffer?.updating || !this.#queue.length) return;
    const next = this.#queue.shift();
    try {
      if (next.init) this.#setType(next.type);
      this.#buffer.appendBuffer(next.init ?? next);
    } catch (error) {
      if (error.name !== "QuotaExceededError") return this.#restart();
      this.#queue.unshift(next);
      this.#forget(2_000, 4_000);
    }
  }

  #setType(type) {
    if (!this.#buffer) {
      this.#buffer = this.#source.addSourceBuffer(type);
      this.#buffer.timestampOffset = -EPOCH / 1000;
      this.#buffer.addEventListener("updateend", () => this.#pump());
    } else if (type !== this.#type) {
      this.#buffer.changeType(type);
    }
    this.#type = type;
  }

  // Remove what lies further from the clock's moment than these ms; one side at a time.
  #forget(before, after) {
    const buffer = this.#buffer, { buffered } = buffer;
    if (buffer.updating || !buffered.length) return;
    const at = this.#clock.now(), first = EPOCH + buffered.start(0) * 1000, last = EPOCH + buffered.end(buffered.length - 1) * 1000;
    if (first < at - before - 5_000) {
      buffer.remove(0, media(at - before));
      this.#loading.from = Math.max(this.#loading.from, at - before + 2_000);
      this.pictures = this.pictures.filter((one) => one >= this.#loading.from);
    } else if (last > at + after + 5_000 && !this.#loading.busy) {
      buffer.remove(media(at + after), Infinity);
      this.#loading.to = Math.min(this.#loading.to, at + after - 2_000);
      this.pictures = this.pictures.filter((one) => one < this.#loading.to);
    }
  }

  #tick() {
    const clock = this.#clock, at = clock.now(), pace = Math.abs(clock.rate);
    if (clock.scrubbing) return this.video.pause();
    const back = clock.playing && clock.rate < 0;
    this.#loading.want(at, at - (back ? AHEAD + 1000 * pace : 2_000), at + (back ? 1_000 : AHEAD + 3_000 * (pace - 1)));
    if (this.#loading.refused) this.unplayable = this.converted;
    if (this.unplayable) return this.#showPicture(at);
    if (this.#buffer && !this.#queue.length) this.#forget(BEHIND + 3_000 * pace, 2 * AHEAD + 6_000 * pace);
    const place = this.#place(at);
    if (place === null) {
      this.video.pause();
      this.state = this.trouble ? "trouble" : this.#loading.covers(at) && !this.#queue.length && !this.#buffer?.updating ? "nothing" : "loading";
      return;
    }
    this.state = this.video.seeking || this.video.readyState < 2 ? "loading" : "playing";
    if (clock.playing && clock.rate > 0 && clock.rate <= FASTEST) this.#follow(at, place);
    else this.#jump(place);
  }

  // Where on the media time line a moment is, moved into what is buffered when it is just outside; null when it is not.
  #place(at) {
    const place = media(at), ranges = this.video.buffered, edge = EDGE / 1000;
    for (let n = 0; n < ranges.length; n++) {
      const start = ranges.start(n), end = ranges.end(n);
      if (place >= start - edge && place < end + edge) return Math.min(Math.max(place, start + 0.001), end - 0.001);
    }
    return null;
  }

  #follow(at, place) {
    const { video } = this, { rate } = this.#clock;
    if (video.seeking) return;
    const drift = EPOCH + video.currentTime * 1000 - at;
    if (Math.abs(drift) > JUMP * Math.max(1, rate / 2)) {
      video.currentTime = place;
    } else {
      const pace = Math.abs(drift) > NUDGE ? rate * (1 - Math.max(-0.25, Math.min(0.25, drift / 400 / rate))) : rate;
      if (Math.abs(video.playbackRate - pace) > 0.01) video.playbackRate = pace;
    }
    if (!this.#clock.held && video.paused) video.play().catch(() => {});
    if (this.#clock.held && !video.paused && this.state === "playing") video.pause();
  }

  #jump(place) {
    const { video } = this;
    if (!video.paused) video.pause();
    // A hair later, so that rounding does not show the picture before.
    if (!video.seeking && Math.abs(video.currentTime - place - 0.0005) > 0.0004) video.currentTime = place + 0.0005;
  }

  // Where the codec cannot be played: the picture of the moment, each asked for after the one before it has come.
  #showPicture(at) {
    const waiting = this.#picture?.waiting;
    this.state = this.#picture?.failed ? "nothing" : "playing";
    if (waiting || this.#picture?.at === at) return;
    this.#picture = { at, waiting: true, failed: this.#picture?.failed };
    this.image.onload = () => this.#pictureCame(at, false);
    this.image.onerror = () => this.#pictureCame(at, true);
    this.image.src = `/api/v1/cameras/${this.#camera}/frame.jpg?at=${new Date(at).toISOString()}&width=1280`;
  }

  #pictureCame(at, failed) {
    this.#picture = { at, waiting: false, failed };
    this.#shown = failed ? null : { at, drift: at - this.#clock.now() };
  }

  #watch() {
    this.video.requestVideoFrameCallback?.((_, { mediaTime, expectedDisplayTime }) => {
      const at = EPOCH + mediaTime * 1000;
      this.#shown = { at, drift: at - this.#clock.now(expectedDisplayTime) };
      if (this.#timer) this.#watch();
    });
  }
}

function media(at) {
  return (at - EPOCH) / 1000;
}

function same(one, other) {
  return one.length === other.length && one.every((byte, n) => byte === other[n]);
}

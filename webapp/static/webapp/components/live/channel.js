// One stream of one camera on its way into a <video>: websocket, Media Source Extensions, keeping up with the present.
//
//   const channel = new Channel(3, "sub", { playing, away, unsupported });
//   element.append(channel.video); channel.open(); … channel.close();
//
// playing(): a picture is shown. away(words, code): the connection ended; it comes back by itself unless code says that
// it is pointless. unsupported(codecs): this browser cannot play them; the channel is closed.

import { t } from "eyrie/i18n.js";
import { Reconnecting } from "eyrie/reconnecting.js";

const KEEP = 10; // seconds of past video kept in the buffer
const BEHIND = 1.5; // seconds behind the newest frame after which playback jumps forward
const MOST_WAITING = 120; // fragments
const RATE_OVER = 3000; // ms over which the bitrate is measured
const NTP_TO_UNIX = 2_208_988_800; // seconds from 1900 to 1970
const MOST_LATENCY = 30_000; // ms; beyond, the two clocks disagree and nothing can be said

export class Channel {
  #link;
  #handlers;
  #waiting = [];
  #arrived = []; // [ms, bytes]
  #buffer = null;
  #source = null;
  #address = null;
  #wallZero = null; // UTC ms of media time 0
  #firstWall = null;

  constructor(camera, stream, handlers) {
    this.stream = stream;
    this.came = false;
    this.#handlers = handlers;
    this.video = Object.assign(document.createElement("video"), { muted: true, autoplay: true, playsInline: true });
    this.video.addEventListener("timeupdate", () => {
      if (this.came || !this.video.videoWidth) return;
      this.came = true;
      handlers.playing();
    });
    this.video.addEventListener("error", () => this.#source && this.#restart());
    this.#link = new Reconnecting(`/ws/v1/cameras/${camera}/live/?stream=${stream}`, {
      message: (data) => (typeof data === "string" ? this.#begin(JSON.parse(data)) : this.#take(data)),
      away: (reason, final, code) => handlers.away(reason, code),
    });
  }

  open() {
    this.#link.open();
  }

  close() {
    this.#link.close();
    this.#drop();
  }

  // What the tile's badge tells; latency in ms from the camera's clock to the picture shown, null when unknown.
  get facts() {
    const since = performance.now() - RATE_OVER;
    this.#arrived = this.#arrived.filter(([at]) => at > since);
    const bytes = this.#arrived.reduce((sum, [, size]) => sum + size, 0);
    const latency = this.#wallZero === null ? null : Date.now() - (this.#wallZero + this.video.currentTime * 1000);
    return {
      stream: this.stream,
      width: this.video.videoWidth,
      height: this.video.videoHeight,
      bitrate: (bytes * 8000) / RATE_OVER,
      latency: latency !== null && latency >= 0 && latency < MOST_LATENCY ? latency : null,
    };
  }

  #restart() {
    this.close();
    this.open();
  }

  #begin({ mime, codecs }) {
    this.#drop();
    if (!window.MediaSource?.isTypeSupported(mime)) {
      this.#link.close();
      return this.#handlers.unsupported(codecs);
    }
    const source = new MediaSource();
    this.#source = source;
    source.addEventListener("sourceopen", () => {
      if (this.#source !== source) return;
      this.#buffer = source.addSourceBuffer(mime);
      this.#buffer.addEventListener("updateend", () => this.#pump());
      this.#pump();
    }, { once: true });
    this.#address = URL.createObjectURL(source);
    this.video.src = this.#address;
  }

  #take(data) {
    if (!this.#source) return;
    this.#arrived.push([performance.now(), data.byteLength]);
    this.#firstWall ??= wallOf(data);
    this.#waiting.push(data);
    if (this.#waiting.length > MOST_WAITING) return this.#restart();
    this.#pump();
  }

  #pump() {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating || this.#source?.readyState !== "open") return;
    this.#keepUp(buffer);
    if (buffer.updating || !this.#waiting.length) return;
    try {
      buffer.appendBuffer(this.#waiting.shift());
    } catch {
      this.#restart();
    }
  }

  #keepUp({ buffered }) {
    if (!buffered.length) return;
    const { video } = this;
    const newest = buffered.end(buffered.length - 1);
    if (this.#wallZero === null && this.#firstWall !== null) this.#wallZero = this.#firstWall - buffered.start(0) * 1000;
    if (newest - video.currentTime > BEHIND || video.currentTime > newest) {
      video.currentTime = Math.max(newest - 0.2, buffered.start(buffered.length - 1));
    }
    if (video.paused) video.play().catch(() => {});
    if (newest - buffered.start(0) > 2 * KEEP) this.#buffer.remove(0, newest - KEEP);
  }

  #drop() {
    this.#waiting = [];
    this.#buffer = this.#source = this.#wallZero = this.#firstWall = null;
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = null;
    this.video.removeAttribute("src");
  }
}

export const connecting = () => t("Connecting…");

// UTC ms of a fragment's first picture, from its producer reference time box (ISO/IEC 14496-12, 8.16.5); null without.
function wallOf(fragment) {
  const view = new DataView(fragment);
  for (let at = 0; at + 8 <= view.byteLength; ) {
    const size = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x70726674 /* prft */) {
      return (view.getUint32(at + 16) - NTP_TO_UNIX) * 1000 + (view.getUint32(at + 20) / 2 ** 32) * 1000;
    }
    if (size < 8) break;
    at += size;
  }
  return null;
}

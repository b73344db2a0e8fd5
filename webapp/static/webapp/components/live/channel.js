// One stream of one camera on its way into a <video>: websocket, Media Source Extensions, keeping up with the present.
//
//   const channel = new Channel(3, { stream: "sub", converted: false }, { playing, away, unsupported });
//   element.append(channel.video); channel.open(); … channel.close();
//
// converted: not as the camera sends it but in H.264, made by the server.
// playing(): a picture is shown. away(words, code): the connection ended; it comes back by itself unless code says that
// it is pointless. unsupported(codecs): this browser cannot play them; the channel is closed.

import { Age } from "components/live/age.js";
import { Pacing } from "components/live/pacing.js";
import { t } from "eyrie/i18n.js";
import { Reconnecting } from "eyrie/reconnecting.js";

const WIDTHS = { main: 1280, sub: 640 }; // pixels of what the server makes
const KEEP = 10; // seconds of past video kept in the buffer
const MOST_WAITING = 120; // fragments
const RATE_OVER = 3000; // ms over which the bitrate is measured

export class Channel {
  #link;
  #handlers;
  #age;
  #pacing;
  #waiting = [];
  #arrived = []; // [ms, bytes]
  #buffer = null;
  #source = null;
  #address = null;

  constructor(camera, { stream, converted }, handlers) {
    this.stream = stream;
    this.converted = converted;
    this.came = false;
    this.#handlers = handlers;
    this.video = Object.assign(document.createElement("video"), { muted: true, autoplay: true, playsInline: true });
    this.video.addEventListener("timeupdate", () => {
      if (this.came || !this.video.videoWidth) return;
      this.came = true;
      handlers.playing();
    });
    this.video.addEventListener("error", () => this.#source && this.#restart());
    this.#age = new Age(this.video);
    this.#pacing = new Pacing(this.video);
    const query = new URLSearchParams({ stream, ...(converted && { as: "h264", width: WIDTHS[stream] }) });
    this.#link = new Reconnecting(`/ws/v1/cameras/${camera}/live/?${query}`, {
      opened: (socket) => this.#age.opened(socket),
      message: (data) => (typeof data === "string" ? this.#told(JSON.parse(data)) : this.#take(data)),
      away: (reason, final, code) => handlers.away(reason, code),
    });
  }

  open() {
    this.#link.open();
  }

  close() {
    this.#link.close();
    this.#age.close();
    this.#drop();
  }

  // What the tile's badge tells; latency in ms from taking the picture to showing it, null when unknown.
  get facts() {
    const since = performance.now() - RATE_OVER;
    this.#arrived = this.#arrived.filter(([at]) => at > since);
    const bytes = this.#arrived.reduce((sum, [, size]) => sum + size, 0);
    return {
      stream: this.stream,
      width: this.video.videoWidth,
      height: this.video.videoHeight,
      bitrate: (bytes * 8000) / RATE_OVER,
      latency: this.#age.ms,
    };
  }

  #restart() {
    this.close();
    this.open();
  }

  #told(message) {
    if (message.op === "time") this.#age.answered(message);
    else this.#begin(message);
  }

  #begin({ mime, codecs }) {
    this.#drop();
    if (!window.MediaSource?.isTypeSupported(mime)) {
      this.#link.close();
      return this.#handlers.unsupported(codecs);
    }
    this.#pacing.begin(codecs.includes(","));
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
    this.#age.came(data);
    this.#waiting.push(data);
    if (this.#waiting.length > MOST_WAITING) return this.#restart();
    this.#pump();
  }

  #pump() {
    const buffer = this.#buffer;
    if (!buffer || buffer.updating || this.#source?.readyState !== "open") return;
    this.#pacing.keepUp();
    if (this.#waiting.length) return this.#append(buffer);
    const { buffered } = buffer, newest = buffered.length ? buffered.end(buffered.length - 1) : 0;
    if (buffered.length && newest - buffered.start(0) > 2 * KEEP) buffer.remove(0, newest - KEEP);
  }

  #append(buffer) {
    try {
      buffer.appendBuffer(this.#waiting.length > 1 ? joined(this.#waiting) : this.#waiting[0]);
      this.#waiting = [];
    } catch {
      this.#restart();
    }
  }

  #drop() {
    this.#waiting = [];
    this.#buffer = this.#source = null;
    this.#age.begin();
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = null;
    this.video.removeAttribute("src");
  }
}

export const connecting = () => t("Connecting…");

// One append for all that waits: the first pictures come many at once.
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return whole;
}

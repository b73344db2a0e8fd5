// <eyrie-live camera="1">: a camera's live picture, by Media Source Extensions over the websocket; where the browser
// cannot play the codec, a picture every two seconds instead. Nothing is sent while the tab is hidden.

import { Reconnecting } from "./reconnecting.js";

const KEEP = 10; // seconds of past video kept in the buffer
const BEHIND = 1.5; // seconds behind the newest frame after which playback jumps forward
const MOST_WAITING = 120; // fragments
const PICTURE_EVERY = 2000; // ms
const CODECS = { avc1: "H.264", avc3: "H.264", hvc1: "H.265", hev1: "H.265" };

class Live extends HTMLElement {
  static observedAttributes = ["camera"];
  #link = null;
  #waiting = [];
  #buffer = null;
  #source = null;
  #pictures = 0;
  #onVisibility = () => (document.hidden ? this.#stop("Paused") : this.#start());

  connectedCallback() {
    this.video = Object.assign(document.createElement("video"), { muted: true, autoplay: true, playsInline: true });
    this.veil = Object.assign(document.createElement("p"), { className: "veil", textContent: "Connecting…" });
    this.replaceChildren(this.video, this.veil);
    this.video.addEventListener("timeupdate", () => { this.veil.hidden = true; });
    this.video.addEventListener("error", () => this.#restart());
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#onVisibility();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#stop("");
  }

  #start() {
    const camera = this.getAttribute("camera");
    this.#link ??= new Reconnecting(`/ws/v1/cameras/${camera}/live/?stream=main`, {
      message: (data) => (typeof data === "string" ? this.#begin(JSON.parse(data)) : this.#take(data)),
      opened: () => this.#say("Connecting…"),
      away: (reason) => this.#say(reason),
    });
    this.#link.open();
  }

  #stop(words) {
    this.#link?.close();
    clearTimeout(this.#pictures);
    this.#drop();
    this.#say(words);
  }

  #restart() {
    this.#stop("Connecting…");
    this.#start();
  }

  #begin({ mime, codecs }) {
    this.#drop();
    if (!window.MediaSource?.isTypeSupported(mime)) return this.#showPictures(codecs);
    this.querySelectorAll("img, .note").forEach((one) => one.remove());
    this.video.hidden = false;
    const source = new MediaSource();
    this.#source = source;
    source.addEventListener("sourceopen", () => {
      if (this.#source !== source) return;
      this.#buffer = source.addSourceBuffer(mime);
      this.#buffer.addEventListener("updateend", () => this.#pump());
      this.#pump();
    }, { once: true });
    this.address = URL.createObjectURL(source);
    this.video.src = this.address;
  }

  #take(data) {
    if (!this.#source) return;
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

  #keepUp(buffer) {
    const { buffered } = buffer;
    if (!buffered.length) return;
    const newest = buffered.end(buffered.length - 1);
    const { currentTime } = this.video;
    if (newest - currentTime > BEHIND || currentTime > newest) this.video.currentTime = Math.max(newest - 0.2, buffered.start(buffered.length - 1));
    if (this.video.paused) this.video.play().catch(() => {});
    if (newest - buffered.start(0) > 2 * KEEP) buffer.remove(0, newest - KEEP);
  }

  #drop() {
    this.#waiting = [];
    this.#buffer = null;
    this.#source = null;
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = null;
    this.video.removeAttribute("src");
    const picture = this.querySelector("img");
    if (picture) picture.onload = picture.onerror = null;
  }

  // Single pictures, each asked for some time after the one before it has come.
  #showPictures(codecs) {
    this.#link.close();
    clearTimeout(this.#pictures);
    this.video.hidden = true;
    const picture = this.querySelector("img") ?? this.insertBefore(new Image(), this.veil);
    const note = this.querySelector(".note") ?? this.appendChild(Object.assign(document.createElement("p"), { className: "note" }));
    note.textContent = `This browser cannot play ${CODECS[codecs.slice(0, 4)] ?? codecs}: a picture every ${PICTURE_EVERY / 1000}\u00a0s`;
    const next = () => { picture.src = `/api/v1/cameras/${this.getAttribute("camera")}/snapshot.jpg?t=${Date.now()}`; };
    const come = (words) => {
      this.#say(words);
      this.#pictures = setTimeout(next, PICTURE_EVERY);
    };
    picture.alt = "";
    picture.onload = () => come("");
    picture.onerror = () => come("No picture at the moment");
    next();
  }

  #say(words) {
    this.veil.textContent = words;
    this.veil.hidden = !words;
  }
}

customElements.define("eyrie-live", Live);

// <eyrie-live camera="1" stream="main">: a camera's live picture. Where the browser cannot play the stream's codec, the
// other stream; where it can play neither, the stream in H.264, made by the server; where the server makes as many as it
// may, a picture every two seconds. It says so. A changed `stream` keeps the old picture until the new one is there.
// Nothing is fetched while the tab is hidden or the element is out of sight.
//
// Event "live-change", detail {state, words, note}: connecting, playing, pictures, away or paused.

import { Channel, connecting } from "components/live/channel.js";
import { t } from "eyrie/i18n.js";

const PICTURE_EVERY = 2000; // ms
const TRY_AGAIN = 30_000; // ms until the server is asked again to make one stream more
const NOT_FOUND = 4404; // no such stream; that there is no such camera is said for the main stream as well
const TOO_MANY = 4429; // the server makes as many as it may
const CODECS = { avc1: "H.264", avc3: "H.264", hvc1: "H.265", hev1: "H.265", mp4v: "JPEG" };

class Live extends HTMLElement {
  static observedAttributes = ["camera", "stream"];
  #current = null;
  #next = null;
  #unfit = new Map(); // stream to why it is not tried: the codec, or "" when there is none such
  #full = false; // the server makes as many streams as it may
  #pictures = 0;
  #again = 0;
  #inSight = true;
  #muted = true;
  #frozen = false;
  #watch = new IntersectionObserver((entries) => {
    this.#inSight = entries.at(-1).isIntersecting;
    this.#follow();
  });
  #follow = () => (this.#wanted ? this.#start() : this.#stop("paused", t("Paused")));

  connectedCallback() {
    this.state = "";
    document.addEventListener("visibilitychange", this.#follow);
    this.#watch.observe(this);
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#follow);
    this.#watch.disconnect();
    this.#stop("", "");
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.isConnected) return;
    if (name === "camera") {
      this.#unfit.clear();
      this.#stop("", "");
    }
    if (this.#wanted) this.#start();
  }

  get muted() { return this.#muted; }

  set muted(silent) {
    this.#muted = silent;
    if (this.#current) this.#current.video.muted = silent;
  }

  get frozen() { return this.#frozen; }

  set frozen(still) {
    this.#frozen = still;
    this.#follow();
  }

  // The element that shows the picture, null while there is none.
  get picture() { return this.#current?.came ? this.#current.video : this.querySelector("canvas, img"); }

  get facts() { return this.#current?.came ? this.#current.facts : null; }

  get #wanted() { return this.isConnected && !document.hidden && this.#inSight && !this.#frozen && this.hasAttribute("camera"); }

  #start() {
    const way = this.#way();
    if (!way) return this.#showPictures();
    clearTimeout(this.#pictures);
    if (same(this.#next, way)) return;
    this.#discard(this.#next);
    this.#next = null;
    if (same(this.#current, way)) return;
    this.#next = this.#channel(way);
    if (!this.#current && this.state !== "pictures") this.#tell("connecting", connecting());
    this.#next.open();
  }

  // What to try now: a stream as it comes before one that the server converts; null when only pictures are left.
  #way() {
    const streams = this.getAttribute("stream") === "sub" ? ["sub", "main"] : ["main", "sub"];
    const plain = streams.find((stream) => !this.#unfit.has(stream));
    if (plain) return { stream: plain, converted: false };
    const there = streams.find((stream) => this.#unfit.get(stream));
    return there && !this.#full ? { stream: there, converted: true } : null;
  }

  #channel(way) {
    const channel = new Channel(this.getAttribute("camera"), way, {
      playing: () => this.#show(channel),
      away: (words, code) => this.#away(channel, words, code),
      unsupported: (codecs) => this.#leave(channel, CODECS[codecs.slice(0, 4)] ?? codecs),
    });
    channel.video.classList.add("coming");
    this.append(channel.video);
    return channel;
  }

  #show(channel) {
    if (channel === this.#next) {
      this.#discard(this.#current);
      this.#current = channel;
      this.#next = null;
      channel.video.classList.remove("coming");
      channel.video.muted = this.#muted;
      this.querySelectorAll("img, canvas").forEach((still) => still.remove());
    }
    this.#tell("playing", "");
  }

  #away(channel, words, code) {
    if (channel.converted && code === TOO_MANY) return this.#putOff(channel);
    if (channel.stream === "sub" && code === NOT_FOUND) return this.#leave(channel, "");
    channel.came = false;
    if (channel === this.#current || !this.#current) this.#tell("away", words || connecting());
  }

  // A stream that this camera does not offer or this browser does not play is not tried again.
  #leave(channel, codec) {
    this.#unfit.set(channel.stream, codec);
    this.#forget(channel);
    this.#start();
  }

  // The server makes no further stream now, perhaps later.
  #putOff(channel) {
    this.#full = true;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#full = false;
      this.#follow();
    }, TRY_AGAIN);
    this.#forget(channel);
    if (!this.#current) this.#start();
  }

  #forget(channel) {
    this.#discard(channel);
    if (channel === this.#next) this.#next = null;
    if (channel === this.#current) this.#current = null;
  }

  #stop(state, words) {
    clearTimeout(this.#pictures);
    clearTimeout(this.#again);
    this.#full = false;
    if (state === "paused" && this.#current) this.#keepLast();
    this.#discard(this.#current);
    this.#discard(this.#next);
    this.#current = this.#next = null;
    if (state !== "paused") this.replaceChildren();
    this.#tell(state, words);
  }

  #discard(channel) {
    channel?.close();
    channel?.video.remove();
  }

  // The last picture stays while nothing is fetched.
  #keepLast() {
    const { video } = this.#current;
    if (!video.videoWidth) return;
    const canvas = Object.assign(document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext("2d").drawImage(video, 0, 0);
    this.querySelector("canvas")?.remove();
    this.prepend(canvas);
  }

  #image() {
    const image = this.querySelector("img") ?? this.insertBefore(Object.assign(new Image(), { alt: "" }), this.firstChild);
    image.onload = image.onerror = null;
    return image;
  }

  // Single pictures, each asked for some time after the one before it has come.
  #showPictures() {
    clearTimeout(this.#pictures);
    const image = this.#image();
    const next = () => { image.src = `/api/v1/cameras/${this.getAttribute("camera")}/snapshot.jpg?t=${Date.now()}`; };
    const come = (state, words) => {
      this.#tell(state, words);
      this.#pictures = setTimeout(next, PICTURE_EVERY);
    };
    image.onload = () => come("pictures", "");
    image.onerror = () => come("away", t("No picture at the moment"));
    next();
  }

  get #note() {
    const codec = this.#unfit.get(this.getAttribute("stream")) || this.#unfit.get("main");
    if (!codec) return "";
    if (this.#current?.converted) return t("This browser cannot play {codec}: the server converts it to H.264", { codec });
    if (this.#current) return this.#unfit.has(this.getAttribute("stream")) ? t("This browser cannot play {codec}: the small stream is shown", { codec }) : "";
    if (!this.#full) return "";
    return t("This browser cannot play {codec}, and the server converts no more cameras: a picture every {seconds} s", { codec, seconds: PICTURE_EVERY / 1000 });
  }

  #tell(state, words) {
    this.state = state;
    this.dispatchEvent(new CustomEvent("live-change", { bubbles: true, detail: { state, words, note: this.#note } }));
  }
}

function same(channel, { stream, converted }) {
  return channel?.stream === stream && channel.converted === converted;
}

customElements.define("eyrie-live", Live);

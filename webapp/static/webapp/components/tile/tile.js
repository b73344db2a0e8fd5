// <eyrie-tile>: one place of the wall: a camera's live picture with what one needs at hand, or an empty place.
//
// Its shape is the page's template "tile-template". Attributes it keeps for styles: data-state, "small", "enlarged".
// Events, bubbling: "tile-enlarge", "tile-clear", "tile-choose" (a camera is wanted for this place).

import "components/live/live.js";
import "components/ptz/ptz.js";
import "components/talk/talk.js";
import { REPLAY_MS, Replay } from "components/tile/replay.js";
import { stateTone, stateWords, trouble } from "components/tile/words.js";
import { zoomable } from "components/zoom/zoom.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const SMALL_STREAM = 640; // pixels wide, until the camera says
const FACTS_EVERY = 1000; // ms

class Tile extends HTMLElement {
  #camera = null;
  #status = { state: "unknown" };
  #statusAt = 0;
  #live = "";
  #timer = 0;
  #replay = null;
  #ptz = null;
  #talk = null;
  #hushed = false; // silent only while one talks
  #sizes = new ResizeObserver(() => this.#chooseStream());

  connectedCallback() {
    if (!this.firstElementChild) this.#build();
    this.#sizes.observe(this);
    this.#timer = setInterval(() => this.#refresh(), FACTS_EVERY);
    this.#refresh();
  }

  disconnectedCallback() {
    this.#sizes.disconnect();
    clearInterval(this.#timer);
    this.backToLive();
  }

  get camera() { return this.#camera; }

  // {id, name, plays, steers, talks, interrupts, manages} of the camera shown, null for an empty place; {id} alone of one that is not there for us.
  set camera(camera) {
    if (!this.firstElementChild) this.#build();
    const other = camera?.id !== this.#camera?.id;
    this.#camera = camera;
    this.dataset.camera = camera?.id ?? "";
    this.part("name").textContent = camera?.name ?? "";
    this.setAttribute("aria-label", camera ? camera.name ?? t("Camera not available") : t("Empty place"));
    if (other) {
      this.zoom.reset();
      this.backToLive();
      this.steer(false);
      this.talk(false);
      this.#status = { state: "unknown" };
      this.#live = "";
    }
    const there = Boolean(camera?.name);
    this.part("empty").hidden = Boolean(camera);
    this.part("gone").hidden = !camera || there;
    this.part("replay-button").hidden = !camera?.plays;
    this.part("steer-button").hidden = !camera?.steers;
    this.part("talk-button").hidden = !camera?.talks;
    this.#chooseStream();
    if (there) this.part("live").setAttribute("camera", camera.id);
    else this.part("live").removeAttribute("camera");
    this.#refresh();
  }

  set status(status) {
    this.#status = status;
    this.#statusAt = performance.now();
    this.#chooseStream();
    this.#refresh();
  }

  set enlarged(large) {
    this.toggleAttribute("enlarged", large);
    this.part("enlarge-button").setAttribute("aria-pressed", String(large));
    this.zoom.reset();
  }

  part(name) { return this.querySelector(`[data-part="${name}"]`); }

  toggleMute() {
    const live = this.part("live");
    live.muted = !live.muted;
    this.toggleAttribute("loud", !live.muted);
    this.part("mute-button").setAttribute("aria-pressed", String(!live.muted));
  }

  toggleFrozen() {
    const live = this.part("live");
    live.frozen = !live.frozen;
  }

  // The last half minute in this very place; live again at its end.
  replay() {
    if (!this.#camera?.plays) return;
    if (this.#replay) return this.backToLive();
    this.#replay = new Replay({
      camera: this.#camera.id,
      video: this.part("replay"),
      image: this.part("replay-picture"),
      ended: (how) => this.#replayEnded(how),
    });
    this.toggleAttribute("replaying", true);
    this.part("replay-button").setAttribute("aria-pressed", "true");
    this.#refresh();
  }

  backToLive() {
    if (!this.#replay) return;
    this.#replay.close();
    this.#replay = null;
    this.toggleAttribute("replaying", false);
    this.part("replay-button").setAttribute("aria-pressed", "false");
    this.#refresh();
  }

  // Move the camera itself, in this very place.
  steer(on = !this.#ptz) {
    if (on === Boolean(this.#ptz) || (on && !this.#camera?.steers)) return;
    this.part("steer-button").setAttribute("aria-pressed", String(on));
    this.toggleAttribute("steering", on);
    if (on) {
      this.zoom.reset();
      this.#ptz = Object.assign(document.createElement("eyrie-ptz"), { camera: this.#camera, picture: () => this.part("live").picture });
      this.append(this.#ptz);
    } else {
      this.#ptz.remove();
      this.#ptz = null;
    }
  }

  // Talk through the camera: have the button for it, or no longer.
  talk(on = !this.#talk) {
    if (on === Boolean(this.#talk) || (on && !this.#camera?.talks)) return;
    this.part("talk-button").setAttribute("aria-pressed", String(on));
    if (on) {
      this.#talk = Object.assign(document.createElement("eyrie-talk"), { camera: this.#camera });
      this.append(this.#talk);
    } else {
      this.#talk.remove();
      this.#talk = null;
      this.#hush(false);
    }
  }

  // By key: talk for as long as it is held.
  speak() {
    if (!this.#camera?.talks) return false;
    this.talk(true);
    this.#talk.press();
    addEventListener("keyup", () => this.#talk?.lift({ goesOn: false }), { once: true });
    return true;
  }

  // The picture as it is shown, unzoomed, as a file.
  async snapshot() {
    const shown = this.#replay ? this.#replay.picture : this.part("live").picture;
    const width = shown?.videoWidth ?? shown?.naturalWidth ?? shown?.width;
    if (!width) return toast(t("There is no picture to save yet."), "warn");
    const canvas = Object.assign(document.createElement("canvas"), { width, height: shown.videoHeight ?? shown.naturalHeight ?? shown.height });
    canvas.getContext("2d").drawImage(shown, 0, 0);
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.92); });
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob) });
    link.download = `${this.#camera.name} ${new Date().toISOString().slice(0, 19)}Z.jpg`.replace(/[/\\:]/g, "-");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    return toast(t("Snapshot of {name} saved.", { name: this.#camera.name }), "good");
  }

  #build() {
    this.append(document.getElementById("tile-template").content.cloneNode(true));
    this.tabIndex = 0;
    this.setAttribute("role", "group");
    this.zoom = zoomable(this.part("frame"), this.part("layers"));
    this.addEventListener("live-change", ({ detail }) => {
      this.#live = detail;
      this.#refresh();
    });
    this.addEventListener("zoom-change", ({ detail }) => {
      this.part("zoom").textContent = detail.scale > 1 ? `${detail.scale.toFixed(1)}×` : "";
    });
    this.part("frame").addEventListener("dblclick", () => this.#camera && this.#ask("tile-enlarge"));
    this.addEventListener("ptz-end", () => {
      this.steer(false);
      this.focus();
    });
    this.addEventListener("talk-change", ({ detail }) => this.#hush(detail.talking && !detail.both));
    this.addEventListener("keydown", (event) => { if (this.#ptz?.pressed(event)) event.preventDefault(); });
    this.addEventListener("keyup", (event) => this.#ptz?.released(event));
    this.addEventListener("focusout", ({ relatedTarget }) => { if (!this.contains(relatedTarget)) this.#ptz?.rest(); });
    this.addEventListener("click", ({ target }) => this.#pressed(target.closest("button")?.dataset.does));
  }

  #replayEnded({ came, trouble }) {
    this.backToLive();
    if (trouble) toast(trouble, "warn");
    else if (!came) toast(t("Nothing was recorded in the last {seconds} seconds.", { seconds: REPLAY_MS / 1000 }), "warn");
  }

  // Who talks with the loudspeaker on would hear themselves.
  #hush(on) {
    const live = this.part("live");
    if (on === this.#hushed || (on && live.muted)) return;
    this.#hushed = on;
    live.muted = on;
  }

  #pressed(does) {
    const actions = {
      talk: () => this.talk(),
      steer: () => this.steer(),
      replay: () => this.replay(),
      mute: () => this.toggleMute(),
      snapshot: () => this.snapshot(),
      enlarge: () => this.#ask("tile-enlarge"),
      clear: () => this.#ask("tile-clear"),
      choose: () => this.#ask("tile-choose"),
    };
    actions[does]?.();
  }

  #ask(what) {
    this.dispatchEvent(new CustomEvent(what, { bubbles: true }));
  }

  // The small stream where the place is small: as wide as what would be shown of it.
  #chooseStream() {
    if (!this.firstElementChild) return;
    const pixels = this.clientWidth * devicePixelRatio;
    const { main, sub } = this.#status.streams ?? {};
    const small = pixels <= (sub?.width ?? SMALL_STREAM) * 1.25 && (main?.width ?? Infinity) > pixels * 1.5;
    if (pixels) this.part("live").setAttribute("stream", small ? "sub" : "main");
    this.toggleAttribute("small", this.clientWidth < 280);
  }

  #refresh() {
    if (!this.firstElementChild) return;
    const there = Boolean(this.#camera?.name);
    const replay = this.#replay, replaying = Boolean(replay);
    const { state } = this.#status;
    this.dataset.state = there ? state : "";
    const badge = this.part("state");
    put(badge, replaying ? t("Replay") : this.part("live").frozen ? t("Frozen") : stateWords(state));
    badge.dataset.tone = replaying ? "warn" : stateTone(state);
    this.part("recording").hidden = !this.#status.recording;
    const facts = this.part("live").facts;
    put(this.part("facts"), facts && !replaying ? words(facts) : "");
    const wrong = there ? trouble(this.#status, this.#statusAt, performance.now()) : "";
    put(this.part("trouble"), replaying ? "" : wrong || this.#live.words || "");
    put(this.part("note"), replay ? replay.note || t("The last {seconds} seconds", { seconds: REPLAY_MS / 1000 }) : this.#live.note || "");
  }
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = !text;
}

function words({ width, height, bitrate, latency }) {
  const parts = [`${width}×${height}`, bitrate >= 1e6 ? `${(bitrate / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bitrate / 1e3)} kbit/s`];
  if (latency !== null) parts.push(`${Math.round(latency)} ms`);
  return parts.join(" · ");
}

customElements.define("eyrie-tile", Tile);

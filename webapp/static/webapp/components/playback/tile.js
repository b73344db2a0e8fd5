// <eyrie-recording camera="1" name="Gate">: one camera's recording in a tile. Made by its page: tile.begin({clock, holdings}).
//
// Attributes: "muted" (its presence), "debug" shows drift. Events: "snapshot", "enlarge", "leave".

import { t } from "eyrie/i18n.js";
import { clockTime } from "eyrie/times.js";
import { gapWords } from "components/timeline/timeline.js";
import { RecordedPlayer } from "components/player/recorded.js";
import { unplayed } from "components/player/words.js";
import { zoomable } from "components/zoom/zoom.js";

const WIDTH = 640; // px of a preview
const PATIENCE = 400; // ms until "Loading" is worth saying

class Recording extends HTMLElement {
  static observedAttributes = ["muted"];
  #asked = "";
  #waiting = false;
  #waitsSince = 0;

  connectedCallback() {
    this.replaceChildren(document.getElementById("recording-tile").content.cloneNode(true));
    this.video = this.querySelector("video");
    this.still = this.querySelector(".still");
    this.preview = this.querySelector(".preview");
    this.veil = this.querySelector(".veil");
    this.querySelector(".name").textContent = this.getAttribute("name");
    this.attributeChangedCallback();
    this.zoom = zoomable(this.querySelector(".stage"), this.video, this.still, this.preview);
    for (const name of ["snapshot", "enlarge", "leave"]) {
      this.querySelector(`[data-do=${name}]`)?.addEventListener("click", () => this.dispatchEvent(new Event(name, { bubbles: true })));
    }
    this.querySelector(".stage").addEventListener("dblclick", () => this.dispatchEvent(new Event("enlarge", { bubbles: true })));
    this.video.setAttribute("aria-label", this.getAttribute("name"));
  }

  disconnectedCallback() {
    this.player?.close();
    this.player = null;
  }

  attributeChangedCallback() {
    if (this.video) this.video.muted = this.hasAttribute("muted");
  }

  get camera() { return Number(this.getAttribute("camera")); }

  begin({ clock, holdings }) {
    this.clock = clock;
    this.holdings = holdings;
    this.player = new RecordedPlayer({ camera: this.camera, clock, video: this.video, image: this.still, now: () => holdings.now() });
  }

  // Whether the clock should wait for this tile.
  get waits() { return this.player?.state === "loading"; }

  // Say how things stand; called with each frame of the page.
  show(step) {
    const { player, clock } = this;
    if (!player) return;
    if (clock.scrubbing) this.#preview(clock.now(), step);
    else if (player.state !== "loading" || !this.#asked) this.#hidePreview();
    this.still.hidden = !player.unplayable;
    this.video.hidden = Boolean(player.unplayable);
    this.#words(this.#trouble(player, clock.now()));
    this.querySelector(".note").textContent = unplayed(player);
    if (this.hasAttribute("debug")) this.#debug(player);
  }

  #trouble(player, at) {
    const { scrubbing } = this.clock, recorded = this.holdings.recordedAt(this.camera, at);
    if (scrubbing ? recorded : player.state === "playing") return "";
    if (player.state === "trouble") return player.trouble;
    if (scrubbing || player.state === "nothing") {
      const gap = this.holdings.gapAt(this.camera, at);
      return gap ? gapWords(gap) : t("Nothing is recorded at this time");
    }
    return t("Loading…");
  }

  #words(text) {
    const loading = text === t("Loading…");
    if (!loading) this.#waitsSince = 0;
    else if (!this.#waitsSince) this.#waitsSince = performance.now();
    const shown = loading && performance.now() - this.#waitsSince < PATIENCE ? "" : text;
    if (this.veil.textContent !== shown) this.veil.textContent = shown;
    this.veil.hidden = !shown;
    this.veil.classList.toggle("covers", Boolean(shown) && !loading);
  }

  // The keyframe of about that moment, one at a time; step: ms that one pixel of the timeline is worth.
  #preview(at, step) {
    const grid = Math.max(1000, 2 ** Math.ceil(Math.log2(step * 4)));
    const moment = new Date(Math.round(at / grid) * grid).toISOString();
    if (this.#waiting || moment === this.#asked) return;
    this.#asked = moment;
    if (!this.holdings.recordedAt(this.camera, at)) return;
    this.#waiting = true;
    const image = new Image();
    image.onload = image.onerror = ({ type }) => {
      this.#waiting = false;
      if (type !== "load" || !this.#asked) return;
      this.preview.src = image.src;
      this.preview.hidden = false;
    };
    image.src = `/api/v1/cameras/${this.camera}/frame.jpg?at=${moment}&keyframe=true&width=${WIDTH}`;
  }

  #hidePreview() {
    this.#asked = "";
    this.preview.hidden = true;
  }

  #debug(player) {
    const drift = player.drift;
    this.dataset.drift = Number.isNaN(drift) ? "" : drift.toFixed(1);
    this.querySelector(".debug").textContent = `${Number.isNaN(drift) ? "–" : drift.toFixed(0)} ms · ${player.state} · ×${this.video.playbackRate.toFixed(2)} · ${Number.isNaN(player.shownAt) ? "" : clockTime(player.shownAt)}`;
  }
}

customElements.define("eyrie-recording", Recording);

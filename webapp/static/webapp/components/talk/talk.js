// <eyrie-talk>: over a tile, the button one holds to talk through its camera. A short press keeps on talking until the
// next one, and then both sides hear each other; while one holds it, the tile is silent. Beside it the announcements.
//
// camera: {id, name, interrupts}. Event "talk-change", bubbling, detail {talking, both}: the tile's sound goes by it.

import { Voice, play, whyMute } from "components/talk/voice.js";
import { call } from "eyrie/api.js";
import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const SHORT = 350; // ms

class Talk extends HTMLElement {
  #voice = null;
  #pressedAt = 0;
  #both = false; // hands free: both sides at once
  #playing = false;

  connectedCallback() {
    this.append(document.getElementById("talk-template").content.cloneNode(true));
    const button = this.part("button");
    button.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      button.setPointerCapture(event.pointerId);
      this.press();
    });
    for (const name of ["pointerup", "pointercancel"]) button.addEventListener(name, () => this.lift());
    button.addEventListener("keydown", (event) => { if (event.key === " " || event.key === "Enter") this.#key(event, () => this.press()); });
    button.addEventListener("keyup", (event) => { if (event.key === " " || event.key === "Enter") this.#key(event, () => this.lift()); });
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    this.part("interrupt").addEventListener("click", () => this.#begin(true));
    this.part("announcements").addEventListener("click", () => this.#list());
    this.#show("");
  }

  disconnectedCallback() {
    this.#voice?.end();
    this.#voice = null;
    this.replaceChildren();
  }

  get talking() { return Boolean(this.#voice); }

  part(name) { return this.querySelector(`[data-part="${name}"]`); }

  press() {
    if (this.#both) return this.stop();
    if (this.#voice) return;
    this.#pressedAt = performance.now();
    this.#begin(false);
  }

  // goesOn: whether a short press means to go on talking.
  lift({ goesOn = true } = {}) {
    if (!this.#voice || this.#both || !this.#pressedAt) return;
    const held = performance.now() - this.#pressedAt;
    this.#pressedAt = 0;
    if (held > SHORT || !goesOn) return this.stop();
    this.#both = true;
    this.#tell();
  }

  stop() {
    this.#both = false;
    this.#voice?.end();
  }

  #key(event, does) {
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) does();
  }

  #begin(interrupt) {
    const why = whyMute();
    if (why) return this.#show(why);
    this.part("interrupt").hidden = true;
    this.#show(t("Connecting…"));
    const voice = new Voice(this.camera.id, {
      ready: () => this.#show(t("Talk now")),
      level: (level) => this.part("level")?.style.setProperty("--level", level),
      over: (words, by) => this.#over(voice, words, by),
    });
    this.#voice = voice;
    this.#tell();
    voice.talk({ interrupt });
  }

  #over(voice, why, by) {
    if (voice !== this.#voice) return;
    this.#voice = null;
    this.#both = false;
    this.#pressedAt = 0;
    this.#tell();
    this.#show(why);
    this.part("interrupt").hidden = !(by && this.camera.interrupts);
  }

  #tell() {
    this.part("button").setAttribute("aria-pressed", String(this.talking));
    this.toggleAttribute("talking", this.talking);
    this.part("verb").textContent = this.#both ? t("Press to end") : this.talking ? t("Let go to end") : t("Hold to talk");
    this.dispatchEvent(new CustomEvent("talk-change", { bubbles: true, detail: { talking: this.talking, both: this.#both } }));
  }

  #show(words) {
    if (!this.isConnected) return;
    this.part("words").textContent = words;
    this.part("words").hidden = !words;
  }

  async #list() {
    const list = this.part("list"), open = list.hidden;
    list.hidden = !open;
    this.part("announcements").setAttribute("aria-expanded", String(open));
    if (!open) return;
    try {
      const { results } = await call("announcements/");
      const rows = results.map((row) => {
        const button = make("button", { type: "button" }, row.name, make("span", { className: "quiet number" }, t("{seconds} s", { seconds: Math.round(row.seconds) })));
        button.addEventListener("click", () => this.#play(row));
        return button;
      });
      this.part("rows").replaceChildren(...(rows.length ? rows : [make("p", {}, t("There are no announcements yet."))]));
    } catch (error) {
      this.#show(error.message);
    }
  }

  async #play(row) {
    this.#list();
    if (this.#playing) return;
    this.#playing = true;
    this.#show(t("{name} is being played", { name: row.name }));
    const why = await play(this.camera.id, row.id);
    this.#playing = false;
    this.#show(why);
    if (!why) toast(t("{name} was played at {camera}.", { name: row.name, camera: this.camera.name }), "good");
  }
}

customElements.define("eyrie-talk", Talk);

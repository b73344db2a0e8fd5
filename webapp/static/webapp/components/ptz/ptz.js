// <eyrie-ptz>: over a tile's picture while somebody moves its camera: a stick, zoom, focus, positions, tours, home and
// what else the camera can do. A click on the picture brings that point into the middle, a drag fills the picture with
// a part. Its shape is the page's template "ptz-template". camera: {id, manages}; picture(): the element that shows it.
//
// Event "ptz-end" when it closes itself.

import { aiming, fitted } from "components/ptz/aiming.js";
import { Helm } from "components/ptz/helm.js";
import { Patrols } from "components/ptz/patrols.js";
import { positionRow } from "components/ptz/positions.js";
import { Gamepads, Keys, held, stick } from "components/ptz/stick.js";
import { call } from "eyrie/api.js";
import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const ZOOM_SPEED = 0.5, FOCUS_SPEED = 0.5;

class Ptz extends HTMLElement {
  #helm = null;
  #patrols = null;
  #presets = [];
  #keys = new Keys((wanted) => this.#helm?.move(wanted));
  #pads = new Gamepads({ moved: (wanted) => this.#helm?.move(wanted), preset: (at) => this.#go(this.#presets[at]) });
  #rest = () => { if (document.hidden) this.#helm?.stop(); };

  connectedCallback() {
    this.append(document.getElementById("ptz-template").content.cloneNode(true));
    this.#helm = new Helm(this.camera.id, {
      holder: (holder) => this.#show(holder),
      failed: (sentence) => this.#say(sentence),
      done: (of) => this.#done(of),
    });
    this.#patrols = new Patrols(this.part("patrol-list"), this.camera, (sentence) => this.#say(sentence));
    this.#wire();
    this.#helm.open();
    this.#pads.start();
    document.addEventListener("visibilitychange", this.#rest);
    this.#learn();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#rest);
    this.#pads.stop();
    this.#helm?.stop();
    this.#helm?.say({ op: "release" });
    this.#helm?.close();
    this.#helm = null;
    this.replaceChildren();
  }

  part(name) { return this.querySelector(`[data-part="${name}"]`); }

  // Whether a key of the tile meant the camera.
  pressed(event) {
    if (event.target.closest("input, select")) return false;
    if (event.key === "Escape") return this.#end();
    if (event.key === "Home") return this.#order({ op: "home" });
    if (/^[1-9]$/.test(event.key) && !event.ctrlKey && !event.altKey) return this.#go(this.#presets[Number(event.key) - 1]);
    return this.#keys.pressed(event);
  }

  released(event) { return this.#keys.released(event); }

  rest() { this.#keys.rest(); }

  async #learn() {
    try {
      const found = await call(`cameras/${this.camera.id}/ptz/`);
      if (this.isConnected) this.#offer(found);
    } catch (error) {
      this.#say(error.message);
    }
  }

  // Show what this camera can do, and nothing else.
  #offer({ abilities, presets, tours, return_preset: back, return_after: after }) {
    const shown = {
      pad: abilities.pan_tilt,
      zooms: abilities.zoom,
      aim: abilities.centre,
      home: abilities.home,
      focus: abilities.focus || abilities.auto_focus,
      near: abilities.focus,
      far: abilities.focus,
      auto: abilities.auto_focus,
    };
    for (const [name, there] of Object.entries(shown)) this.part(name).hidden = !there;
    this.#presets = presets;
    const may = this.camera.manages && abilities.presets;
    this.part("positions").hidden = !presets.length && !may;
    this.part("position-list").replaceChildren(...presets.map((preset, at) => positionRow(preset, at, may, (order) => this.#order(order))));
    if (presets.length) this.#patrols.offer(presets);
    else this.part("patrol-list").hidden = true;
    this.part("keep").hidden = !may;
    this.#offerReturn(may && presets.length > 0, presets, back, after);
    const others = [
      ...tours.map((tour) => this.#choice(tour.state === "touring" ? t("Stop {name}", tour) : t("Start {name}", tour), { op: "tour", tour: tour.token, act: tour.state === "touring" ? "stop" : "start" })),
      ...abilities.auxiliary.flatMap((name) => [true, false].map((on) => this.#choice(on ? t("{name}: on", { name }) : t("{name}: off", { name }), { op: "auxiliary", command: name, on }))),
      ...(this.camera.manages && abilities.set_home ? [this.#choice(t("Make this view the home position"), { op: "set_home" })] : []),
    ];
    this.part("others").hidden = !others.length;
    this.part("other-list").replaceChildren(...others);
    this.#say("");
  }

  #offerReturn(there, presets, back, after) {
    const { preset, minutes } = this.part("return").elements;
    this.part("return").hidden = !there;
    while (preset.options.length > 1) preset.options[1].remove();
    preset.append(...presets.map(({ name }) => new Option(name, name)));
    preset.value = back;
    minutes.value = after;
  }

  #choice(words, order) {
    const button = make("button", { type: "button" }, words);
    button.addEventListener("click", () => this.#order(order));
    return button;
  }

  #wire() {
    stick(this.part("pad"), (wanted) => this.#helm?.move(wanted));
    for (const [name, way] of [["in", 1], ["out", -1]]) held(this.part(name), () => this.#helm?.move({ zoom: way * ZOOM_SPEED }), () => this.#helm?.stop());
    for (const [name, way] of [["near", -1], ["far", 1]]) held(this.part(name), () => this.#order({ op: "focus", speed: way * FOCUS_SPEED }), () => this.#order({ op: "focus", speed: 0 }));
    aiming(this.part("aim"), {
      place: () => fitted(this.part("aim"), this.picture?.()),
      chosen: (where) => this.#order({ op: "centre", ...where }),
    });
    this.part("auto").addEventListener("click", () => this.#order({ op: "focus", auto: true }));
    this.part("home").addEventListener("click", () => this.#order({ op: "home" }));
    this.part("lock").addEventListener("click", () => this.#order({ op: "lock", on: this.part("lock").getAttribute("aria-pressed") !== "true" }));
    this.part("end").addEventListener("click", () => this.#end());
    this.part("keep").addEventListener("submit", (event) => {
      event.preventDefault();
      const { name } = event.target.elements;
      if (name.value.trim()) this.#order({ op: "set_preset", name: name.value.trim() });
      name.value = "";
    });
    this.part("return").addEventListener("submit", (event) => event.preventDefault());
    this.part("return").addEventListener("change", () => this.#return());
    for (const menu of ["position", "other"]) this.#menu(menu);
  }

  // Where the camera goes by itself when nobody has moved it for a while.
  async #return() {
    const form = this.part("return"), { preset, minutes } = form.elements;
    if (!form.reportValidity()) return;
    try {
      await call(`cameras/${this.camera.id}/ptz/return/`, { method: "PUT", body: { preset: preset.value, minutes: Number(minutes.value) } });
    } catch (error) {
      this.#say(error.message);
    }
  }

  #menu(name) {
    const button = this.part(`${name}s`), list = this.part(`${name}-menu`);
    button.addEventListener("click", () => {
      const open = list.hidden;
      for (const one of ["position", "other"]) {
        this.part(`${one}-menu`).hidden = one !== name || !open;
        this.part(`${one}s`).setAttribute("aria-expanded", String(one === name && open));
      }
    });
  }

  #go(preset) {
    return preset ? this.#order({ op: "preset", preset: preset.token }) : false;
  }

  #order(order) {
    this.#say("");
    this.#helm?.say(order);
    return true;
  }

  #done(of) {
    if (["set_preset", "rename_preset", "remove_preset", "tour"].includes(of)) this.#learn();
    if (of === "set_home") toast(t("The camera's home position is the present view."), "good");
  }

  #show({ by, mine, locked, may_take: may }) {
    this.dataset.held = mine ? "mine" : by ? "other" : "";
    const words = mine ? (locked ? t("You keep this camera.") : t("You are moving this camera.")) : by ? (may ? t("{by} is moving this camera; whatever you do takes it.", { by }) : t("{by} is moving this camera.", { by })) : "";
    this.part("holder").textContent = words;
    this.part("holder").hidden = !words;
    this.part("lock").setAttribute("aria-pressed", String(mine && locked));
  }

  #say(sentence) {
    this.part("wrong").textContent = sentence;
    this.part("wrong").hidden = !sentence;
  }

  #end() {
    this.dispatchEvent(new CustomEvent("ptz-end", { bubbles: true }));
    return true;
  }
}

customElements.define("eyrie-ptz", Ptz);

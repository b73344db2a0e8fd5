// <lpr-search>: plates that cameras read, looked for by wildcards, camera, list and time; a press plays that moment.

import { call, visibleCameras } from "eyrie/api.js";
import { busy, make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { now } from "eyrie/now.js";
import { LISTS, badge, shown, toMoment } from "./words.js";

const ROOT = "plugins/lpr/reads/";
const BEFORE = 5_000; // ms before a read at which playback opens
const FRESH = 8_000; // ms within which a moment's recording may not be there yet
const WAYS = { towards: t("towards the camera"), away: t("away from the camera") };

class Search extends HTMLElement {
  #next = null;
  #cameras = new Map();

  connectedCallback() {
    this.form = this.#part("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(event.submitter, () => this.#search());
    });
    this.form.addEventListener("input", () => this.#offerFile());
    this.#part("more").addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => this.#show(this.#next)));
    this.#begin();
  }

  async #begin() {
    try {
      const cameras = await visibleCameras();
      this.#cameras = new Map(cameras.map(({ id, name }) => [id, name]));
      this.form.elements.camera.append(...cameras.map(({ id, name }) => make("option", { value: String(id) }, name)));
    } catch (error) {
      this.#tell(error.message);
    }
    await this.#search();
  }

  async #search() {
    this.#part("reads").replaceChildren();
    this.#offerFile();
    await this.#show(`${ROOT}?${this.#query}`);
    this.#part("none").hidden = this.#part("reads").childElementCount > 0 || !this.#part("trouble").hidden;
  }

  async #show(path) {
    this.#tell("");
    const list = this.#part("reads");
    list.setAttribute("aria-busy", "true");
    try {
      const { results, next } = await call(path);
      this.#next = next && next.slice(next.indexOf(ROOT));
      list.append(...results.map((read) => this.#row(read)));
    } catch (error) {
      this.#next = null;
      this.#tell(error.message);
    }
    list.removeAttribute("aria-busy");
    this.#part("more").hidden = !this.#next;
  }

  get #query() {
    const { plate, camera, list, start, end, alike } = this.form.elements;
    const asked = { plate: plate.value, camera: camera.value, list: list.value, start: toMoment(start.value), end: toMoment(end.value), alike: alike.checked };
    return new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== "" && value !== null));
  }

  #offerFile() {
    this.#part("export").href = `/api/v1/${ROOT}export/?${this.#query}`;
  }

  #row(read) {
    const row = this.#part("read").content.firstElementChild.cloneNode(true), at = Date.parse(read.time);
    row.querySelector("a").href = `/playback/?${new URLSearchParams({ camera: read.camera, at: new Date(at - BEFORE).toISOString() })}`;
    row.querySelector(".lpr-plate").textContent = read.text;
    if (read.list in LISTS) this.#listed(row, read);
    const part = (name) => row.querySelector(`[data-part=${name}]`);
    part("where").textContent = `${shown(read.time)} · ${this.#cameras.get(read.camera) ?? read.camera}`;
    part("how").textContent = [
      t("sure to {percent} %", { percent: Math.floor(read.confidence * 100) }), read.region, WAYS[read.direction],
      read.speed_kmh !== null && t("{speed} km/h", { speed: Math.round(read.speed_kmh) }),
    ].filter(Boolean).join(" · ");
    const picture = row.querySelector("img");
    picture.addEventListener("load", () => { picture.hidden = false; });
    const address = `/api/v1/cameras/${read.camera}/frame.jpg?at=${read.time}&width=320`;
    const again = () => { picture.src = `${address}&again=1`; };
    if (now() - at < FRESH) picture.addEventListener("error", () => setTimeout(again, FRESH), { once: true });
    picture.src = address;
    return row;
  }

  #listed(row, { list, owner, listed, distance }) {
    badge(row.querySelector("[data-part=list]"), list);
    const whose = row.querySelector("[data-part=owner]");
    const like = distance ? n("like {plate}, {count} character differs", "like {plate}, {count} characters differ", distance, { plate: listed }) : "";
    whose.textContent = [owner, like].filter(Boolean).join(" · ");
    whose.hidden = !whose.textContent;
  }

  #tell(text) {
    Object.assign(this.#part("trouble"), { textContent: text, hidden: !text });
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }
}

customElements.define("lpr-search", Search);

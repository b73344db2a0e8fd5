// <eyrie-tray>: all cameras one may see, with a picture each, to be dragged to the wall or placed by Enter or a click.
//
// Event "tray-choose", detail {camera}. Its shape: the page's templates "tray-template" and "tray-item-template".

import { call } from "eyrie/api.js";
import { stateTone, stateWords } from "components/tile/words.js";
import { CAMERA_TYPE } from "components/wall/wall.js";

const THUMBNAIL = 240; // pixels wide

class Tray extends HTMLElement {
  #items = new Map();
  #groups = new Map(); // id to the ids of its cameras

  connectedCallback() {
    if (this.firstElementChild) return;
    this.append(document.getElementById("tray-template").content.cloneNode(true));
    this.list = this.querySelector("ul");
    this.search = this.querySelector("input");
    this.search.addEventListener("input", () => this.#filter());
    this.group = this.querySelector("select");
    this.group.addEventListener("change", () => this.#filter());
    this.list.addEventListener("click", ({ target }) => this.#choose(target.closest("button")));
    this.list.addEventListener("dragstart", (event) => {
      event.dataTransfer.setData(CAMERA_TYPE, event.target.closest("button").dataset.camera);
      event.dataTransfer.effectAllowed = "copy";
    });
  }

  set cameras(cameras) {
    for (const [id, item] of this.#items) if (!cameras.has(id)) { item.remove(); this.#items.delete(id); }
    for (const camera of cameras.values()) this.#show(camera);
    this.#filter();
  }

  status({ camera_id: id, state }) {
    const badge = this.#items.get(id)?.querySelector(".badge");
    if (!badge || badge.dataset.state === state) return;
    badge.dataset.state = state;
    badge.textContent = stateWords(state);
    badge.dataset.tone = stateTone(state);
  }

  // What lies on the wall is marked.
  set placed(ids) {
    for (const [id, item] of this.#items) item.querySelector("button").toggleAttribute("placed", ids.has(id));
  }

  open() {
    this.hidden = false;
    for (const picture of this.querySelectorAll("img")) this.#fetch(picture);
    this.search.focus();
    call("groups/").then(({ results }) => this.#offer(results), () => {}); // without them all cameras are shown
  }

  #offer(groups) {
    const shown = this.group.value;
    this.#groups = new Map(groups.map(({ id, cameras }) => [String(id), new Set(cameras)]));
    this.group.replaceChildren(this.group.options[0], ...groups.map(({ id, name }) => new Option(name, id)));
    this.group.value = this.#groups.has(shown) ? shown : "";
    this.group.hidden = !groups.length;
    this.#filter();
  }

  #show(camera) {
    let item = this.#items.get(camera.id);
    if (!item) {
      item = document.getElementById("tray-item-template").content.firstElementChild.cloneNode(true);
      item.querySelector("button").dataset.camera = camera.id;
      const picture = item.querySelector("img");
      picture.addEventListener("error", () => { picture.hidden = true; });
      picture.addEventListener("load", () => { picture.hidden = false; });
      this.#items.set(camera.id, item);
      this.list.append(item);
    }
    item.querySelector("strong").textContent = camera.name;
    this.status({ camera_id: camera.id, state: camera.state });
  }

  #fetch(picture) {
    const { camera } = picture.closest("button").dataset;
    picture.src = `/api/v1/cameras/${camera}/snapshot.jpg?width=${THUMBNAIL}&t=${Math.floor(Date.now() / 30_000)}`;
  }

  #filter() {
    const wanted = this.search.value.trim().toLocaleLowerCase();
    const group = this.#groups.get(this.group.value);
    let shown = 0;
    for (const [id, item] of this.#items) {
      item.hidden = (group && !group.has(id)) || !item.querySelector("strong").textContent.toLocaleLowerCase().includes(wanted);
      shown += item.hidden ? 0 : 1;
    }
    this.querySelector(".nothing").hidden = shown > 0;
  }

  #choose(button) {
    if (!button) return;
    this.dispatchEvent(new CustomEvent("tray-choose", { bubbles: true, detail: { camera: Number(button.dataset.camera) } }));
  }
}

customElements.define("eyrie-tray", Tray);

// <access-doors>: which camera sees which door, and who carries which card.

import { call, everyPage } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const ROOT = "plugins/accesscontrol/";

class Doors extends HTMLElement {
  connectedCallback() {
    this.#part("holder").addEventListener("submit", (event) => this.#saveHolder(event));
    this.#load();
  }

  async #load() {
    try {
      const [doors, holders, cameras] = await Promise.all([call(`${ROOT}doors/`), call(`${ROOT}holders/`), everyPage("cameras/")]);
      this.cameras = cameras;
      this.#part("doors").replaceChildren(...doors.map((door) => this.#door(door)));
      if (!doors.length) this.#part("doors").append(make("tr", {}, make("td", { colSpan: 4, className: "quiet-text" }, t("No door has reported yet."))));
      this.#part("holders").replaceChildren(...holders.map((holder) => this.#holder(holder)));
    } catch (error) {
      this.#tell(error.message);
    }
  }

  #door(door) {
    const row = this.#copy("door-row"), name = row.querySelector("input"), camera = row.querySelector("select");
    row.querySelector("th span").textContent = door.code;
    row.querySelector(".badge").hidden = door.mapped;
    name.value = door.title;
    camera.append(...this.cameras.map(({ id, name: text }) => make("option", { value: String(id), selected: id === door.camera }, text)));
    const path = `${ROOT}doors/${door.id}/`;
    this.#does(row, "save", async () => {
      await call(path, { method: "PATCH", body: { title: name.value, camera: camera.value ? Number(camera.value) : null } });
      row.querySelector(".badge").hidden = true;
      toast(t("Saved."), "good");
    });
    this.#does(row, "remove", () => this.#remove(row, path, door.code));
    return row;
  }

  #holder(holder) {
    const row = this.#copy("holder-row");
    row.querySelector("th").textContent = holder.card;
    row.querySelector("td").textContent = holder.name;
    this.#does(row, "remove", () => this.#remove(row, `${ROOT}holders/${holder.id}/`, holder.name));
    return row;
  }

  async #remove(row, path, name) {
    if (!(await confirmed({ title: t("Delete {name}?", { name }), text: t("Its events stay."), button: t("Delete") }))) return;
    await call(path, { method: "DELETE" });
    row.remove();
  }

  async #saveHolder(event) {
    event.preventDefault();
    const form = event.target, { card, name } = Object.fromEntries(new FormData(form));
    await this.#try(form.querySelector("button"), async () => {
      await call(`${ROOT}holders/`, { method: "PUT", body: { card, name } });
      form.reset();
      await this.#load();
    });
  }

  #does(row, what, work) {
    const button = row.querySelector(`[data-does=${what}]`);
    button.addEventListener("click", () => this.#try(button, work));
  }

  async #try(button, work) {
    this.#tell("");
    try {
      await busy(button, work);
    } catch (error) {
      this.#tell(error.message);
    }
  }

  #tell(text) {
    const trouble = this.#part("trouble");
    trouble.textContent = text;
    trouble.hidden = !text;
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  #copy(name) {
    return this.#part(name).content.firstElementChild.cloneNode(true);
  }
}

customElements.define("access-doors", Doors);

// <access-doors>: which camera sees which door.

import { call, everyPage } from "eyrie/api.js";
import { onSubmit } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { ROOT, Table } from "./table.js";

class Doors extends Table {
  async connectedCallback() {
    const dialog = this.querySelector("dialog"), form = dialog.querySelector("form");
    this.part("add").addEventListener("click", () => { form.reset(); dialog.showModal(); });
    this.part("close").addEventListener("click", () => dialog.close());
    onSubmit(form, async ({ elements: { code, title, camera } }) => {
      await call(`${ROOT}doors/`, { method: "POST", body: { code: code.value, title: title.value, camera: numberOf(camera) } });
      dialog.close();
      await this.load();
    });
    await this.attempt(async () => {
      this.cameras = await everyPage("cameras/?page_size=1000");
      this.#offer(form.elements.camera);
      await this.load();
    });
  }

  async load() {
    const doors = await call(`${ROOT}doors/`);
    this.show(doors.map((door) => this.#filled(door)));
  }

  #filled(door) {
    const row = this.row(), name = row.querySelector("input"), camera = row.querySelector("select"), path = `${ROOT}doors/${door.id}/`;
    row.querySelector("th span").textContent = door.code;
    row.querySelector(".badge").hidden = door.mapped;
    name.value = door.title;
    this.#offer(camera);
    camera.value = door.camera ?? "";
    this.does(row, "save", async () => {
      await call(path, { method: "PATCH", body: { title: name.value, camera: numberOf(camera) } });
      row.querySelector(".badge").hidden = true;
      toast(t("Saved."), "good");
    });
    this.does(row, "remove", () => this.remove(path, door.title || door.code));
    return row;
  }

  #offer(select) {
    for (const { id, name } of this.cameras) select.append(new Option(name, id));
  }
}

function numberOf({ value }) {
  return value ? Number(value) : null;
}

customElements.define("access-doors", Doors);

// What the tables of doors and card holders have in common: rows from a template, buttons that are busy while they work,
// and one place for what went wrong.

import { confirmed } from "eyrie/confirm.js";
import { busy } from "eyrie/dom.js";
import { call } from "eyrie/api.js";
import { t } from "eyrie/i18n.js";

export const ROOT = "plugins/accesscontrol/";

export class Table extends HTMLElement {
  part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  row() {
    return this.part("row").content.firstElementChild.cloneNode(true);
  }

  show(rows) {
    this.part("rows").replaceChildren(...rows);
    this.querySelector(".table-frame").hidden = !rows.length;
    this.part("none").hidden = rows.length > 0;
  }

  // What a row's button does.
  does(row, what, work) {
    const button = row.querySelector(`[data-does=${what}]`);
    button.addEventListener("click", () => busy(button, () => this.attempt(work)));
  }

  async attempt(work) {
    this.tell("");
    try {
      await work();
    } catch (error) {
      this.tell(error.message);
    }
  }

  async remove(path, name) {
    if (!(await confirmed({ title: t("Delete {name}?", { name }), text: t("Its events stay."), button: t("Delete") }))) return;
    await call(path, { method: "DELETE" });
    await this.load();
  }

  tell(text) {
    this.part("trouble").textContent = text;
    this.part("trouble").hidden = !text;
  }
}

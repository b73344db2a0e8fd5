// <access-holders>: who carries which card, with pictures; one by one, or from a CSV file and into one.

import { call } from "eyrie/api.js";
import { busy, make } from "eyrie/dom.js";
import { onSubmit } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { ROOT, Table } from "./table.js";

const MOST_TOLD = 5; // refused lines of a file that are told one by one

class Holders extends Table {
  #holders = [];
  #changed = null;
  #loaded = 0; // a picture that was changed has another address than before

  async connectedCallback() {
    const file = this.part("file");
    this.part("add").addEventListener("click", () => this.#edit(null));
    this.part("close").addEventListener("click", () => this.#dialog.close());
    this.part("import").addEventListener("click", () => file.click());
    file.addEventListener("change", () => busy(this.part("import"), () => this.attempt(() => this.#take(file))));
    this.querySelector("#access-find").addEventListener("input", () => this.#list());
    onSubmit(this.#dialog.querySelector("form"), (form) => this.#save(form));
    await this.attempt(() => this.load());
  }

  async load() {
    this.#holders = await call(`${ROOT}holders/`);
    this.#loaded += 1;
    this.#list();
  }

  #list() {
    const words = this.querySelector("#access-find").value.trim().toLowerCase();
    this.show(this.#holders.filter(({ name, card }) => `${name} ${card}`.toLowerCase().includes(words)).map((one) => this.#filled(one)));
    if (this.#holders.length) this.part("none").hidden = true;
  }

  #filled(holder) {
    const row = this.row(), path = `${ROOT}holders/${holder.id}/`;
    row.querySelector("[data-part=name]").textContent = holder.name;
    row.querySelector("[data-part=card]").textContent = holder.card;
    if (holder.has_picture) row.querySelector(".portrait").replaceChildren(make("img", { src: `/api/v1/${path}picture.jpg?${this.#loaded}`, alt: "", loading: "lazy" }));
    this.does(row, "change", () => this.#edit(holder));
    this.does(row, "remove", () => this.remove(path, holder.name));
    return row;
  }

  #edit(holder) {
    const form = this.#dialog.querySelector("form");
    this.#changed = holder;
    form.reset();
    form.elements.name.value = holder?.name ?? "";
    form.elements.card.value = holder?.card ?? "";
    this.part("no-picture").hidden = !holder?.has_picture;
    this.#dialog.showModal();
  }

  async #save({ elements: { name, card, picture, bare } }) {
    const body = { name: name.value, card: card.value }, [file] = picture.files;
    const other = this.#holders.find((one) => one.card === card.value.trim() && one.id !== this.#changed?.id);
    if (other) throw new Error(t("{name} carries this card already.", other));
    const path = this.#changed ? `${ROOT}holders/${this.#changed.id}/` : `${ROOT}holders/`;
    const holder = await call(path, { method: this.#changed ? "PATCH" : "PUT", body });
    this.#changed = holder; // should its picture be refused, it is this one that is saved again
    const place = `${ROOT}holders/${holder.id}/picture.jpg`;
    if (file) await call(place, { method: "PUT", body: formOf(file) });
    else if (bare.checked) await call(place, { method: "DELETE" });
    this.#dialog.close();
    await this.load();
  }

  async #take(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    const { added, changed, unchanged, refused } = await call(`${ROOT}holders.csv`, { method: "POST", body: formOf(file) });
    this.#tellRefused(Object.entries(refused));
    await this.load();
    toast(t("{added} added, {changed} changed, {unchanged} as before.", { added, changed, unchanged }), "good");
  }

  #tellRefused(lines) {
    const told = lines.slice(0, MOST_TOLD).map(([line, why]) => make("li", {}, t("Line {line}: {why}", { line, why })));
    if (lines.length > told.length) told.push(make("li", {}, t("… and {count} more lines.", { count: lines.length - told.length })));
    this.part("refused").replaceChildren(make("ul", {}, ...told));
    this.part("refused").hidden = !lines.length;
  }

  get #dialog() {
    return this.querySelector("dialog");
  }
}

function formOf(file) {
  const form = new FormData();
  form.append("file", file);
  return form;
}

customElements.define("access-holders", Holders);

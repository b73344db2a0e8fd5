// <lpr-lists>: plates that are allowed, blocked or dear; one by one, or many from a file.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { badge, shown, toField, toMoment } from "./words.js";

const ROOT = "plugins/lpr/plates/";

class Lists extends HTMLElement {
  connectedCallback() {
    this.#on("entry", (form) => this.#save(form));
    this.#on("import", (form) => this.#import(form));
    this.#load();
  }

  async #load() {
    const body = this.#part("plates");
    try {
      const plates = await call(ROOT);
      body.replaceChildren(...plates.map((plate) => this.#row(plate)));
      if (!plates.length) body.append(make("tr", {}, make("td", { colSpan: 5, className: "quiet-text" }, t("No plate is on a list yet."))));
    } catch (error) {
      this.#tell(error.message);
    }
  }

  #row(plate) {
    const row = this.#part("plate").content.firstElementChild.cloneNode(true);
    row.querySelector("th").textContent = plate.plate;
    badge(row.querySelector(".badge"), plate.list);
    row.querySelector("[data-part=owner]").textContent = [plate.owner, plate.note].filter(Boolean).join(" · ");
    row.querySelector("[data-part=valid]").textContent = validity(plate);
    this.#does(row, "change", async () => this.#edit(plate));
    this.#does(row, "remove", async () => {
      if (!(await confirmed({ title: t("Take {plate} off its list?", { plate: plate.plate }), text: t("Plates that were read stay."), button: t("Delete") }))) return;
      await call(`${ROOT}${plate.id}/`, { method: "DELETE" });
      await this.#load();
    });
    return row;
  }

  #edit(plate) {
    const { elements } = this.#part("entry");
    for (const name of ["plate", "list", "owner", "note"]) elements[name].value = plate[name];
    for (const name of ["valid_from", "valid_to"]) elements[name].value = toField(plate[name]);
    elements.owner.focus();
  }

  async #save(form) {
    const { valid_from: from, valid_to: to, ...rest } = Object.fromEntries(new FormData(form));
    await call(ROOT, { method: "PUT", body: { ...rest, valid_from: toMoment(from), valid_to: toMoment(to) } });
    form.reset();
    toast(t("Saved."), "good");
    await this.#load();
  }

  async #import(form) {
    const { file, list, all_or_none: whole } = form.elements, told = this.#part("imported");
    told.replaceChildren();
    if (!file.files.length) throw new Error(t("Choose a file first."));
    const body = { text: await file.files[0].text(), list: list.value, all_or_none: whole.checked };
    let outcome;
    try {
      outcome = await call(`${ROOT}import/`, { method: "POST", body });
    } catch (error) {
      if (!Array.isArray(error.fields?.bad)) throw error;
      outcome = error.fields; // nothing was taken, and each line says why
    }
    const lines = outcome.bad.map(({ line, why }) => make("li", {}, t("Line {line}: {why}", { line, why })));
    told.append(make("p", {}, n("{count} plate was taken.", "{count} plates were taken.", outcome.taken)), make("ul", {}, ...lines));
    if (outcome.taken) await this.#load();
  }

  #on(name, work) {
    this.#part(name).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#try(event.submitter, () => work(event.target));
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
    Object.assign(this.#part("trouble"), { textContent: text, hidden: !text });
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }
}

function validity({ valid_from: from, valid_to: to }) {
  if (from && to) return t("{from} to {to}", { from: shown(from), to: shown(to) });
  if (from) return t("from {from}", { from: shown(from) });
  return to ? t("to {to}", { to: shown(to) }) : t("always");
}

customElements.define("lpr-lists", Lists);

// <faces-people>: who is enrolled. A press opens a person: what is known, the consent, pictures, and deleting it all.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, make } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { now } from "eyrie/now.js";
import { toast } from "eyrie/toasts.js";
import { CHANGED, ROOT, showFace, shown, toField, toMoment } from "./words.js";

const PEOPLE = `${ROOT}people/`;

class People extends HTMLElement {
  #person = null;

  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.form = this.dialog.querySelector("form");
    this.part("add").addEventListener("click", () => this.#open(null));
    this.part("close").addEventListener("click", () => this.dialog.close());
    this.part("file").addEventListener("change", () => this.#upload());
    this.part("forget").addEventListener("click", ({ currentTarget }) => this.#try(currentTarget, () => this.#forget()));
    onSubmit(this.form, () => this.#save());
    document.addEventListener(CHANGED, () => this.#load());
    this.#load();
  }

  async #load() {
    const list = this.part("people");
    try {
      const people = await call(PEOPLE);
      list.replaceChildren(...people.map((person) => this.#row(person)));
      this.part("none").hidden = people.length > 0;
      this.part("trouble").hidden = true;
    } catch (error) {
      Object.assign(this.part("trouble"), { textContent: error.message, hidden: false });
    }
    list.removeAttribute("aria-busy");
  }

  #row(person) {
    const row = this.part("person").content.firstElementChild.cloneNode(true);
    row.querySelector("strong").textContent = person.name;
    const [word, tone] = standing(person);
    Object.assign(row.querySelector(".badge"), { textContent: word }).dataset.tone = tone;
    this.part("what", row).textContent = [n("{count} picture", "{count} pictures", person.pictures.length), ...person.groups].join(" · ");
    if (person.pictures.length) showFace(this.part("face", row), `people/${person.id}/pictures/${person.pictures[0].id}.jpg`);
    row.querySelector("button").addEventListener("click", () => this.#open(person));
    return row;
  }

  #open(person) {
    this.#person = person;
    this.form.reset();
    tell(this.form, "");
    const { elements } = this.form;
    for (const name of ["name", "note", "consent_by", "consent_note"]) elements[name].value = person?.[name] ?? "";
    elements.groups.value = person?.groups.join(", ") ?? "";
    elements.consent_from.value = toField(person?.consent_from ?? new Date(now()).toISOString());
    elements.consent_until.value = toField(person?.consent_until);
    this.dialog.querySelector("h2").textContent = person?.name ?? t("Add a person");
    this.#pictures();
    if (!this.dialog.open) this.dialog.showModal();
    if (!person) elements.name.focus();
  }

  #pictures() {
    const person = this.#person;
    this.part("pictures-section").hidden = !person;
    if (!person) return;
    this.part("export").href = `/api/v1/${PEOPLE}${person.id}/export/`;
    this.part("no-pictures").hidden = person.pictures.length > 0;
    this.part("pictures").replaceChildren(...person.pictures.map((picture) => this.#picture(person, picture)));
  }

  #picture(person, picture) {
    const face = make("span", { className: "faces-face" });
    showFace(face, `people/${person.id}/pictures/${picture.id}.jpg`);
    const remove = make("button", { type: "button", className: "button plain" }, t("Delete"));
    remove.addEventListener("click", () => this.#try(remove, async () => {
      await call(`${PEOPLE}${person.id}/pictures/${picture.id}/`, { method: "DELETE" });
      await this.#again(person.id);
    }));
    const trouble = picture.trouble || (picture.used ? "" : t("Not used yet: made by another model."));
    return make("li", {}, face, trouble && make("span", { className: "small quiet-text" }, trouble), remove);
  }

  async #save() {
    const { name, note, groups, consent_by, consent_note, consent_from, consent_until } = Object.fromEntries(new FormData(this.form));
    const body = {
      name: name.trim(), note: note.trim(), groups: groups.split(",").map((one) => one.trim()).filter(Boolean), consent_by: consent_by.trim(),
      consent_note: consent_note.trim(), consent_from: toMoment(consent_from), consent_until: toMoment(consent_until),
    };
    const old = this.#person;
    const saved = await call(old ? `${PEOPLE}${old.id}/` : PEOPLE, { method: old ? "PUT" : "POST", body });
    toast(t("Saved."), "good");
    if (old) this.dialog.close();
    else this.#open(saved); // now pictures can be added
    this.#told();
  }

  async #upload() {
    const { files } = this.part("file");
    if (!files.length) return;
    const body = new FormData();
    body.append("picture", files[0]);
    this.part("looking").hidden = false;
    await this.#try(this.part("file"), async () => {
      await call(`${PEOPLE}${this.#person.id}/pictures/`, { method: "POST", body });
      await this.#again(this.#person.id);
    });
    this.part("looking").hidden = true;
    this.part("file").value = "";
  }

  async #forget() {
    const { id, name } = this.#person;
    const text = t("Pictures, sightings, and the events that name this person are deleted for good. Recordings, exports, backups and messages that were sent stay.");
    if (!(await confirmed({ title: t("Delete everything about {name}?", { name }), text, button: t("Delete everything") }))) return;
    const gone = await call(`${PEOPLE}${id}/`, { method: "DELETE" });
    this.dialog.close();
    toast(t("Deleted: {pictures} pictures, {sightings} sightings, {events} events.", gone), "good");
    this.#told();
  }

  async #again(id) {
    this.#person = await call(`${PEOPLE}${id}/`);
    this.#pictures();
    this.#told();
  }

  #told() {
    document.dispatchEvent(new CustomEvent(CHANGED));
  }

  async #try(button, work) {
    tell(this.form, "");
    try {
      await busy(button, work);
    } catch (error) {
      tell(this.form, error);
    }
  }

  part(name, within = this) {
    return within.querySelector(`[data-part=${name}]`);
  }
}

function standing({ consenting, consent_until: until, pictures }) {
  if (!consenting) return [t("No consent now"), "bad"];
  if (!pictures.some(({ used }) => used)) return [t("Not recognised"), "warn"];
  return [until ? t("Recognised until {time}", { time: shown(until) }) : t("Recognised"), "good"];
}

customElements.define("faces-people", People);

// <faces-sightings>: faces that cameras saw, by person, camera and time; a press plays that moment.

import { call, visibleCameras } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { CHANGED, ROOT, showFace, shown, toMoment } from "./words.js";

const BEFORE = 5_000; // ms before a sighting at which playback opens

class Sightings extends HTMLElement {
  #next = null;
  #cameras = new Map();
  #chosen = null;

  connectedCallback() {
    this.form = this.part("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(event.submitter, () => this.#search());
    });
    this.part("more").addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => this.#show(this.#next)));
    this.dialog = this.querySelector("dialog");
    if (this.dialog) this.#enrolling();
    this.#begin();
  }

  async #begin() {
    try {
      const cameras = await visibleCameras();
      this.#cameras = new Map(cameras.map(({ id, name }) => [id, name]));
      this.form.elements.camera.append(...cameras.map(({ id, name }) => new Option(name, id)));
      if (this.dialog) await this.#people();
    } catch (error) {
      this.#tell(error.message);
    }
    await this.#search();
  }

  // Names are offered to those who may see the list of people; others find them in the sightings.
  async #people() {
    const people = await call(`${ROOT}people/`), { person } = this.form.elements, chosen = person.value;
    person.replaceChildren(...[...person.options].slice(0, 2), ...people.map(({ id, name }) => new Option(name, id)));
    person.value = chosen;
    this.dialog.querySelector("select").replaceChildren(...people.map(({ id, name }) => new Option(name, id)));
  }

  async #search() {
    this.part("sightings").replaceChildren();
    const { person, camera, start, end } = this.form.elements;
    const asked = { person: person.value, camera: camera.value, start: toMoment(start.value), end: toMoment(end.value) };
    await this.#show(`${ROOT}sightings/?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value))}`);
    this.part("none").hidden = this.part("sightings").childElementCount > 0 || !this.part("trouble").hidden;
  }

  async #show(path) {
    this.#tell("");
    const list = this.part("sightings");
    list.setAttribute("aria-busy", "true");
    try {
      const { results, next } = await call(path);
      this.#next = next && next.slice(next.indexOf(ROOT));
      list.append(...results.map((one) => this.#row(one)));
    } catch (error) {
      this.#next = null;
      this.#tell(error.message);
    }
    list.removeAttribute("aria-busy");
    this.part("more").hidden = !this.#next;
  }

  #row(seen) {
    const row = this.part("sighting").content.firstElementChild.cloneNode(true);
    const at = new Date(Date.parse(seen.time) - BEFORE).toISOString();
    row.querySelector("a").href = `/playback/?${new URLSearchParams({ camera: seen.camera, at })}`;
    row.querySelector("strong").textContent = seen.name || t("Stranger");
    this.part("where", row).textContent = `${shown(seen.time)} · ${this.#cameras.get(seen.camera) ?? seen.camera}`;
    const alike = seen.likeness === null ? "" : t("likeness {percent} %", { percent: Math.floor(seen.likeness * 100) });
    this.part("how", row).textContent = [alike, n("{count} look", "{count} looks", seen.looks)].filter(Boolean).join(" · ");
    if (seen.picture) showFace(row.querySelector(".faces-face"), `sightings/${seen.id}.jpg`);
    row.querySelector("[data-does=enrol]")?.addEventListener("click", () => this.#choose(seen));
    const enrol = row.querySelector("[data-does=enrol]");
    if (enrol) enrol.hidden = !seen.picture;
    const remove = row.querySelector("[data-does=remove]");
    remove?.addEventListener("click", () => this.#remove(remove, row, seen));
    return row;
  }

  #choose(seen) {
    this.#chosen = seen;
    const form = this.dialog.querySelector("form");
    tell(form, form.elements.person.options.length ? "" : t("Nobody is enrolled. Add a person first."));
    if (seen.person) form.elements.person.value = String(seen.person);
    this.dialog.showModal();
  }

  async #remove(button, row, seen) {
    if (!(await confirmed({ title: t("Delete this sighting?"), text: t("Its event stays, and so does the recording."), button: t("Delete") }))) return;
    try {
      await busy(button, () => call(`${ROOT}sightings/${seen.id}/`, { method: "DELETE" }));
      row.remove();
    } catch (error) {
      this.#tell(error.message);
    }
  }

  #enrolling() {
    const form = this.dialog.querySelector("form");
    onSubmit(form, async ({ elements }) => {
      await call(`${ROOT}people/${elements.person.value}/pictures/from-sighting/`, { method: "POST", body: { sighting: this.#chosen.id } });
      this.dialog.close();
      toast(t("Saved."), "good");
      document.dispatchEvent(new CustomEvent(CHANGED));
    });
    this.part("close").addEventListener("click", () => this.dialog.close());
    document.addEventListener(CHANGED, () => this.#people().then(() => this.#search(), (error) => this.#tell(error.message)));
  }

  #tell(text) {
    Object.assign(this.part("trouble"), { textContent: text, hidden: !text });
  }

  part(name, within = this) {
    return within.querySelector(`[data-part=${name}]`);
  }
}

customElements.define("faces-sightings", Sightings);

// The form of a directory: its kind's own settings from their schema, who is let in, and a test step by step.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, copyOf, make } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import "components/schema-form/schema-form.js";

const FLAGS = ["enabled", "only_with_role", "add_ahead"];
const NUMBERS = ["sync_minutes", "remember_hours"];

export class Settings {
  #form = byId("settings");
  #fields = this.#form.querySelector("schema-form");
  #kinds;
  #row;
  #changed;

  // row: null for a new one; changed(row): after it was saved
  constructor(kinds, row, changed) {
    this.#kinds = kinds;
    this.#row = row;
    this.#changed = changed;
    const { elements } = this.#form;
    elements.kind.replaceChildren(...kinds.map((kind) => make("option", { value: kind.name }, t(kind.title))));
    elements.kind.addEventListener("change", () => this.#showKind({}));
    elements.title.addEventListener("input", () => this.#proposeSlug());
    onSubmit(this.#form, () => this.#save());
    byId("try").addEventListener("click", () => busy(byId("try"), () => this.#try()));
    byId("trial-name").addEventListener("keydown", (event) => event.key === "Enter" && byId("try").click());
    byId("delete")?.addEventListener("click", () => this.#delete());
  }

  show() {
    const { elements } = this.#form, row = this.#row;
    if (row) {
      for (const name of ["title", "slug", "kind", ...NUMBERS]) elements[name].value = row[name];
      for (const name of FLAGS) elements[name].checked = row[name];
    }
    elements.kind.disabled = elements.slug.disabled = row !== null;
    this.#showKind(row?.settings ?? {});
  }

  #showKind(values) {
    const kind = this.#kinds.find(({ name }) => name === this.#form.elements.kind.value);
    this.#fields.show(kind?.settings ?? {}, values);
    for (const one of document.querySelectorAll("[data-part=lists]")) one.hidden = !kind?.lists_people;
    for (const one of document.querySelectorAll("[data-part=passwords]")) one.hidden = !kind?.takes_passwords;
  }

  #proposeSlug() {
    const { title, slug } = this.#form.elements;
    if (this.#row || slug.dataset.typed) return;
    slug.value = title.value.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
    slug.addEventListener("input", () => { slug.dataset.typed = "yes"; }, { once: true });
  }

  #values() {
    const { elements } = this.#form;
    return {
      title: elements.title.value,
      ...(this.#row ? {} : { slug: elements.slug.value, kind: elements.kind.value }),
      settings: this.#fields.values,
      ...Object.fromEntries(FLAGS.map((name) => [name, elements[name].checked])),
      ...Object.fromEntries(NUMBERS.map((name) => [name, Number(elements[name].value)])),
    };
  }

  async #save() {
    const path = this.#row ? `directories/${this.#row.id}/` : "directories/";
    try {
      const saved = await call(path, { method: this.#row ? "PATCH" : "POST", body: this.#values() });
      if (!this.#row) return location.assign(`/system/directories/${saved.id}/`);
      this.#row = saved;
      this.#fields.show(this.#kinds.find(({ name }) => name === saved.kind)?.settings ?? {}, saved.settings);
      this.#changed(saved);
      toast(t("Saved."), "good");
    } catch (error) {
      this.#tell(error);
    }
  }

  async #try() {
    this.#tell("");
    byId("steps").replaceChildren();
    const body = { kind: this.#form.elements.kind.value, settings: this.#fields.values, directory: this.#row?.id ?? null, name: byId("trial-name").value.trim() };
    try {
      const { steps } = await call("directories/test/", { method: "POST", body });
      byId("steps").replaceChildren(...steps.map(stepOf));
    } catch (error) {
      this.#tell(error);
    }
  }

  async #delete() {
    const sure = await confirmed({
      title: t("Forget {name}?", { name: this.#row.title }),
      text: t("Its groups lose their roles, and its people can no longer sign in. What they did stays in the audit log."),
      button: t("Forget"),
    });
    if (!sure) return;
    try {
      await call(`directories/${this.#row.id}/`, { method: "DELETE" });
      location.assign("/system/directories/");
    } catch (error) {
      toast(error.message, "bad");
    }
  }

  // Sentences beside the fields they are about, the rest at the end.
  #tell(error) {
    const fields = Object.entries(error.fields ?? {});
    const own = Object.fromEntries(fields.filter(([name]) => name.startsWith("settings.")));
    const others = Object.fromEntries(fields.filter(([name]) => !name.startsWith("settings.")));
    const rest = this.#fields.tell(own);
    if (Object.keys(others).length) tell(this.#form, { fields: others });
    else tell(this.#form, fields.length ? rest.join(" ") : error);
  }
}

function stepOf({ what, ok, sentence }) {
  const one = copyOf(ok ? "step-good" : "step-bad");
  one.querySelector("strong").textContent = t(what);
  one.querySelector("p").textContent = sentence;
  return one;
}

// The form of a target: its kind's own settings from their schema, its cap and hours, and a real test.

import { call } from "eyrie/api.js";
import { busy, byId, make } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import "components/schema-form/schema-form.js";

const MONDAY = Date.UTC(2026, 0, 5);
const DAY = 86_400_000;

export class TargetDialog {
  #dialog = byId("target-dialog");
  #form = this.#dialog.querySelector("form");
  #fields = this.#form.querySelector("schema-form");
  #kinds = [];
  #target = null;

  // saved(): after a target was added or changed
  constructor(saved) {
    const { elements } = this.#form;
    const name = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", timeZone: "UTC" });
    this.#part("days").append(...[...Array(7).keys()].map((day) =>
      make("label", { className: "check" }, make("input", { type: "checkbox", name: "day", value: String(day) }), name.format(MONDAY + day * DAY))));
    elements.kind.addEventListener("change", () => this.#showKind({}));
    elements.windowed.addEventListener("change", () => this.#showHours());
    this.#form.addEventListener("click", ({ target }) => target.closest(".close") && this.#dialog.close());
    byId("probe").addEventListener("click", () => busy(byId("probe"), () => this.#probe()));
    onSubmit(this.#form, () => this.#save(saved));
  }

  open(kinds, target = null) {
    const { elements } = this.#form;
    this.#kinds = kinds;
    this.#target = target;
    byId("target-dialog-title").textContent = target ? t("Change {name}", { name: target.name }) : t("Add a target");
    elements.name.value = target?.name ?? "";
    elements.kind.replaceChildren(...kinds.map((kind) => make("option", { value: kind.name }, t(kind.title))));
    if (target) elements.kind.value = target.kind;
    elements.kind.disabled = target !== null;
    elements.cap.value = target?.cap ? Math.round(target.cap / 1000) : "";
    const hours = target?.window ?? {};
    elements.windowed.checked = Boolean(hours.start);
    elements.start.value = hours.start ?? "22:00";
    elements.end.value = hours.end ?? "06:00";
    for (const day of elements.day) day.checked = (hours.days ?? [0, 1, 2, 3, 4, 5, 6]).includes(Number(day.value));
    this.#showHours();
    this.#showKind(target?.settings ?? {});
    this.#tell("");
    this.#dialog.showModal();
  }

  #part(name) {
    return this.#form.querySelector(`[data-part=${name}]`);
  }

  #showKind(values) {
    const kind = this.#kinds.find(({ name }) => name === this.#form.elements.kind.value);
    this.#fields.show(kind?.settings ?? {}, values);
    this.#tell("");
  }

  #showHours() {
    for (const name of ["hours", "days"]) this.#part(name).hidden = !this.#form.elements.windowed.checked;
  }

  #values() {
    const { elements } = this.#form;
    const days = [...elements.day].filter((day) => day.checked).map((day) => Number(day.value));
    return {
      name: elements.name.value,
      kind: elements.kind.value,
      settings: this.#fields.values,
      cap: Math.round(Number(elements.cap.value) * 1000),
      window: elements.windowed.checked ? { days, start: elements.start.value, end: elements.end.value } : {},
    };
  }

  async #probe() {
    this.#tell("");
    const { kind, settings } = this.#values();
    try {
      const { summary } = await call("backup/targets/probe/", { method: "POST", body: { kind, settings, target: this.#target?.id ?? null } });
      byId("probe-outcome").textContent = summary;
      byId("probe-outcome").hidden = false;
      byId("probe-outcome").scrollIntoView({ block: "nearest" });
    } catch (error) {
      this.#tell(error);
    }
  }

  async #save(saved) {
    byId("probe-outcome").hidden = true;
    const path = this.#target ? `backup/targets/${this.#target.id}/` : "backup/targets/";
    try {
      await call(path, { method: this.#target ? "PATCH" : "POST", body: this.#values() });
    } catch (error) {
      return this.#tell(error);
    }
    this.#dialog.close();
    toast(t("Saved."), "good");
    return saved();
  }

  // Sentences beside the fields they are about, the rest at the end.
  #tell(error) {
    byId("probe-outcome").hidden = true;
    const fields = Object.entries(error.fields ?? {});
    const own = Object.fromEntries(fields.filter(([name]) => name.startsWith("settings.")));
    const others = Object.fromEntries(fields.filter(([name]) => !name.startsWith("settings.")));
    const rest = this.#fields.tell(own);
    if (fields.length === 0) tell(this.#form, error);
    else if (Object.keys(others).length) tell(this.#form, { fields: others });
    else tell(this.#form, rest.join(" "));
    for (const field of this.#fields.querySelectorAll(".error:not([hidden])")) field.closest(".field").querySelector("input, select, textarea")?.setAttribute("aria-invalid", "true");
  }
}

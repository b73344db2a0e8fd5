// The form of a plan: what is copied, of which cameras and events, to where, and for how long.

import { call, everyPage } from "eyrie/api.js";
import { byId, make } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const GB = 1e9;
const NUMBERS = ["before_s", "after_s", "hold_hours", "lag_hours"];
const FRESH = { content: "recordings", cameras: [], groups: [], event_types: [], stream: "main", verify: "hash", before_s: 10, after_s: 20, hold_hours: 0, lag_hours: 24, keep_days: null, keep_bytes: null, template: "", name: "" };

export class PlanDialog {
  #dialog = byId("plan-dialog");
  #form = this.#dialog.querySelector("form");
  #plan = null;

  // saved(): after a plan was added or changed
  constructor(saved) {
    this.#form.addEventListener("click", ({ target }) => target.closest(".close") && this.#dialog.close());
    this.#form.elements.content.addEventListener("change", () => this.#showContent());
    onSubmit(this.#form, () => this.#save(saved));
  }

  async open(targets, plan = null) {
    const { elements } = this.#form;
    const values = plan ?? FRESH;
    this.#plan = plan;
    byId("plan-dialog-title").textContent = plan ? t("Change {name}", { name: plan.name }) : t("Add a plan");
    elements.target.replaceChildren(...targets.map(({ id, name }) => make("option", { value: String(id) }, name)));
    if (plan) elements.target.value = String(plan.target);
    for (const name of ["name", "content", "stream", "verify", "template", "keep_days", ...NUMBERS]) elements[name].value = values[name] ?? "";
    elements.keep_gb.value = values.keep_bytes ? values.keep_bytes / GB : "";
    elements.content.disabled = elements.target.disabled = plan !== null;
    elements.backlog.checked = false;
    this.#part("backlog").hidden = plan !== null;
    tell(this.#form, "");
    try {
      await this.#offerChoices(values);
    } catch (error) {
      tell(this.#form, error);
    }
    this.#showContent();
    this.#dialog.showModal();
  }

  async #offerChoices(values) {
    const [cameras, groups, types] = await Promise.all([everyPage("cameras/"), call("groups/"), call("events/types/")]);
    this.#offer("cameras", cameras.map(({ id, name }) => [String(id), name]), values.cameras.map(String));
    this.#offer("groups", groups.results.map(({ id, name }) => [String(id), t("Group {name}", { name })]), values.groups.map(String));
    this.#offer("types", types.map(({ name, title }) => [name, t(title)]), values.event_types);
  }

  #offer(name, choices, chosen) {
    this.#part(name).replaceChildren(...choices.map(([value, words]) =>
      make("label", { className: "check" }, make("input", { type: "checkbox", value, checked: chosen.includes(value) }), make("span", {}, words))));
  }

  #chosen(name) {
    return [...this.#part(name).querySelectorAll(":checked")].map(({ value }) => value);
  }

  #part(name) {
    return this.#form.querySelector(`[data-part=${name}]`);
  }

  #showContent() {
    const content = this.#form.elements.content.value;
    this.#part("of-events").hidden = content === "recordings";
    this.#part("around").hidden = content !== "events";
  }

  #values() {
    const { elements } = this.#form;
    const fixed = this.#plan ? {} : { content: elements.content.value, target: Number(elements.target.value), backlog: elements.backlog.checked };
    return {
      ...fixed,
      name: elements.name.value,
      cameras: this.#chosen("cameras").map(Number),
      groups: this.#chosen("groups").map(Number),
      event_types: this.#chosen("types"),
      stream: elements.stream.value,
      verify: elements.verify.value,
      template: elements.template.value,
      keep_days: elements.keep_days.value ? Number(elements.keep_days.value) : null,
      keep_bytes: elements.keep_gb.value ? Math.round(Number(elements.keep_gb.value) * GB) : null,
      ...Object.fromEntries(NUMBERS.map((name) => [name, Number(elements[name].value)])),
    };
  }

  async #save(saved) {
    const path = this.#plan ? `backup/plans/${this.#plan.id}/` : "backup/plans/";
    try {
      await call(path, { method: this.#plan ? "PATCH" : "POST", body: this.#values() });
    } catch (error) {
      return tell(this.#form, error, { keep_bytes: "keep_gb" });
    }
    this.#dialog.close();
    toast(t("Saved."), "good");
    return saved();
  }
}

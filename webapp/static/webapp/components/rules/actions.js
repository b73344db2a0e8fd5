// The actions of a rule in their order, each with the form of its settings. What a template may name is offered beside it.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { iconButton, option } from "./choices.js";
import "components/schema-form/schema-form.js";

export class ActionList {
  #rows = [];
  #names = [];

  constructor(place, actions, changed) {
    this.known = new Map(actions.map((one) => [one.name, one]));
    this.changed = changed;
    this.list = make("ol", { className: "action-rows" });
    this.choice = make("select", { className: "input", "aria-label": t("Kind of action") }, ...actions.map(({ name, title }) => option(name, t(title))));
    const add = make("button", { type: "button", className: "button" }, t("Add action"));
    add.addEventListener("click", () => { this.#add({ name: this.choice.value, settings: {} }); changed(); });
    const none = make("p", { className: "small quiet-text" }, t("No plugin that offers actions is switched on."));
    place.replaceChildren(this.list, actions.length ? make("div", { className: "buttons" }, this.choice, add) : none);
    place.addEventListener("input", changed);
  }

  names(found) {
    this.#names = found;
    for (const row of this.#rows) row.offer();
  }

  show(actions) {
    this.#rows = [];
    this.list.replaceChildren();
    for (const one of actions) this.#add(one);
  }

  get value() {
    return this.#rows.map(({ name, form }) => ({ name, settings: form ? form.values : {} }));
  }

  // errors: sentences by field, such as `actions.0.settings.url`. Answers those that belong to none of the fields.
  tell(errors) {
    const others = [];
    this.#rows.forEach(({ form, name }, place) => {
      const mine = Object.entries(errors).filter(([field]) => field.startsWith(`actions.${place}.`));
      const fields = Object.fromEntries(mine.map(([field, text]) => [field.slice(`actions.${place}.settings.`.length), text]));
      others.push(...(form ? form.tell(fields) : Object.values(fields)).map((text) => `${name}: ${text}`));
    });
    return others;
  }

  #add({ name, settings }) {
    const spec = this.known.get(name);
    const form = spec && document.createElement("schema-form");
    const hint = make("details", { className: "small", hidden: true });
    const row = { name, form, offer: () => this.#offer(spec, hint) };
    const move = (by) => {
      const at = this.#rows.indexOf(row), to = at + by;
      if (to < 0 || to >= this.#rows.length) return;
      this.#rows.splice(at, 1);
      this.#rows.splice(to, 0, row);
      this.list.insertBefore(row.element, this.list.children[to + (by > 0 ? 1 : 0)] ?? null);
      this.changed();
    };
    const head = make("div", { className: "page-head" }, make("strong", {}, t(spec?.title ?? name)), make("div", { className: "buttons" },
      iconButton("↑", t("Earlier"), () => move(-1)), iconButton("↓", t("Later"), () => move(1)),
      iconButton("×", t("Remove this action"), () => {
        this.#rows = this.#rows.filter((one) => one !== row);
        row.element.remove();
        this.changed();
      })));
    const missing = make("p", { className: "small" }, t("No plugin offers this action now."));
    row.element = make("li", { className: "action-row" }, head, form ?? missing, hint);
    if (form) form.show(spec.schema, settings);
    row.offer();
    this.#rows.push(row);
    this.list.append(row.element);
  }

  #offer(spec, hint) {
    if (!spec?.templates.length) return;
    hint.hidden = false;
    hint.replaceChildren(make("summary", {}, t("What texts may say of the event")), ...this.#names.map((name) => make("code", { className: "chip" }, name === "event" ? "{{ event | json }}" : `{{ ${name} }}`)));
  }
}

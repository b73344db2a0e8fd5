// Another event that must, or must not, have happened nearby.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { fieldsOf } from "./names.js";
import { choiceBox, option } from "./choices.js";
import { ConditionForm } from "./conditions.js";

const KINDS = { none: t("Does not matter"), before: t("Must have happened before"), either: t("Must happen before or after"), absent: t("Must not have happened before") };

export class AlsoForm {
  #asked = 0;

  // names.alsoFields: titles of the fields of those events, for the rule's sentence
  constructor(place, { types, operators, names }, also, changed) {
    this.names = names;
    const kind = !also ? "none" : also.absent ? "absent" : also.either_order ? "either" : "before";
    this.kind = make("select", { className: "input", "aria-label": t("Another event") }, ...Object.entries(KINDS).map(([name, words]) => option(name, words, name === kind)));
    this.seconds = make("input", { type: "number", className: "input", min: 1, max: 3600, value: also?.within_seconds ?? 10, id: "also-seconds" });
    this.same = make("input", { type: "checkbox", checked: also?.same_camera ?? true });
    this.types = choiceBox({ legend: t("Events"), name: "also-types", options: types, chosen: also?.types ?? [], changed: () => this.#typesChanged(changed) });
    const conditions = make("div", {});
    this.condition = new ConditionForm(conditions, operators, changed);
    const rest = make("div", { className: "stack" }, this.types.element,
      make("div", { className: "field" }, make("label", { htmlFor: "also-seconds" }, t("Within so many seconds")), this.seconds),
      make("label", { className: "check" }, this.same, t("At the same camera")),
      make("p", { className: "small quiet-text" }, t("And this is true of it")), conditions);
    const draw = () => { rest.hidden = this.kind.value === "none"; };
    this.kind.addEventListener("change", draw);
    draw();
    place.replaceChildren(this.kind, rest);
    place.addEventListener("input", changed);
    this.condition.show(also?.condition ?? null);
    this.#typesChanged(changed);
  }

  async #typesChanged(changed) {
    const mine = this.#asked += 1, { fields } = await fieldsOf(this.types.values);
    if (mine !== this.#asked) return;
    this.names.alsoFields = new Map(fields.map(({ name, title }) => [name, title]));
    this.condition.fields(fields);
    changed();
  }

  get value() {
    if (this.kind.value === "none") return null;
    return {
      types: this.types.values, within_seconds: Number(this.seconds.value), same_camera: this.same.checked,
      either_order: this.kind.value === "either", absent: this.kind.value === "absent", condition: this.condition.value,
    };
  }
}

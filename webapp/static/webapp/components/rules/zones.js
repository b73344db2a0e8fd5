// The zones a rule is about: those that events named lately, those it has, and any other by its name.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";

export class ZoneChoice {
  #known = [];

  constructor(place, chosen, changed) {
    this.changed = changed;
    this.chosen = new Set(chosen);
    this.list = make("div", { className: "choice-list" });
    this.input = make("input", { className: "input", maxLength: 100, "aria-label": t("Name of another zone"), placeholder: t("Another zone") });
    const add = make("button", { type: "button", className: "button" }, t("Add zone"));
    add.addEventListener("click", () => this.#add());
    this.input.addEventListener("keydown", (event) => { if (event.key === "Enter") this.#add(); });
    this.words = make("p", { className: "small quiet-text", hidden: true }, t("Events of these kinds name no zones."));
    this.other = make("div", { className: "zone-other" }, this.input, add);
    this.element = make("fieldset", { className: "choices" }, make("legend", { className: "small" }, t("Zones of the picture")), this.list, this.words, this.other);
    place.replaceChildren(this.element);
    this.offer(null);
  }

  // names: zones that events of the chosen kinds named; null when they cannot name any
  offer(names) {
    this.#known = names ?? [];
    this.words.hidden = names !== null;
    this.other.hidden = names === null;
    this.#draw();
  }

  get values() {
    return [...this.chosen];
  }

  #add() {
    const name = this.input.value.trim();
    if (!name) return;
    this.chosen.add(name);
    this.input.value = "";
    this.#draw();
    this.changed();
  }

  #draw() {
    const names = [...new Set([...this.chosen, ...this.#known])];
    this.list.replaceChildren(...names.map((name) => {
      const input = make("input", { type: "checkbox", checked: this.chosen.has(name) });
      input.addEventListener("change", () => {
        if (input.checked) this.chosen.add(name);
        else this.chosen.delete(name);
        this.changed();
      });
      return make("label", { className: "check" }, input, name);
    }));
  }
}

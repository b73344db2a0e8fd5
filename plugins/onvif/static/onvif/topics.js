// <onvif-topics data-camera="1">: what an ONVIF camera tells of by itself, and what is made of it.

import { call } from "eyrie/api.js";
import { make } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";

const ROOT = "plugins/onvif/";

class Topics extends HTMLElement {
  #types = [];

  connectedCallback() {
    const dialog = this.querySelector("dialog"), form = dialog.querySelector("form");
    this.part("cancel").addEventListener("click", () => dialog.close());
    onSubmit(form, async ({ elements: { type, said, on_value: value, title } }) => {
      await call(`${ROOT}mappings/`, { method: "POST", body: { topic: dialog.dataset.topic, type: type.value, item: said.value, on_value: value.value, title: title.value } });
      dialog.close();
      await this.load();
    });
    this.load();
  }

  part(name) { return this.querySelector(`[data-part="${name}"]`); }

  async load() {
    try {
      const { topics, types } = await call(`${ROOT}cameras/${this.dataset.camera}/topics/`);
      this.#types = types;
      this.part("list").replaceChildren(...topics.map((topic) => this.#row(topic)));
      this.part("none").hidden = topics.length > 0;
      this.part("trouble").hidden = true;
    } catch (error) {
      this.part("trouble").textContent = error.message;
      this.part("trouble").hidden = false;
    }
  }

  #row(topic) {
    const row = this.part("row").content.firstElementChild.cloneNode(true), may = Boolean(this.dataset.may);
    row.querySelector("strong").textContent = topic.topic;
    const badge = row.querySelector(".badge"), clear = topic.known || topic.mappings.length > 0;
    badge.textContent = clear ? t("understood") : t("not known");
    badge.dataset.tone = clear ? "good" : "quiet";
    const values = Object.entries({ ...topic.items.source, ...topic.items.key, ...topic.items.data }).map(([name, value]) => `${name} = ${value}`);
    row.querySelector("[data-part=values]").textContent = [n("{count} time", "{count} times", topic.count), dayAndTime(topic.last_ms), ...values].join(" · ");
    row.querySelector("[data-part=meanings]").replaceChildren(...topic.mappings.map((one) => this.#meaning(one, may)));
    const map = row.querySelector("[data-does=map]");
    map.hidden = !may;
    map.addEventListener("click", () => this.#ask(topic));
    return row;
  }

  #meaning(one, may) {
    const kind = this.#types.find(({ name }) => name === one.type)?.title ?? t("no notice is taken");
    const span = make("span", {}, [one.item || t("whenever it comes"), one.title ? `${kind}: ${one.title}` : kind].join(" → "));
    if (!may) return span;
    const remove = make("button", { type: "button", className: "button small plain", "data-does": "unmap", "aria-label": t("Forget the meaning of {item}", { item: one.item || one.topic }) }, "×");
    remove.addEventListener("click", async () => {
      await call(`${ROOT}mappings/${one.id}/`, { method: "DELETE" });
      await this.load();
    });
    span.append(remove);
    return span;
  }

  #ask(topic) {
    const dialog = this.querySelector("dialog"), form = dialog.querySelector("form"), { type, said } = form.elements;
    form.reset();
    tell(form, "");
    dialog.dataset.topic = topic.topic;
    this.part("topic").textContent = topic.topic;
    while (type.options.length > 1) type.options[1].remove();
    type.append(...this.#types.map((one) => new Option(one.title, one.name)));
    said.replaceChildren(...Object.keys(topic.items.data ?? {}).map((name) => new Option(name, name)), new Option(t("whenever it comes"), ""));
    type.selectedIndex = type.options.length - 1;
    dialog.showModal();
  }
}

customElements.define("onvif-topics", Topics);

// <onvif-configuring data-camera="1">: the settings that live in an ONVIF camera, section by section, read when one comes
// to look at them. Which there are, what they take, and what is wrong, all comes over REST.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, make } from "eyrie/dom.js";
import { onSubmit } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { Fields } from "./fields.js";

const PREFIX = "#own-";

class Configuring extends HTMLElement {
  #fields = null;
  #section = null;
  #asked = 0;

  connectedCallback() {
    this.form = this.part("form");
    this.dialog = this.querySelector("dialog");
    for (const link of this.links) link.addEventListener("click", (event) => {
      event.preventDefault();
      this.#go(link.dataset.part);
    });
    this.querySelector("[data-does=again]").addEventListener("click", () => this.load(this.name));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save(event.submitter);
    });
    this.dialog.querySelector("[data-part=cancel]").addEventListener("click", () => this.dialog.close());
    onSubmit(this.dialog.querySelector("form"), () => this.#do());
    const wanted = location.hash.startsWith(PREFIX) ? location.hash.slice(PREFIX.length) : "";
    this.#mark(this.links.some(({ dataset }) => dataset.part === wanted) ? wanted : this.links[0].dataset.part);
    if (wanted) this.scrollIntoView();
    // The camera is asked when its settings come into sight, not whenever its page is opened.
    this.sight = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      this.sight.disconnect();
      this.load(this.name);
    });
    this.sight.observe(this);
  }

  disconnectedCallback() { this.sight?.disconnect(); }

  get links() { return [...this.querySelectorAll(".tabs a")]; }
  get name() { return this.querySelector(".tabs a[aria-current]").dataset.part; }
  get root() { return `plugins/onvif/cameras/${this.dataset.camera}/configuring/`; }

  part(name) { return this.querySelector(`:scope > [data-part="${name}"]`); }

  async load(name) {
    const asked = this.#asked += 1;
    this.#show({ waiting: true });
    try {
      const section = await call(`${this.root}${name}/`);
      if (asked === this.#asked) this.#draw(section);
    } catch (error) {
      if (asked === this.#asked) this.#show({ trouble: error.message });
    }
  }

  async #go(name) {
    const edited = Object.keys(this.#fields?.edits ?? {}).length;
    if (edited && !await confirmed({ title: t("Leave without saving?"), text: n("{count} change is lost.", "{count} changes are lost.", edited), button: t("Leave") })) return;
    this.#mark(name);
    history.replaceState(null, "", `${PREFIX}${name}`);
    this.load(name);
  }

  #mark(name) {
    for (const link of this.links) {
      if (link.dataset.part === name) {
        link.setAttribute("aria-current", "page");
        link.scrollIntoView({ block: "nearest", inline: "nearest" });
      } else link.removeAttribute("aria-current");
    }
  }

  #show({ waiting = false, trouble = "", form = false }) {
    this.part("waiting").hidden = !waiting;
    this.part("form").hidden = !form;
    this.part("trouble").hidden = !trouble;
    this.part("trouble").querySelector("p").textContent = trouble;
    if (!form) this.#tell([]);
    this.setAttribute("aria-busy", String(waiting));
  }

  #tell(notes) {
    this.part("notes").replaceChildren(make("div", {}, ...notes.map((note) => make("p", {}, note))));
    this.part("notes").hidden = !notes.length;
  }

  #draw(section, notes = []) {
    this.#section = section;
    const boxes = new Map(section.groups.map((group) => [group.name, make("div", { className: "onvif-fields" })]));
    const rest = make("div", { className: "onvif-fields" });
    this.#fields = new Fields(section.fields, { prefix: "own", changed: () => this.#count(), boxOf: (field) => boxes.get(field.group) ?? rest });
    const groups = section.groups.map((group) => make("fieldset", {}, make("legend", {}, t(group.title)), boxes.get(group.name), this.#acts(group.name)));
    this.save = make("button", { type: "submit", className: "button primary" }, t("Save to the camera"));
    const settable = section.fields.some(({ kind }) => kind !== "shown");
    this.counted = make("span", { className: "small quiet-text", role: "status" });
    const foot = make("div", { className: "buttons" }, settable ? this.save : null, this.counted, this.#acts(""), this.#suggestions());
    this.form.replaceChildren(...[section.missing && make("p", { className: "quiet-text" }, section.missing), ...groups, rest, foot].filter(Boolean));
    this.#fields.draw(rest);
    this.#count();
    this.#show({ form: true });
    this.#tell([...section.notes, ...notes]);
  }

  // What suits live pictures and recordings is worked out on the page of many cameras, for one as well.
  #suggestions() {
    if (this.name !== "streams" || this.#section.missing) return null;
    return make("a", { className: "button small", href: `/pages/onvif/many/?camera=${this.dataset.camera}&suggest=1` }, t("Suggest better streams"));
  }

  #acts(group) {
    const acts = this.#section.acts.filter((one) => one.group === group);
    if (!acts.length) return "";
    return make("div", { className: "buttons" }, ...acts.map((act) => {
      const button = make("button", { type: "button", className: `button small${act.danger ? " danger" : ""}` }, t(act.title));
      button.addEventListener("click", () => this.#ask(act));
      return button;
    }));
  }

  #count() {
    const count = Object.keys(this.#fields.edits).length;
    this.save.disabled = !count;
    this.counted.textContent = count ? n("{count} change", "{count} changes", count) : "";
  }

  async #save(button, agreed = false) {
    const values = this.#fields.edits;
    if (!Object.keys(values).length) return;
    try {
      const change = await busy(button, () => call(`${this.root}${this.name}/`, { method: "PATCH", body: { values, confirmed: agreed } }));
      this.#took(change);
    } catch (error) {
      if (error.status === 409 && !agreed && await confirmed({ title: t("Change this all the same?"), text: error.message, button: t("Change it") })) return this.#save(button, true);
      this.#wrong(error);
    }
    this.#count();
  }

  #took(change) {
    const entered = this.#fields.entered, refused = Object.keys(change.refused);
    this.#draw(change.section, change.notes);
    for (const name of refused) if (entered.has(name)) this.#fields.entered.set(name, entered.get(name));
    if (refused.length) {
      this.#fields.draw();
      this.#fields.tell(change.refused);
      this.#count();
    } else {
      toast(t("The camera has taken it."), "good");
    }
  }

  #wrong(error) {
    const others = this.#fields.tell(error.fields ?? {});
    const sentence = Object.keys(error.fields ?? {}).length ? others.join(" ") : error.status === 409 ? "" : error.message;
    if (sentence) toast(sentence, "bad");
  }

  #ask(act) {
    const { dialog } = this;
    this.act = act;
    dialog.querySelector("h2").textContent = t(act.title);
    dialog.querySelector("[data-part=question]").textContent = act.confirm;
    dialog.querySelector("[data-part=question]").hidden = !act.confirm;
    const go = dialog.querySelector("[data-part=go]");
    go.textContent = t(act.title);
    go.className = `button ${act.danger ? "danger" : "primary"}`;
    this.asked = new Fields(act.fields, { prefix: "act" });
    const place = dialog.querySelector("[data-part=fields]");
    place.replaceChildren();
    this.asked.draw(place);
    dialog.showModal();
  }

  async #do() {
    try {
      const values = Object.fromEntries(Object.entries(this.asked.values).filter(([, value]) => value !== null));
      const change = await call(`${this.root}${this.name}/acts/${encodeURIComponent(this.act.name)}/`, { method: "POST", body: { values, confirmed: true } });
      this.dialog.close();
      this.#draw(change.section, change.notes);
      toast(t("The camera has taken it."), "good");
    } catch (error) {
      const others = this.asked.tell(error.fields ?? {});
      if (!Object.keys(error.fields ?? {}).length || others.length) throw new Error(others.join(" ") || error.message);
    }
  }
}

customElements.define("onvif-configuring", Configuring);

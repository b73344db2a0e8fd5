// Groups of a directory that count here: found by asking it, linked, and given roles.

import { call, everyPage } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, copyOf, make } from "eyrie/dom.js";
import { onSubmit } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const TITLES = { administrator: t("Administrator"), operator: t("Operator"), viewer: t("Viewer") };
const PAUSE = 300; // ms after the last letter

export class Groups {
  #path;
  #gives;
  #lists;
  #links = [];
  #timer = 0;
  #asked = 0;
  #given = null;

  // kind: what the directory can do; gives: whether who looks may give roles
  constructor(id, kind, gives) {
    this.#path = `directories/${id}/`;
    this.#gives = gives;
    this.#lists = Boolean(kind?.lists_groups);
    byId("picker-hint").textContent = this.#lists
      ? t("Type a part of its name.")
      : t("Type its name exactly as the provider tells it.");
    byId("group-text").addEventListener("input", () => this.#soon());
    byId("group-text").addEventListener("focus", () => byId("far-groups").childElementCount || this.#soon());
    byId("picker").addEventListener("submit", (event) => { event.preventDefault(); this.#find(); });
    if (gives) this.#prepareGiving();
  }

  async refresh() {
    this.#links = (await call(`${this.#path}links/`)).results;
    byId("links").removeAttribute("aria-busy");
    byId("links").replaceChildren(...this.#links.map((link) => this.#card(link)));
    byId("no-links").hidden = this.#links.length > 0;
  }

  #card(link) {
    const one = copyOf("link");
    one.querySelector("h4").textContent = link.title;
    one.querySelector(".far").textContent = link.far;
    one.querySelector(".members").textContent = n("{count} user here", "{count} users here", link.members);
    const roles = link.grants.map((grant) => this.#chip(link, grant));
    one.querySelector(".roles").append(...(roles.length ? roles : [make("span", { className: "small quiet-text" }, t("It gives no role yet."))]));
    const give = one.querySelector(".give");
    give.hidden = !this.#gives;
    give.addEventListener("click", () => this.#open(link));
    one.querySelector(".unlink").addEventListener("click", () => this.#unlink(link));
    return one;
  }

  #chip(link, grant) {
    const role = TITLES[grant.role] ?? grant.role_title, place = grant.camera_name || grant.camera_group_name;
    const words = place ? t("{role} of {camera}", { role, camera: place }) : role;
    if (!this.#gives) return make("span", { className: "chip" }, words);
    const take = make("button", { type: "button", className: "take", "aria-label": t("Take back {role} from {name}", { role: words, name: link.title }) }, "×");
    take.addEventListener("click", () => this.#do(() => call(`user-groups/${link.user_group}/grants/${grant.id}/`, { method: "DELETE" })));
    return make("span", { className: "chip" }, words, take);
  }

  async #unlink(link) {
    const sure = await confirmed({ title: t("Let {name} count no longer?", { name: link.title }), text: t("The roles that it gives are gone at once."), button: t("Let it count no longer") });
    if (sure) await this.#do(() => call(`${this.#path}links/${link.id}/`, { method: "DELETE" }));
  }

  async #do(work) {
    try {
      await work();
    } catch (error) {
      toast(error.message, "bad");
    }
    await this.refresh();
  }

  // Finding

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#find(), PAUSE);
  }

  async #find() {
    clearTimeout(this.#timer);
    const text = byId("group-text").value.trim(), asked = this.#asked += 1;
    let found = [], trouble = "";
    try {
      if (this.#lists) found = (await call(`${this.#path}groups/?text=${encodeURIComponent(text)}`)).results;
      else if (text) found = [{ id: text, title: text, detail: "" }];
    } catch (error) {
      trouble = error.message;
    }
    if (asked !== this.#asked) return; // another letter came meanwhile
    byId("picker-trouble").textContent = trouble;
    byId("picker-trouble").hidden = !trouble;
    const known = new Set(this.#links.map(({ far }) => far));
    const left = found.filter(({ id }) => !known.has(id));
    byId("far-groups").replaceChildren(...left.map((group) => this.#choice(group)));
    if (!left.length && !trouble && (text || this.#lists)) byId("far-groups").append(make("li", { className: "quiet-text" }, t("There is no further group of this name.")));
  }

  #choice(group) {
    const button = make("button", { type: "button", className: "button" }, make("span", {}, group.title), make("span", { className: "small mono quiet-text" }, group.detail));
    button.addEventListener("click", () => busy(button, async () => {
      await this.#do(() => call(`${this.#path}links/`, { method: "POST", body: { id: group.id, title: group.title } }));
      byId("group-text").value = "";
      byId("far-groups").replaceChildren();
    }));
    return make("li", {}, button);
  }

  // Giving

  #prepareGiving() {
    const dialog = byId("give"), form = dialog.querySelector("form");
    dialog.querySelector(".close").addEventListener("click", () => dialog.close());
    onSubmit(form, async ({ elements }) => {
      const [kind, id] = elements.place.value.split(":");
      await call(`user-groups/${this.#given.user_group}/grants/`, { method: "POST", body: { role: elements.role.value, [kind]: Number(id) || null } });
      dialog.close();
      await this.refresh();
    });
  }

  async #open(link) {
    this.#given = link;
    const { elements } = byId("give").querySelector("form");
    byId("give-title").textContent = t("Give {name} a role", { name: link.title });
    try {
      if (!elements.role.options.length) await this.#fill(elements);
    } catch (error) {
      return toast(error.message, "bad");
    }
    elements.place.value = "camera:";
    return byId("give").showModal();
  }

  async #fill({ role, place }) {
    const [roles, groups, cameras] = await Promise.all([call("roles/"), call("groups/"), everyPage("cameras/?page_size=1000")]);
    role.append(...roles.results.map((one) => make("option", { value: one.name, defaultSelected: one.name === "viewer" }, TITLES[one.name] ?? one.title)));
    place.append(
      make("option", { value: "camera:" }, t("Everything")),
      ...section(t("Groups of cameras"), groups.results.map((one) => make("option", { value: `camera_group:${one.id}` }, one.name))),
      ...section(t("Cameras"), cameras.map((one) => make("option", { value: `camera:${one.id}` }, one.name))),
    );
  }
}

function section(label, options) {
  return options.length ? [make("optgroup", { label }, ...options)] : [];
}

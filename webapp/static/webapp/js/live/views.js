// The saved views of the wall: the menu that opens them, and keeping, changing and removing them.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const element = (id) => document.getElementById(id);

export class Views {
  #open;
  current = null;
  list = [];

  // open(view): show it. arrangement(): what is on the wall now. shares: may this user share views.
  constructor({ open, arrangement, shares }) {
    this.#open = open;
    this.arrangement = arrangement;
    element("view-dialog-share").hidden = !shares;
    element("view-keep").addEventListener("click", () => this.ask());
    element("view-save").addEventListener("click", () => this.#save());
    element("view-remove").addEventListener("click", () => this.#remove());
    element("view-dialog").querySelector("form").addEventListener("submit", (event) => this.#keep(event));
    element("view-dialog-cancel").addEventListener("click", () => element("view-dialog").close());
  }

  async load() {
    this.list = (await call("views/")).results;
    this.#draw();
  }

  open(view) {
    this.current = view;
    this.#open(view);
    this.#draw();
  }

  // The wall has been rearranged by hand.
  touched() {
    if (this.current) element("view-save").hidden = !this.current.changeable;
  }

  ask() {
    element("views-menu").hidePopover();
    element("view-dialog-name").value = "";
    element("view-dialog-error").hidden = true;
    element("view-dialog").showModal();
  }

  async #keep(event) {
    event.preventDefault();
    const body = { name: element("view-dialog-name").value.trim(), shared: element("view-dialog-shared").checked, arrangement: this.arrangement() };
    try {
      const kept = await call("views/", { method: "POST", body });
      element("view-dialog").close();
      await this.load();
      this.current = this.list.find(({ id }) => id === kept.id) ?? null;
      this.#draw();
      toast(t("The view {name} is saved.", { name: kept.name }), "good");
    } catch (error) {
      element("view-dialog-error").textContent = error.message;
      element("view-dialog-error").hidden = false;
    }
  }

  async #save() {
    element("views-menu").hidePopover();
    await this.#change("PATCH", { arrangement: this.arrangement() }, t("The view {name} is saved.", { name: this.current.name }));
  }

  async #remove() {
    element("views-menu").hidePopover();
    const { name, shared } = this.current;
    const text = shared ? t("It disappears for everybody. Cameras and recordings stay.") : t("Cameras and recordings stay.");
    if (await confirmed({ title: t("Delete the view {name}?", { name }), text, button: t("Delete") })) {
      await this.#change("DELETE", undefined, t("The view {name} is deleted.", { name }));
    }
  }

  async #change(method, body, words) {
    const { id } = this.current;
    try {
      await call(`views/${id}/`, { method, body });
      await this.load();
      this.current = this.list.find((view) => view.id === id) ?? null;
      this.#draw();
      toast(words, "good");
    } catch (error) {
      toast(error.message, "bad");
    }
  }

  #draw() {
    const rows = this.list.map((view, at) => this.#row(view, at));
    const nothing = Object.assign(document.createElement("p"), { textContent: t("Arrange the wall as you like and save it as a view.") });
    element("views-list").replaceChildren(...(rows.length ? rows : [nothing]));
    element("view-name").textContent = this.current?.name ?? t("Views");
    element("view-save").hidden = true;
    element("view-remove").hidden = !this.current?.changeable;
  }

  #row(view, at) {
    const row = Object.assign(document.createElement("button"), { type: "button" });
    if (view.id === this.current?.id) row.setAttribute("aria-current", "true");
    const whose = view.mine ? (view.shared ? t("shared") : "") : t("by {name}", { name: view.owner });
    row.append(made("digit", at < 9 ? String(at + 1) : ""), made("", view.name), made("whose", whose));
    row.addEventListener("click", () => {
      element("views-menu").hidePopover();
      this.open(view);
    });
    return row;
  }
}

function made(className, textContent) {
  return Object.assign(document.createElement("span"), { className, textContent });
}

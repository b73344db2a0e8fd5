// <audit-log>: who did what, looked for by the filter in the address, grouped by the site's days; a press opens the entry.

import { call } from "eyrie/api.js";
import { busy, make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { clockTime, day } from "eyrie/times.js";
import { entryBody } from "./entry.js";
import { standing } from "./standing.js";
import { kindOf, shownTarget, toMoment } from "./words.js";

const ROOT = "plugins/audit/";
const NAMES = ["actor", "action", "camera", "target", "address", "start", "end", "text"];
const PAUSE = 300; // ms after the last key
const WARNINGS = /refused|locked|break|key$/;

class Log extends HTMLElement {
  #next = null;
  #asked = 0; // of several searches that are under way, the last one counts
  #typing = 0;
  #list = null; // that of the last day shown
  #opened = null;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.dialog = this.querySelector("dialog");
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("change", () => this.#search());
    this.form.addEventListener("reset", () => setTimeout(() => this.#showAllOf()));
    this.form.addEventListener("input", ({ target }) => {
      clearTimeout(this.#typing);
      if (target.matches("[type=search], .mono")) this.#typing = setTimeout(() => this.#search(), PAUSE);
    });
    this.#part("more").addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => this.#show(this.#next)));
    this.#part("any-target").addEventListener("click", () => this.#showAllOf());
    this.#part("close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (event) => this.#pressed(event));
    this.dialog.addEventListener("close", () => this.#opened?.focus());
    this.#begin();
  }

  async #begin() {
    standing(this.#part("state"));
    const given = new URLSearchParams(location.search);
    try {
      this.#offer(await call(`${ROOT}choices/`));
    } catch (error) {
      this.#tell(error.message);
    }
    for (const name of NAMES) this.#fill(name, given.get(name) ?? "");
    await this.#search();
    if (given.has("entry")) await this.#openById(given.get("entry"));
  }

  #offer({ actors, actions, cameras }) {
    const { actor, action, camera } = this.form.elements;
    actor.append(...actors.map((name) => make("option", { value: name }, name)));
    camera.append(...cameras.map(({ id, name }) => make("option", { value: String(id) }, name)));
    for (const [kind, ones] of grouped(actions)) {
      const group = make("optgroup", { label: kindOf(kind) });
      if (ones.length > 1) group.append(make("option", { value: `${kind}.` }, t("All: {kind}", { kind: kindOf(kind) })));
      group.append(...ones.map(({ name, title }) => make("option", { value: name }, t(title))));
      action.append(group);
    }
  }

  // A value that the lists do not have, such as a user who is gone, is asked for all the same.
  #fill(name, value) {
    const field = this.form.elements[name];
    if (field.tagName === "SELECT" && value && ![...field.options].some((one) => one.value === value)) field.append(make("option", { value }, value));
    field.value = value;
  }

  #showAllOf() {
    this.form.elements.target.value = "";
    this.#search();
  }

  get #query() {
    const asked = NAMES.map((name) => [name, this.form.elements[name].value.trim()]).filter(([, value]) => value);
    return asked.map(([name, value]) => [name, ["start", "end"].includes(name) ? toMoment(value) : value]);
  }

  async #search() {
    const shown = NAMES.map((name) => [name, this.form.elements[name].value.trim()]).filter(([, value]) => value);
    history.replaceState(null, "", `?${new URLSearchParams(shown)}`);
    const target = this.form.elements.target.value;
    this.#part("of-target").hidden = !target;
    this.#part("target").textContent = target;
    for (const kind of ["csv", "json"]) {
      const link = this.#part(kind);
      // With nothing chosen it is the whole log, which proves its own chain.
      const more = kind === "json" && !shown.length ? { file: kind, whole: true } : { file: kind };
      if (link) link.href = `/api/v1/${ROOT}export/?${new URLSearchParams([...this.#query, ...Object.entries(more)])}`;
    }
    this.#list = null;
    await this.#show(null, ++this.#asked);
  }

  async #show(before, mine = this.#asked) {
    const days = this.#part("days");
    this.#tell("");
    days.setAttribute("aria-busy", "true");
    try {
      const page = await call(`${ROOT}entries/?${new URLSearchParams([...this.#query, ...(before ? [["before", before]] : [])])}`);
      if (mine !== this.#asked) return;
      if (!before) days.replaceChildren();
      for (const entry of page.results) this.#add(days, entry);
      this.#next = page.next;
    } catch (error) {
      if (mine !== this.#asked) return;
      days.replaceChildren();
      this.#next = null;
      this.#tell(error.message);
    }
    days.removeAttribute("aria-busy");
    this.#part("more").hidden = !this.#next;
    this.#part("none").hidden = days.childElementCount > 0 || !this.#part("trouble").hidden;
  }

  #add(days, entry) {
    const date = day(Date.parse(entry.time));
    if (this.#list?.dataset.day !== date) {
      this.#list = make("ol", { className: "audit-list", "data-day": date });
      days.append(make("h2", { className: "audit-day" }, date), this.#list);
    }
    this.#list.append(make("li", {}, this.#row(entry)));
  }

  #row(entry) {
    const row = make(
      "button", { type: "button", className: "audit-row", "data-tone": WARNINGS.test(entry.action) ? "warn" : undefined },
      make("time", { dateTime: entry.time }, clockTime(Date.parse(entry.time))), make("span", { className: "audit-who" }, entry.actor),
      make("span", { className: "audit-what" }, t(entry.title)), make("span", { className: "audit-target" }, shownTarget(entry)),
      make("span", { className: "audit-address mono small" }, entry.address),
    );
    row.addEventListener("click", () => this.#open(entry, row));
    return row;
  }

  async #openById(id) {
    try {
      this.#open(await call(`${ROOT}entries/${encodeURIComponent(id)}/`), null);
    } catch (error) {
      this.#tell(error.message);
    }
  }

  #open(entry, row) {
    this.#opened = row;
    this.querySelector("#audit-entry-title").textContent = t(entry.title);
    this.#part("entry").replaceChildren(...entryBody(entry));
    this.dialog.showModal();
  }

  // A press beside the drawer closes it; one on a value looks for more of the same.
  #pressed(event) {
    if (event.target === this.dialog) this.dialog.close();
    const more = event.target.closest("[data-name]");
    if (!more) return;
    this.#fill(more.dataset.name, more.dataset.value);
    this.dialog.close();
    this.#search();
  }

  #tell(text) {
    Object.assign(this.#part("trouble"), { textContent: text, hidden: !text });
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }
}

function grouped(actions) {
  const found = new Map();
  for (const one of actions) {
    const kind = one.name.split(".")[0];
    found.set(kind, [...(found.get(kind) ?? []), one]);
  }
  return found;
}

customElements.define("audit-log", Log);

// <onvif-many>: one section of the settings of many cameras. They are read by a job; what a change would do to each is
// shown while one types; the change is a job too. Which round is looked at stands in the address.

import { call } from "eyrie/api.js";
import { busy, make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { Fields } from "./fields.js";

const ROOT = "plugins/onvif/many/";
const LOOK_MS = 1000;
const TYPED_MS = 300;
const AT_WORK = ["queued", "running"];
const HOW = {
  waiting: ["", () => t("Waiting")],
  working: ["", () => t("At work")],
  read: ["", () => t("Read")],
  changed: ["good", () => t("Changed")],
  same: ["", () => t("Already so")],
  failed: ["bad", (stage) => (stage === "read" ? t("Not read") : t("Not changed"))],
  left: ["warn", () => t("Left out")],
};

class Many extends HTMLElement {
  #round = null;
  #fields = null;
  #suggested = false;
  #asked = 0;

  connectedCallback() {
    const given = new URLSearchParams(location.search);
    this.form = this.part("choice");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#attempt(this.part("read"), () => this.#begin());
    });
    this.form.addEventListener("change", () => this.#count());
    this.querySelector("#many-find").addEventListener("input", () => this.#find());
    this.part("all").addEventListener("change", ({ target }) => {
      for (const box of this.#boxes.filter((one) => !one.closest("li").hidden)) box.checked = target.checked;
      this.#count();
    });
    for (const name of ["cancel", "again", "run", "suggest"]) this.part(name).addEventListener("click", ({ currentTarget }) => this.#attempt(currentTarget, () => this[`${name}_`]()));
    this.part("drop").addEventListener("click", () => this.#ready());
    this.part("fields").addEventListener("submit", (event) => event.preventDefault());
    this.#count();
    if (given.has("round")) this.#attempt(null, () => this.#open(given.get("round")));
    else if (given.has("camera")) {
      for (const box of this.#boxes) box.checked = given.getAll("camera").includes(box.value);
      this.#count();
      this.suggests = given.has("suggest");
      if (this.#chosen.length) this.#attempt(this.part("read"), () => this.#begin());
    }
    this.#attempt(null, () => this.#list());
  }

  disconnectedCallback() {
    clearTimeout(this.looking);
    clearTimeout(this.typing);
  }

  part(name) { return this.querySelector(`[data-part="${name}"]`); }
  get #boxes() { return [...this.form.querySelectorAll("[name=camera]")]; }
  get #chosen() { return this.#boxes.filter(({ checked }) => checked).map(({ value }) => Number(value)); }
  get #path() { return `${ROOT}${this.#round.id}/`; }

  async #attempt(button, work) {
    this.#tell("");
    try {
      await (button ? busy(button, work) : work());
    } catch (error) {
      this.#tell(Object.values(error.fields ?? {}).flat(2).join(" ") || error.message);
    }
    if (button === this.part("read")) this.#count();
  }

  #tell(text) {
    this.part("trouble").textContent = text;
    this.part("trouble").hidden = !text;
  }

  #find() {
    const words = this.querySelector("#many-find").value.trim().toLowerCase();
    for (const line of this.part("cameras").children) line.hidden = !line.dataset.words.toLowerCase().includes(words);
  }

  #count() {
    const count = this.#chosen.length;
    this.part("read").disabled = !count;
    this.part("chosen").textContent = count ? n("{count} camera chosen", "{count} cameras chosen", count) : "";
    this.part("all").checked = count > 0 && count === this.#boxes.length;
  }

  async #list() {
    const rounds = await call(ROOT);
    this.part("earlier").hidden = !rounds.length;
    this.part("list").replaceChildren(...rounds.map((one) => {
      const count = Object.values(one.counts).reduce((sum, some) => sum + some, 0);
      const what = n("{title} of {count} camera", "{title} of {count} cameras", count, { title: t(one.title) });
      return make("li", {}, make("a", { href: `?round=${one.id}` }, what), " ", make("span", { className: "small quiet-text" }, `${dayAndTime(one.created_ms)} · ${one.requester}`));
    }));
  }

  async #begin() {
    const section = this.querySelector("#many-section").value;
    const made = await call(ROOT, { method: "POST", body: { section, cameras: this.#chosen } });
    history.replaceState(null, "", `?round=${made.id}`);
    await this.#open(made.id);
  }

  async #open(id) {
    this.#round = { id };
    await this.#look();
  }

  async #look() {
    clearTimeout(this.looking);
    this.#round = await call(this.#path);
    this.#draw();
    if (AT_WORK.includes(this.#round.state)) this.looking = setTimeout(() => this.#attempt(null, () => this.#look()), LOOK_MS);
    else await this.#over();
  }

  #draw() {
    const { counts, state, title, error } = this.#round, sum = Object.values(counts).reduce((all, some) => all + some, 0);
    const working = AT_WORK.includes(state), left = (counts.waiting ?? 0) + (counts.working ?? 0);
    this.form.hidden = true;
    this.part("round").hidden = false;
    this.part("title").textContent = n("{title} of {count} camera", "{title} of {count} cameras", sum, { title: t(title) });
    this.part("work").hidden = this.part("cancel").hidden = !working;
    this.part("cancel").disabled = this.#round.cancelling;
    this.part("again").hidden = this.part("report").hidden = working;
    this.part("report").href = `/api/v1/${this.#path}report.csv`;
    Object.assign(this.part("progress"), { max: sum, value: sum - left });
    const told = Object.entries(HOW).filter(([how]) => counts[how]).map(([how, [, words]]) => `${words(this.#round.stage)}: ${counts[how]}`);
    this.part("how").textContent = [error, told.join(" · ")].filter(Boolean).join(" ");
    if (working) for (const name of ["fields", "table", "doing"]) this.part(name).hidden = true;
  }

  async #over() {
    this.#shown = null;
    const fields = await call(`${this.#path}fields/`);
    this.#form(fields);
    await this.#ready();
    if (this.suggests && fields.length) await this.suggest_();
    this.suggests = false;
  }

  // What came of it, and a form in which nothing is entered.
  async #ready() {
    clearTimeout(this.typing);
    this.#suggested = false;
    const asked = this.#asked += 1;
    this.#fields?.entered.clear();
    this.#fields?.draw();
    this.#shown ??= await call(`${this.#path}cameras/`);
    if (asked !== this.#asked) return; // something else was entered meanwhile, and is shown
    this.part("doing").hidden = true;
    this.#rows(this.#shown.map((one) => ({ ...one, changes: one.changed, state: HOW[one.how] })));
  }

  #shown = null;

  #form(fields) {
    const boxes = new Map(fields.map(({ group }) => [group, make("div", { className: "onvif-fields" })]));
    const all = Math.max(0, ...fields.map(({ cameras }) => cameras));
    for (const one of fields) {
      const takers = one.takers;
      const choices = one.kind === "bool" ? [{ value: true, title: "on" }, { value: false, title: "off" }] : one.limits.choices.map((choice, place) => ({ ...choice, title: takers[place] === one.cameras ? choice.title : `${t(choice.title)} (${takers[place]}/${one.cameras})` }));
      const hints = [one.hint, one.value === null && t("Different on these cameras."), one.cameras < all && n("{count} camera has it.", "{count} cameras have it.", one.cameras)];
      Object.assign(one, { kind: one.kind === "bool" ? "choice" : one.kind, limits: { ...one.limits, choices }, hint: hints.filter(Boolean).join(" "), depends: "", others: {} });
    }
    this.#fields = new Fields(fields, { prefix: "many", changed: () => this.#typed(), boxOf: ({ group }) => boxes.get(group) });
    const groups = [...boxes].map(([title, box]) => make("fieldset", {}, title && make("legend", {}, t(title)), box));
    this.part("groups").replaceChildren(...groups);
    this.part("fields").hidden = !fields.length;
    this.part("suggesting").hidden = this.#round.section !== "streams";
    this.#fields.draw(this.part("groups"));
  }

  #typed() {
    this.#suggested = false;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.#attempt(null, () => (Object.keys(this.#fields.edits).length ? this.#preview() : this.#ready())), TYPED_MS);
  }

  get #wish() { return this.#suggested ? { suggested: true } : { values: this.#fields.edits }; }

  async #preview() {
    const asked = this.#asked += 1;
    const looks = await call(`${this.#path}preview/`, { method: "POST", body: this.#wish });
    if (asked !== this.#asked) return;
    const count = looks.filter(({ changes }) => changes.length).length;
    this.#rows(looks.map((one) => ({ ...one, notes: [], state: one.whys.length ? ["bad", () => t("Cannot")] : one.changes.length ? ["", () => t("Changes")] : HOW.same })));
    this.part("doing").hidden = false;
    this.part("run").disabled = !count;
    this.part("run").textContent = count ? n("Change {count} camera", "Change {count} cameras", count) : t("Nothing changes");
  }

  #rows(lines) {
    this.part("table").hidden = !lines.length;
    this.part("rows").replaceChildren(...lines.map(({ camera, name, changes, notes, whys, state: [tone, words] }) => {
      const told = [
        ...changes.map((one) => make("li", {}, `${called(one)}: ${t(one.before)} → ${t(one.after)}${one.unit ? ` ${t(one.unit)}` : ""}`, one.reason && make("span", { className: "small quiet-text" }, ` ${one.reason}`))),
        ...whys.map((one) => make("li", {}, one.title ? `${called(one)}: ${one.sentence}` : one.sentence)),
        ...notes.map((note) => make("li", { className: "small" }, note)),
      ];
      const who = camera === null ? name : make("a", { href: `/cameras/${camera}/` }, name);
      return make("tr", {}, make("th", { scope: "row" }, who), make("td", {}, told.length ? make("ul", {}, ...told) : ""), make("td", {}, make("span", { className: "badge", "data-tone": tone || null }, words(this.#round.stage))));
    }));
  }

  async suggest_() {
    this.#fields.entered.clear();
    this.#fields.draw();
    this.#suggested = true;
    await this.#preview();
    this.part("table").scrollIntoView({ block: "nearest" });
  }

  async run_() {
    await call(`${this.#path}run/`, { method: "POST", body: this.#wish });
    await this.#look();
  }

  async cancel_() {
    await call(`${this.#path}cancel/`, { method: "POST" });
    await this.#look();
  }

  async again_() {
    await call(`${this.#path}read/`, { method: "POST" });
    await this.#look();
  }
}

const called = ({ group, title }) => (group ? `${t(group)}: ${t(title)}` : t(title));

customElements.define("onvif-many", Many);

// The people of a directory, compared with its users here: what would change, and doing it.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

const CHANGES = {
  username: t("user name"),
  email: t("mail address"),
  first_name: t("first name"),
  last_name: t("last name"),
  groups: t("groups"),
  back: t("is let in again"),
};
const SIDES = [
  ["come", t("Come")],
  ["change", t("Change")],
  ["go", t("Are shut out")],
  ["refused", t("Are not let in")],
];

export class People {
  #row;
  #told;
  #done;

  // told(row): when the directory's state is known anew; done(): when users may have changed
  constructor(row, told, done) {
    this.#row = row;
    this.#told = told;
    this.#done = done;
    byId("people-section").hidden = false;
    byId("preview").addEventListener("click", () => busy(byId("preview"), () => this.#ask({})));
    byId("sync").addEventListener("click", () => busy(byId("sync"), () => this.#ask({ apply: true })));
    byId("confirm-held").addEventListener("click", () => busy(byId("confirm-held"), () => this.#confirm()));
    this.#summary();
  }

  #summary() {
    const { users, synced, sync_minutes: minutes } = this.#row;
    byId("compared").textContent = [
      n("{count} person may sign in.", "{count} people may sign in.", users),
      synced ? t("All were last compared {time}.", { time: dayAndTime(Date.parse(synced)) }) : t("They were not compared yet."),
      minutes ? "" : t("That is not done by the clock."),
    ].filter(Boolean).join(" ");
  }

  async #ask(body) {
    try {
      this.#show(await call(`directories/${this.#row.id}/sync/`, { method: "POST", body }));
    } catch (error) {
      byId("outlook").hidden = true;
      toast(error.message, "bad");
    }
    if (!body.apply) return;
    this.#row = await call(`directories/${this.#row.id}/`);
    this.#summary();
    this.#told(this.#row);
    this.#done();
  }

  async #confirm() {
    const sure = await confirmed({ title: t("Shut them out?"), text: t("They are signed out everywhere, and their tokens end. Who comes back in the directory comes back here."), button: t("Shut them out") });
    if (sure) await this.#ask({ apply: true, confirmed: true });
  }

  #show(outcome) {
    const { counts, applied, held } = outcome;
    byId("outlook").hidden = false;
    byId("outlook-title").textContent = applied
      ? n("{count} person was compared", "{count} people were compared", counts.found)
      : n("{count} person is there; this would happen", "{count} people are there; this would happen", counts.found);
    byId("outlook-held").textContent = held;
    byId("outlook-held").hidden = !held;
    byId("confirm-held").hidden = !held;
    const parts = SIDES.filter(([side]) => counts[side]).map(([side, title]) => part(title, counts[side], outcome[side]));
    byId("outlook-people").replaceChildren(...(parts.length ? parts : [make("p", {}, t("Nothing changes."))]));
    byId("outlook").scrollIntoView({ block: "nearest" });
  }
}

function part(title, count, people) {
  const rows = people.map(({ name, why }) => make("li", {}, make("strong", {}, name), why ? ` – ${inWords(why)}` : ""));
  const more = count - people.length;
  return make("details", { open: count <= 20 }, make("summary", {}, `${title}: ${count}`), make("ul", { className: "outlook-list" }, ...rows, more > 0 ? make("li", {}, n("and {count} more", "and {count} more", more)) : ""));
}

function inWords(why) {
  return why.split(", ").map((one) => CHANGES[one] ?? one).join(", ");
}

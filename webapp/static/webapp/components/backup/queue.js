// The queue of copies: what is under way, waits or failed, and each one's buttons.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { byId, make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { bytes } from "eyrie/quantities.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

const PAGE = 25;
const STATES = {
  waiting: [t("Waiting"), "quiet"],
  copying: [t("Being copied"), "good"],
  done: [t("Done"), "good"],
  failed: [t("Failed"), "bad"],
  missed: [t("Recording gone"), "bad"],
  cancelled: [t("Cancelled"), "quiet"],
};
const VERIFIED = {
  size: t("checked by size"),
  server: t("every byte checked by the server"),
  read: t("every byte read back"),
};

export class Queue {
  #pages = 1;
  #manages;
  #changed;
  #plans = [];

  // changed(): after something was done to copies
  constructor(manages, changed) {
    this.#manages = manages;
    this.#changed = changed;
    byId("states").addEventListener("change", () => { this.#pages = 1; this.refresh(); });
    byId("more").addEventListener("click", () => { this.#pages += 1; this.refresh(); });
    byId("retry-all")?.addEventListener("click", () => this.#act("retry"));
    byId("cancel-all")?.addEventListener("click", () => this.#cancelAll());
  }

  async refresh(plans = this.#plans) {
    this.#plans = plans;
    const found = await call(`backup/copies/?state=${byId("states").value}&page_size=${this.#pages * PAGE}`);
    byId("copies").replaceChildren(...found.results.map((copy) => this.#row(copy)));
    byId("no-copies").hidden = found.results.length > 0;
    byId("more").hidden = !found.next;
  }

  #row(copy) {
    const [words, tone] = STATES[copy.state];
    const plan = this.#plans.find(({ id }) => id === copy.plan);
    const file = make("td", { className: "path" }, make("span", { className: "mono small" }, copy.path), make("span", { className: "small quiet-text" }, plan?.name ?? ""));
    const state = make("td", {}, make("span", { className: "badge", "data-tone": tone }, words), this.#detail(copy));
    const row = make("tr", {}, file, state, make("td", { className: "number" }, copy.size ? bytes(copy.size) : ""), make("td", {}, this.#button(copy)));
    row.dataset.copy = copy.id;
    return row;
  }

  #detail(copy) {
    if (copy.state === "copying") {
      return make("progress", { max: 1, value: copy.size ? copy.sent / copy.size : 0, "aria-label": t("Progress") });
    }
    const told = copy.state === "done" ? `${dayAndTime(Date.parse(copy.done))}, ${VERIFIED[copy.verified] ?? ""}` : copy.error;
    const next = copy.next ? ` ${t("Next try: {time}.", { time: dayAndTime(Date.parse(copy.next)) })}` : "";
    return make("span", { className: "small quiet-text told" }, told + next);
  }

  #button({ id, state, path }) {
    if (!this.#manages || state === "done") return "";
    const open = state === "waiting" || state === "copying";
    const words = open ? t("Cancel") : t("Try again");
    const onclick = () => this.#act(open ? "cancel" : "retry", { ids: [id] });
    return make("button", { type: "button", className: "button", "aria-label": `${words}: ${path}`, onclick }, words);
  }

  async #cancelAll() {
    const sure = await confirmed({ title: t("Cancel all copies that wait?"), text: t("What is copied stays. They can be tried again later."), button: t("Cancel all") });
    if (sure) await this.#act("cancel");
  }

  async #act(act, which = {}) {
    try {
      const { copies } = await call("backup/copies/", { method: "POST", body: { act, ...which } });
      toast(n("{count} copy", "{count} copies", copies), "good");
    } catch (error) {
      toast(error.message, "bad");
    }
    await this.#changed();
  }
}

// A day of a camera: what it keeps itself, what Eyrie has, and what of the difference can be fetched.

import { call } from "eyrie/api.js";
import { busy, byId, make } from "eyrie/dom.js";
import { onSubmit } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { span } from "components/cards/words.js";
import { clockTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import { local, moment } from "eyrie/zone.js";
import { parsed, total, within, without } from "components/cards/spans.js";

const LEAST = 2000; // ms: a group of pictures that began before a gap cannot be had from its middle on
const FRESH = 60_000; // ms: what was recorded only just is not written yet
const LONGEST = 24 * 3_600_000;

export class Day {
  #mayFetch;
  #asked;
  #look = 0; // of the newest question: answers to older ones come too late
  #holes = [];

  // mayFetch(id): whether one may have it fetched; asked(): after something was asked for
  constructor(cameras, mayFetch, asked) {
    this.#mayFetch = mayFetch;
    this.#asked = asked;
    byId("camera").replaceChildren(...cameras.map(({ id, name }) => make("option", { value: id }, name)));
    const { year, month, day } = local(Date.now());
    byId("date").value = byId("date").max = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
    for (const id of ["camera", "date"]) byId(id).addEventListener("change", () => this.refresh());
    byId("fetch-day").addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => this.#fetchAll()));
    onSubmit(byId("range"), (form) => this.#fetchRange(form));
  }

  async refresh() {
    const look = (this.#look += 1);
    if (!byId("date").value) return;
    const [start, end] = this.#bounds();
    byId("bars").setAttribute("aria-busy", "true");
    const [kept, here] = await Promise.allSettled([this.#kept(start, end), this.#here(start, end)]);
    if (look !== this.#look) return;
    byId("bars").removeAttribute("aria-busy");
    byId("day").removeAttribute("aria-busy");
    const wrong = [kept, here].find(({ status }) => status === "rejected");
    byId("silent").textContent = wrong?.reason.message ?? "";
    byId("silent").hidden = !wrong;
    this.#show(kept.value ?? [], here.value ?? { recorded: [], fetched: [] }, !wrong);
  }

  get #id() {
    return Number(byId("camera").value);
  }

  #bounds() {
    const [year, month, day] = byId("date").value.split("-").map(Number);
    return [moment({ year, month, day }), moment({ year, month, day: day + 1 })];
  }

  async #kept(start, end) {
    const range = new URLSearchParams({ start: new Date(start).toISOString(), end: new Date(end).toISOString() });
    return within(parsed((await call(`cameras/${this.#id}/card/?${range}`)).results), start, end);
  }

  async #here(start, end) {
    const range = new URLSearchParams({ camera: this.#id, start: new Date(start).toISOString(), end: new Date(end).toISOString() });
    const { ranges, fetched } = await call(`recordings/?${range}`);
    return { recorded: within(parsed(ranges), start, end), fetched: within(parsed(fetched), start, end) };
  }

  #show(kept, { recorded, fetched }, known) {
    const [start, end] = this.#bounds();
    this.#holes = known ? without(within(kept, start, Math.min(end, Date.now() - FRESH)), recorded, LEAST) : [];
    const bars = { "bar-card": { kept }, "bar-here": { recorded, fetched, lacking: this.#holes } };
    for (const [id, kinds] of Object.entries(bars)) byId(id).replaceChildren(...Object.entries(kinds).flatMap(([kind, spans]) => spans.map((one) => stretch(kind, one, start, end))));
    byId("bar-card").setAttribute("aria-label", t("The camera keeps {time} of this day.", { time: span(total(kept)) }));
    byId("bar-here").setAttribute("aria-label", t("Eyrie has {time} of this day.", { time: span(total(recorded)) }));
    byId("hours").replaceChildren(...[0, 6, 12, 18, 24].map((hour) => make("span", {}, `${hour}`)));
    const may = this.#mayFetch(this.#id);
    byId("lacking").textContent = known ? this.#sentence(kept) : "";
    byId("fetch-day").hidden = byId("range").hidden = !may;
    byId("fetch-day").hidden ||= !this.#holes.length;
    byId("holes").replaceChildren(...this.#holes.map((hole) => this.#hole(hole, may)));
  }

  #sentence(kept) {
    if (!kept.length) return t("The camera keeps nothing of this day.");
    if (!this.#holes.length) return t("Eyrie has all that the camera keeps of this day.");
    return n("{count} gap can be filled: {time}.", "{count} gaps can be filled: {time}.", this.#holes.length, { time: span(total(this.#holes)) });
  }

  #hole({ start, end }, may) {
    const words = `${clockTime(start)} – ${clockTime(end)}`;
    const button = make("button", { type: "button", className: "button", "aria-label": t("Fetch {time}", { time: words }) }, t("Fetch"));
    button.addEventListener("click", () => busy(button, () => this.#tried(() => this.#ask(start, end))));
    return make("li", {}, make("span", {}, words, " ", make("span", { className: "small quiet-text" }, span(end - start))), may ? button : "");
  }

  #fetchAll() {
    return this.#tried(() => this.#ask(this.#holes[0].start, this.#holes.at(-1).end));
  }

  async #fetchRange(form) {
    const [year, month, day] = byId("date").value.split("-").map(Number);
    const [start, end] = ["start", "end"].map((name) => {
      const [hour, minute, second = 0] = form.elements[name].value.split(":").map(Number);
      return moment({ year, month, day, hour, minute, second });
    });
    if (!(start < end)) throw new Error(t("The time must end after it begins."));
    await this.#ask(start, end);
  }

  async #tried(work) {
    try {
      await work();
    } catch (error) {
      toast(error.message, "bad");
    }
  }

  // A day on which clocks are put back is longer than what one job may fetch.
  async #ask(start, end) {
    for (let at = start; at < end; at += LONGEST) {
      const body = { start: new Date(at).toISOString(), end: new Date(Math.min(at + LONGEST, end)).toISOString() };
      await call(`cameras/${this.#id}/fills/`, { method: "POST", body });
    }
    toast(t("It is fetched as soon as it is its turn."), "good");
    await this.#asked();
  }
}

function stretch(kind, one, start, end) {
  const part = make("i", { title: `${clockTime(one.start)} – ${clockTime(one.end)}`, "data-kind": kind });
  part.style.left = `${(100 * (one.start - start)) / (end - start)}%`;
  part.style.width = `${(100 * (one.end - one.start)) / (end - start)}%`;
  return part;
}

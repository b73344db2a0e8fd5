// <analytics-counting>: what was counted at one camera's lines and zones, by the hour or the day, and its heat map.
// What is chosen stands in the address.

import { call, send } from "eyrie/api.js";
import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { timeZone } from "eyrie/times.js";
import { plot } from "./bars.js";

const WORDS = { to_left: () => t("To the left"), to_right: () => t("To the right"), entered: () => t("Came in"), left: () => t("Went out") };
const DAY_MS = 86_400_000;

class Counting extends HTMLElement {
  #asked = 0;
  #map = "";

  connectedCallback() {
    const given = new URLSearchParams(location.search);
    this.#form.elements.day.value = today();
    for (const name of ["camera", "days", "day"]) if (given.has(name)) this.#form.elements[name].value = given.get(name);
    if (!this.#form.elements.camera.value) this.#form.elements.camera.selectedIndex = 0;
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("change", () => this.#show());
    this.#part("earlier").addEventListener("click", () => this.#move(-1));
    this.#part("later").addEventListener("click", () => this.#move(1));
    this.#part("view").addEventListener("error", ({ target }) => (target.hidden = true));
    this.#show();
  }

  disconnectedCallback() {
    URL.revokeObjectURL(this.#map);
  }

  #move(spans) {
    const { day, days } = this.#form.elements;
    if (!day.value) day.value = today();
    day.value = shifted(day.value, spans * Number(days.value));
    this.#show();
  }

  async #show() {
    const { camera, days, day } = Object.fromEntries(new FormData(this.#form));
    if (!camera || !day) return;
    history.replaceState(null, "", `?${new URLSearchParams({ camera, days, day })}`);
    const query = new URLSearchParams({ day: shifted(day, 1 - Number(days)), days, by: days === "1" ? "hour" : "day" });
    const path = `plugins/analytics/cameras/${camera}/`;
    const mine = ++this.#asked;
    this.#part("file").href = `/api/v1/${path}counts.csv?${query}`;
    try {
      const [counts, heat] = await Promise.all([call(`${path}counts/?${query}`), send(`${path}heat.png?${query}`)]);
      const picture = heat.status === 204 ? null : await heat.blob();
      if (mine !== this.#asked) return;
      this.#draw(counts, days === "1");
      this.#heat(camera, picture);
      this.#tell("");
    } catch (error) {
      if (mine === this.#asked) this.#tell(error.message);
    }
  }

  #draw({ starts, series }, hourly) {
    const of = (...kinds) => Map.groupBy(series.filter(({ kind }) => kinds.includes(kind)), ({ name }) => name);
    const counted = [...of("to_left", "to_right", "entered", "left")].map(([name, rows]) =>
      plot(name, starts, hourly, rows.map(({ kind, values }) => ({ title: WORDS[kind](), values }))));
    const stays = [...of("stays", "stayed_s")].map(([name, rows]) => {
      const [number, seconds] = ["stays", "stayed_s"].map((kind) => rows.find((row) => row.kind === kind)?.values ?? []);
      const values = starts.map((_, at) => (number[at] ? Math.round((seconds[at] ?? 0) / number[at]) : 0));
      return plot(t("{zone}: time inside", { zone: name }), starts, hourly, [{ title: t("Seconds on average"), values, mean: true }]);
    });
    this.#part("plots").replaceChildren(...counted, ...stays);
    this.#part("none").hidden = counted.length + stays.length > 0;
  }

  #heat(camera, picture) {
    URL.revokeObjectURL(this.#map);
    this.#part("heat").hidden = !picture;
    if (!picture) return;
    this.#map = URL.createObjectURL(picture);
    this.#part("map").src = this.#map;
    this.#part("view").hidden = false;
    this.#part("view").src = `/api/v1/cameras/${camera}/snapshot.jpg`;
  }

  #tell(text) {
    this.#part("trouble").textContent = text;
    this.#part("trouble").hidden = !text;
    if (text) this.#part("plots").replaceChildren(make("span"));
  }

  get #form() {
    return this.querySelector("form");
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }
}

// The site's day, YYYY-MM-DD.
const today = () => new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date());

const shifted = (day, days) => new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

customElements.define("analytics-counting", Counting);

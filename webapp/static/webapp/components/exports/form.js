// <eyrie-export-form>: cameras and times of a new export. `?camera=1&camera=2&start=…&end=…` fills in the first time;
// times are RFC 3339 or milliseconds UTC, and shown in the site's zone.

import { call, everyPage } from "eyrie/api.js";
import { make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { now as present } from "eyrie/now.js";
import { bytes } from "eyrie/quantities.js";
import { local, moment } from "eyrie/zone.js";

const MINUTE = 60_000;
const LOOK_AFTER = 300; // ms without a change until the recordings are asked for

class ExportForm extends HTMLElement {
  #cameras = [];
  #looked = 0;
  #ready;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
    const { disclosure } = this.form.elements;
    disclosure.checked = new URLSearchParams(location.search).has("disclosure");
    this.part("disclosure").hidden = !disclosure.checked;
    disclosure.addEventListener("change", () => { this.part("disclosure").hidden = !disclosure.checked; });
    this.part("add").addEventListener("click", () => this.#add(this.#last()));
    this.#ready = this.#fill();
  }

  async #fill() {
    try {
      this.#cameras = await exportable();
    } catch (error) {
      this.#trouble(error.message);
    }
    await this.#offerCovering();
    this.#add(asked());
    this.removeAttribute("aria-busy");
  }

  part(name, within = this) {
    return within.querySelector(`[data-part=${name}]`);
  }

  // What plugins can cover in the pictures, such as faces; nothing where none can.
  async #offerCovering() {
    const offered = await call("exports/redactors/").catch((error) => { this.#trouble(error.message); return []; });
    this.part("redactors").replaceChildren(...offered.map(({ name, title, hint }) =>
      make("div", { className: "field" },
        make("label", { className: "check" }, make("input", { type: "checkbox", name: "redact", value: name }), ` ${t(title)}`),
        make("p", { className: "hint" }, t(hint)))));
  }

  #add({ cameras, start, end }) {
    const range = this.querySelector("template").content.firstElementChild.cloneNode(true);
    put(range.querySelector("[name=start]"), start);
    put(range.querySelector("[name=end]"), end);
    this.part("cameras", range).replaceChildren(...this.#cameras.map((camera) => choice(camera, cameras.includes(camera.id))));
    this.part("none", range).hidden = this.#cameras.length > 0;
    range.addEventListener("input", () => this.#changed());
    this.part("lengths", range).addEventListener("click", ({ target }) => this.#lastMinutes(range, target.closest("button")));
    this.part("remove", range).addEventListener("click", () => { range.remove(); this.#changed(); });
    this.part("ranges").append(range);
    this.#changed();
  }

  #lastMinutes(range, button) {
    if (!button) return;
    const now = Math.floor(present() / 1000) * 1000;
    put(range.querySelector("[name=start]"), now - button.dataset.minutes * MINUTE);
    put(range.querySelector("[name=end]"), now);
    this.#changed();
  }

  #last() {
    const ranges = this.#ranges();
    return ranges.at(-1) ?? asked();
  }

  #ranges() {
    return [...this.querySelectorAll(".export-range")].map((range) => ({
      range,
      start: taken(range.querySelector("[name=start]")),
      end: taken(range.querySelector("[name=end]")),
      cameras: [...range.querySelectorAll("[name=camera]:checked")].map(({ value }) => Number(value)),
    }));
  }

  #changed() {
    const ranges = this.#ranges();
    for (const { range } of ranges) this.part("remove", range).hidden = ranges.length === 1;
    this.#trouble("");
    clearTimeout(this.#looked);
    this.#looked = setTimeout(() => this.#look(), LOOK_AFTER);
  }

  // What is recorded of each chosen camera, so that nobody exports an empty range unawares.
  async #look() {
    let size = 0, pieces = 0;
    for (const { range, start, end, cameras } of this.#ranges()) {
      const places = [...range.querySelectorAll(".found")];
      places.forEach((place) => { place.textContent = ""; delete place.dataset.tone; });
      if (!cameras.length || !(end > start)) continue;
      const found = await recorded(cameras, start, end).catch(() => null);
      if (!found) continue;
      for (const camera of cameras) {
        const own = found.ranges.filter((one) => one.camera === camera);
        tell(places.find((place) => Number(place.dataset.camera) === camera), own, end - start);
        size += own.reduce((sum, one) => sum + one.size, 0); // of whole files, which the range may begin and end within
        pieces += own.length > 0;
      }
    }
    this.part("total").textContent = pieces ? n("{count} camera and time, at most {size}", "{count} cameras and times, at most {size}", pieces, { size: bytes(size) }) : "";
  }

  async #send() {
    await this.#ready; // who presses before it is filled means what is about to stand there
    const ranges = this.#ranges();
    const problem = wrong(ranges) || this.#unsaid();
    if (problem) return this.#trouble(problem);
    const items = ranges.flatMap(({ start, end, cameras }) =>
      cameras.map((camera) => ({ camera, start: new Date(start).toISOString(), end: new Date(end).toISOString() })));
    const redact = [...this.querySelectorAll("[name=redact]:checked")].map(({ value }) => value);
    const button = this.part("submit");
    button.disabled = true;
    try {
      await call("exports/", { method: "POST", body: { title: this.form.title.value.trim(), burn_in: this.form.burn_in.checked, watermark: this.form.watermark.checked, purpose: this.#purpose(), redact, items } });
      location.assign("/exports/");
    } catch (error) {
      this.#trouble(error.message);
      button.disabled = false;
    }
  }

  #purpose() {
    const { disclosure, subject, reason } = this.form.elements;
    return disclosure.checked ? { subject: subject.value.trim(), reason: reason.value.trim() } : null;
  }

  #unsaid() {
    const purpose = this.#purpose();
    return purpose && !(purpose.subject && purpose.reason) ? t("Say who asks, and why.") : "";
  }

  #trouble(sentence) {
    this.part("trouble").textContent = sentence;
    this.part("trouble").hidden = !sentence;
  }
}

function wrong(ranges) {
  if (ranges.some(({ start, end }) => Number.isNaN(start) || Number.isNaN(end))) return t("Say from when until when.");
  if (ranges.some(({ start, end }) => end <= start)) return t("The end must be after the start.");
  if (ranges.some(({ start }) => start >= present())) return t("The start is in the future: nothing is recorded there yet.");
  if (ranges.some(({ cameras }) => !cameras.length)) return t("Choose at least one camera.");
  return "";
}

function asked() {
  const query = new URLSearchParams(location.search);
  const now = Math.floor(present() / 1000) * 1000;
  const start = parsed(query.get("start")) ?? now - 10 * MINUTE;
  return { cameras: query.getAll("camera").flatMap((text) => text.split(",")).map(Number), start, end: parsed(query.get("end")) ?? Math.min(start + 10 * MINUTE, now) };
}

function parsed(text) {
  const ms = /^\d+$/.test(text ?? "") ? Number(text) : Date.parse(text ?? "");
  return Number.isNaN(ms) ? null : ms;
}

// The field holds local time, which says twice the same when clocks are put back: the moment itself is kept beside it.
function put(input, ms) {
  const { year, month, day, hour, minute, second } = local(ms);
  const two = (value) => String(value).padStart(2, "0");
  input.value = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
  input.dataset.ms = ms;
  input.dataset.shown = input.value;
}

function taken(input) {
  if (input.value && input.value === input.dataset.shown) return Number(input.dataset.ms);
  const [year, month, day, hour, minute, second] = (input.value.match(/\d+/g) ?? []).map(Number);
  return year ? moment({ year, month, day, hour, minute, second }) : NaN;
}

function choice({ id, name }, checked) {
  const box = make("input", { type: "checkbox", name: "camera", value: id, checked });
  return make("li", {}, make("label", {}, box, make("span", {}, name), make("span", { className: "found", "data-camera": id })));
}

function tell(place, ranges, length) {
  if (!place) return;
  const shown = ranges.reduce((sum, { start, end }) => sum + Date.parse(end) - Date.parse(start), 0);
  place.dataset.tone = shown < length - 2000 ? "warn" : "";
  if (!shown) place.textContent = t("Nothing is recorded");
  else if (place.dataset.tone) place.textContent = t("{shown} of {asked} recorded", { shown: duration(shown), asked: duration(length) });
  else place.textContent = t("Recorded throughout");
}

function duration(ms) {
  const seconds = Math.round(ms / 1000), minutes = Math.round(ms / MINUTE);
  if (seconds < 120) return n("{count} second", "{count} seconds", seconds);
  if (minutes < 120) return n("{count} minute", "{count} minutes", minutes);
  return n("{count} hour", "{count} hours", Math.round(minutes / 60));
}

async function recorded(cameras, start, end) {
  const query = new URLSearchParams({ camera: cameras.join(","), start: new Date(start).toISOString(), end: new Date(end).toISOString() });
  return call(`recordings/?${query}`);
}

async function exportable() {
  const [me, cameras] = await Promise.all([call("auth/me/"), everyPage("cameras/?page_size=1000")]);
  const some = new Set(me.cameras["camera.export"] ?? []);
  return cameras.filter(({ id }) => me.everywhere.includes("camera.export") || some.has(id));
}

customElements.define("eyrie-export-form", ExportForm);

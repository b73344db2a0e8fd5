// Rows of times: days, from, until. A time is a clock's, or the sun's with minutes before or after it.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { iconButton, option } from "./choices.js";

export const DAYS = [t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun"), t("Holidays")];
const SUN = { sunrise: t("Sunrise"), sunset: t("Sunset") };

export class HourRows {
  #rows = [];

  constructor(place, changed) {
    this.changed = changed;
    this.list = make("div", { className: "hour-rows" });
    const add = make("button", { type: "button", className: "button plain" }, t("+ Time"));
    add.addEventListener("click", () => { this.#add({ days: [0, 1, 2, 3, 4], from: "18:00", until: "07:00" }); changed(); });
    place.replaceChildren(this.list, add);
    place.addEventListener("input", changed);
  }

  show(spans) {
    this.#rows = [];
    this.list.replaceChildren();
    for (const span of spans) this.#add(span);
  }

  get value() {
    return this.#rows.map(({ days, from, until }) => ({ days: days.flatMap(({ checked }, day) => (checked ? [day] : [])), from: from.read(), until: until.read() }));
  }

  #add(span) {
    const days = DAYS.map((_, day) => make("input", { type: "checkbox", checked: span.days.includes(day) }));
    const row = { days, from: timeField(t("From"), span.from), until: timeField(t("Until"), span.until) };
    const chips = make("fieldset", { className: "days" }, make("legend", { className: "unseen" }, t("Days")), ...days.map((input, day) => make("label", { className: "day" }, input, make("span", {}, DAYS[day]))));
    const element = make("div", { className: "hour-row" }, chips, row.from.element, row.until.element, iconButton("×", t("Remove this time"), () => {
      this.#rows = this.#rows.filter((one) => one !== row);
      element.remove();
      this.changed();
    }));
    this.#rows.push(row);
    this.list.append(element);
  }
}

function timeField(label, start) {
  const [, sun, minutes] = /^(sunrise|sunset)([+-]\d+)?$/.exec(start) ?? [];
  const kind = make("select", { className: "input", "aria-label": t("{field}: by clock or sun", { field: label }) }, option("clock", t("Clock")), ...Object.entries(SUN).map(([name, words]) => option(name, words, name === sun)));
  const clock = make("input", { className: "input number", value: sun ? "" : start, placeholder: "18:30", inputMode: "numeric", maxLength: 5, "aria-label": label });
  const offset = make("input", { type: "number", className: "input number", value: minutes ?? "0", min: -240, max: 240, "aria-label": t("{field}: minutes later, negative for earlier", { field: label }) });
  const draw = () => { clock.hidden = kind.value !== "clock"; offset.hidden = kind.value === "clock"; };
  kind.addEventListener("change", draw);
  draw();
  const read = () => (kind.value === "clock" ? clock.value.trim().padStart(5, "0") : kind.value + signed(Number(offset.value)));
  return { element: make("div", { className: "time-field" }, make("span", { className: "small" }, label), kind, clock, offset), read };
}

function signed(minutes) {
  return minutes ? `${minutes > 0 ? "+" : ""}${minutes}` : "";
}

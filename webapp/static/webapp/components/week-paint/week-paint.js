// <week-paint>: a week of recording modes, painted by drag, by touch or by keyboard; with `readonly` only shown.
//
// Properties: value (the week as REST has it), brush (the mode that is painted with). Event: "change" when it was painted.
// Keys: arrows go from half hour to half hour, with shift they paint on the way; space or enter paints; digits choose.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { MODES, QUARTERS, clock, dayName, quartersOf, rowWords, shortDay, weekOf } from "components/week-paint/week.js";

const STEP = 2; // quarters of an hour in a cell
const HOURS = [0, 3, 6, 9, 12, 15, 18, 21];
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -QUARTERS], End: [0, QUARTERS] };

class WeekPaint extends HTMLElement {
  #rows = quartersOf({ days: Array(7).fill([]), holiday: null });
  #cells = [];
  #at = { row: 0, cell: 0 };
  #drag = null; // {from, before} while it is painted
  brush = "continuous";

  get value() {
    return weekOf(this.#rows);
  }

  set value(week) {
    const rows = quartersOf(week);
    const same = rows.length === this.#rows.length && this.#cells.length > 0;
    this.#rows = rows;
    if (same) this.#paint();
    else this.#build();
  }

  connectedCallback() {
    if (Object.hasOwn(this, "value")) { // it was given before the element was known
      const week = this.value;
      delete this.value;
      this.value = week;
    }
    if (!this.firstElementChild) this.#build();
  }

  get #readonly() {
    return this.hasAttribute("readonly");
  }

  #build() {
    this.#cells = this.#rows.map((_, row) => Array.from({ length: QUARTERS / STEP }, (_, cell) => this.#cell(row, cell)));
    const hours = make("div", { className: "hours", "aria-hidden": "true" }, make("span"), ...HOURS.map((hour) => make("span", {}, String(hour))));
    if (this.#readonly) {
      this.replaceChildren(make("div", { className: "week", role: "img", "aria-label": this.#words() }, ...this.#rows.map((_, row) => this.#line(row))));
    } else {
      this.told = make("p", { className: "told small quiet-text", "aria-live": "polite" });
      const grid = make("div", { className: "week", role: "grid", "aria-label": t("Week") }, ...this.#rows.map((_, row) => this.#line(row)));
      this.replaceChildren(hours, grid, this.told);
      this.#listen(grid);
      this.#focusable();
    }
    this.#paint();
  }

  #line(row) {
    const cells = make("div", { className: "cells", role: this.#readonly ? null : "presentation" }, ...this.#cells[row]);
    if (this.#readonly) return make("div", { className: "line" }, cells);
    const whole = make("button", { type: "button", className: "whole", tabIndex: -1, title: t("Paint all of {day}", { day: dayName(row) }) }, shortDay(row));
    whole.setAttribute("aria-label", dayName(row));
    whole.addEventListener("click", () => this.#fill({ row, cell: 0 }, { row, cell: QUARTERS / STEP - 1 }));
    return make("div", { className: "line", role: "row" }, make("span", { role: "rowheader" }, whole), cells);
  }

  #cell(row, cell) {
    const one = make("span", this.#readonly ? {} : { role: "gridcell", tabIndex: -1 });
    Object.assign(one.dataset, { row, cell });
    return one;
  }

  #listen(grid) {
    grid.addEventListener("pointerdown", (event) => this.#begin(event));
    grid.addEventListener("pointermove", (event) => this.#move(event));
    grid.addEventListener("pointerup", () => this.#end());
    grid.addEventListener("pointercancel", () => this.#cancel());
    grid.addEventListener("keydown", (event) => this.#key(event));
    grid.addEventListener("focusin", ({ target }) => this.#focused(place(target)));
  }

  #focused(at) {
    if (!at) return;
    this.#go(at);
    this.#say(at);
  }

  #begin(event) {
    const from = place(event.target);
    if (!from || event.button) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    this.#drag = { from, before: this.#rows.map((row) => [...row]) };
    this.#go(from);
    this.#set(from, from);
  }

  #move(event) {
    const at = place(document.elementFromPoint(event.clientX, event.clientY));
    if (!at || !this.#cells[at.row]?.[at.cell] || !this.contains(document.elementFromPoint(event.clientX, event.clientY))) return;
    this.#say(at);
    if (!this.#drag) return;
    this.#rows = this.#drag.before.map((row) => [...row]);
    this.#set(this.#drag.from, at);
  }

  #end() {
    if (!this.#drag) return;
    this.#drag = null;
    this.#changed();
  }

  #cancel() {
    if (this.#drag) this.#rows = this.#drag.before;
    this.#drag = null;
    this.#paint();
  }

  #key(event) {
    const modes = Object.keys(MODES);
    if (event.key === "Escape" && this.#drag) this.#cancel();
    else if (event.key === " " || event.key === "Enter") this.#fill(this.#at, this.#at);
    else if (event.key in MOVES && place(event.target)) this.#step(MOVES[event.key], event.shiftKey);
    else if (modes[event.key - 1]) this.dispatchEvent(new CustomEvent("brush", { bubbles: true, detail: modes[event.key - 1] }));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #step([down, right], painting) {
    const from = this.#at;
    const row = Math.min(Math.max(from.row + down, 0), this.#rows.length - 1);
    const cell = Math.min(Math.max(from.cell + right, 0), QUARTERS / STEP - 1);
    this.#go({ row, cell });
    this.#cells[row][cell].focus();
    if (painting) this.#fill(from, { row, cell });
  }

  #go(at) {
    this.#at = at;
    this.#focusable();
  }

  #focusable() {
    for (const one of this.querySelectorAll('[role="gridcell"][tabindex="0"]')) one.tabIndex = -1;
    this.#cells[Math.min(this.#at.row, this.#rows.length - 1)][this.#at.cell].tabIndex = 0;
  }

  #fill(from, to) {
    this.#set(from, to);
    this.#changed();
  }

  // Paint the rectangle between two cells.
  #set(from, to) {
    const [top, bottom] = ordered(from.row, to.row), [left, right] = ordered(from.cell, to.cell);
    for (let row = top; row <= bottom; row += 1) this.#rows[row].fill(this.brush, left * STEP, (right + 1) * STEP);
    this.#paint();
    this.#say(to);
  }

  #changed() {
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #paint() {
    for (const [row, cells] of this.#cells.entries()) {
      for (const [cell, one] of cells.entries()) {
        const [first, second] = this.#rows[row].slice(cell * STEP, cell * STEP + STEP);
        one.dataset.mode = first;
        if (second !== first) one.dataset.second = second;
        else delete one.dataset.second;
        if (!this.#readonly) one.setAttribute("aria-label", this.#cellWords({ row, cell }));
      }
    }
    if (this.#readonly) this.querySelector(".week").setAttribute("aria-label", this.#words());
  }

  #say(at) {
    if (at && this.told && this.#rows[at.row]) this.told.textContent = `${this.#cellWords(at)} · ${rowWords(this.#rows[at.row])}`;
  }

  #cellWords({ row, cell }) {
    const [first, second] = this.#rows[row].slice(cell * STEP, cell * STEP + STEP);
    const mode = first === second ? MODES[first] : `${MODES[first]}, ${MODES[second]}`;
    return `${dayName(row)} ${clock(cell * STEP)}–${clock((cell + 1) * STEP)}: ${mode}`;
  }

  #words() {
    return this.#rows.map((quarters, row) => `${dayName(row)}: ${rowWords(quarters)}`).join("; ");
  }
}

function place(target) {
  const { row, cell } = target?.dataset ?? {};
  return row === undefined || cell === undefined ? null : { row: Number(row), cell: Number(cell) };
}

function ordered(one, other) {
  return one < other ? [one, other] : [other, one];
}

customElements.define("week-paint", WeekPaint);

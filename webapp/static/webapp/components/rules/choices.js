// choiceBox(…): a list of things of which some are chosen, by mouse, keyboard or finger; long ones can be searched.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";

const MANY = 8;

// options: [{ value, title }]; chosen: values, of which those that are no option any more are shown as gone. Answers
// { element, values } and calls `changed` after each change.
export function choiceBox({ legend, name, options, chosen = [], changed, empty = "" }) {
  const gone = chosen.filter((one) => !options.some(({ value }) => value === one)).map((value) => ({ value, title: t("{name} (gone)", { name: value }) }));
  const boxes = [...options, ...gone].map(({ value, title }) => {
    const input = make("input", { type: "checkbox", name, value: String(value), checked: chosen.includes(value) });
    return { value, title, input, row: make("label", { className: "check" }, input, title) };
  });
  const list = make("div", { className: "choice-list" }, ...boxes.map(({ row }) => row));
  const search = boxes.length > MANY && make("input", { type: "search", className: "input", placeholder: t("Search"), "aria-label": t("Search in {list}", { list: legend }) });
  const element = make("fieldset", { className: "choices" }, make("legend", { className: "small" }, legend), search || "", boxes.length ? list : make("p", { className: "small quiet-text" }, empty));
  if (search) search.addEventListener("input", () => narrow(boxes, search.value));
  element.addEventListener("change", () => changed());
  sortChosen(list, boxes);
  return { element, get values() { return boxes.filter(({ input }) => input.checked).map(({ value }) => value); } };
}

function narrow(boxes, text) {
  const wanted = text.toLocaleLowerCase();
  for (const { title, row, input } of boxes) row.hidden = !input.checked && !title.toLocaleLowerCase().includes(wanted);
}

// What is chosen stands first when the page opens, and does not jump afterwards.
function sortChosen(list, boxes) {
  list.prepend(...boxes.filter(({ input }) => input.checked).map(({ row }) => row));
}

export function option(value, title, selected = false) {
  return make("option", { value, selected }, title);
}

export function iconButton(sign, label, work) {
  const button = make("button", { type: "button", className: "button plain icon", "aria-label": label, title: label }, sign);
  button.addEventListener("click", work);
  return button;
}

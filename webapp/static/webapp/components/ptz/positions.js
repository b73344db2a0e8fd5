// One position of a camera in the list: a press goes there. Who manages the camera (may) also renames it, keeps the present
// view in its place, and has it forgotten. order(order) tells the camera.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";

const NUMBERED = 9;

export function positionRow(preset, at, may, order) {
  const go = pressed({}, () => order({ op: "preset", preset: preset.token }), make("span", { className: "number quiet-text" }, at < NUMBERED ? String(at + 1) : ""), preset.name);
  if (!may) return go;
  const row = make("div", { className: "position" });
  const change = small("…", t("Change {name}", preset), () => {
    row.replaceChildren(changing(preset, order));
    row.querySelector("input").select();
  });
  row.append(go, change, small("×", t("Forget {name}", preset), () => order({ op: "remove_preset", preset: preset.token })));
  return row;
}

// A camera keeps a name only together with a view: to rename, it goes there first.
function changing(preset, order) {
  const name = make("input", { value: preset.name, maxLength: 64, required: true, "aria-label": t("Name of the position") });
  const form = make("form", {}, name,
    make("button", { type: "submit", title: t("The camera goes there, and keeps the view under this name") }, t("Rename")),
    pressed({ title: t("Keep the present view as {name}", preset) }, () => { if (form.reportValidity()) order({ op: "set_preset", preset: preset.token, name: name.value.trim() }); }, t("Keep this view")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    order({ op: "rename_preset", preset: preset.token, name: name.value.trim() });
  });
  return form;
}

function small(sign, words, work) {
  return pressed({ className: "remove", "aria-label": words, title: words }, work, sign);
}

function pressed(properties, work, ...inside) {
  const button = make("button", { type: "button", ...properties }, ...inside);
  button.addEventListener("click", work);
  return button;
}

// Fields that name something of this system, chosen instead of typed: cameras, arm modes, positions and outputs of a camera.
//
// picker(schema, value): the field's control, with read() where its value is not what stands in it; null for other fields.
// What there is to choose is asked for when first needed, and once a page.

import { call, visibleCameras } from "eyrie/api.js";
import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";

const MODES = { disarmed: t("Disarmed"), home: t("Home"), away: t("Away") };
let announcements, cameras, modes, serial = 0;

export function picker(schema, value) {
  if (schema.format === "camera") return oneCamera(schema, value);
  if (schema.items?.format === "camera") return severalCameras(schema.items, value ?? []);
  if (schema.format === "mode") return mode(value);
  if (schema.format === "preset") return suggested("presets", value);
  if (schema.format === "announcement") return announcement(value);
  if (schema.format === "output") return suggested("outputs", value);
  return null;
}

// A field of text keeps the camera's name, one of numbers its id.
const keyOf = (schema, { id, name }) => (schema.type === "string" ? name : id);

function oneCamera(schema, value) {
  const none = schema.type === "string" ? "" : 0;
  const select = make("select", { "data-picks": "camera" }, new Option(t("The event's own camera"), none));
  if (value) select.append(new Option(String(value), value, true, true));
  cameras ??= visibleCameras();
  cameras.then((found) => {
    const chosen = select.value;
    const options = found.map((one) => Object.assign(new Option(one.name, keyOf(schema, one)), { camera: one.id }));
    const gone = chosen !== String(none) && !options.some((one) => one.value === chosen);
    select.replaceChildren(select.options[0], ...(gone ? [new Option(t("{name} (gone)", { name: chosen }), chosen)] : []), ...options);
    select.value = chosen;
  }, () => {});
  select.read = () => (schema.type === "string" ? select.value : Number(select.value));
  return select;
}

function severalCameras(schema, chosen) {
  const list = make("div", { className: "choices choice-list", role: "group" });
  cameras ??= visibleCameras();
  cameras.then((found) => list.replaceChildren(...found.map((one) => {
    const input = make("input", { type: "checkbox", value: String(keyOf(schema, one)), checked: chosen.includes(keyOf(schema, one)) });
    return make("label", { className: "check" }, input, one.name);
  })), () => {});
  list.read = () => {
    const boxes = [...list.querySelectorAll("input")];
    if (!boxes.length) return chosen; // they have not come yet
    const values = boxes.filter(({ checked }) => checked).map(({ value }) => value);
    return schema.type === "string" ? values : values.map(Number);
  };
  return list;
}

function announcement(value) {
  const select = make("select", {}, ...(value ? [new Option(value, value)] : []));
  announcements ??= call("announcements/");
  announcements.then(({ results }) => {
    const names = results.map(({ name }) => name), chosen = select.value;
    select.replaceChildren(...names.map((name) => new Option(name, name)));
    if (chosen && !names.includes(chosen)) select.prepend(new Option(t("{name} (gone)", { name: chosen }), chosen));
    if (chosen) select.value = chosen;
  }, () => {});
  return select;
}

function mode(value) {
  const select = make("select", {}, ...(value ? [new Option(MODES[value] ?? value, value)] : []));
  modes ??= call("arming/");
  modes.then(({ modes: found }) => {
    const chosen = select.value || found[0];
    select.replaceChildren(...[...new Set([...found, chosen])].map((name) => new Option(MODES[name] ?? name, name)));
    select.value = chosen;
  }, () => {});
  return select;
}

// A text field that suggests what the camera of the same form knows.
function suggested(what, value) {
  const input = make("input", { type: "text", autocomplete: "off", value: value ?? "" });
  const list = make("datalist", { id: `suggested-${serial += 1}` });
  input.setAttribute("list", list.id);
  let asked;
  input.addEventListener("focus", async () => {
    if (!list.isConnected) input.after(list);
    const camera = input.closest("schema-form")?.querySelector("[data-picks=camera]")?.selectedOptions[0]?.camera;
    if (camera === asked) return;
    asked = camera;
    const found = camera ? await call(`cameras/${camera}/controls/`).catch(() => ({})) : {};
    if (asked === camera) list.replaceChildren(...(found[what] ?? []).map((name) => new Option(name)));
  });
  return input;
}

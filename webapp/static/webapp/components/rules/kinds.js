// Kinds of events that other systems send: what they are called, and what they say.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, make, trouble } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { iconButton, option } from "./choices.js";

const PREFIX = "external.";
const KINDS = { text: t("Text"), number: t("Number"), boolean: t("Yes or no") };
const EXAMPLES = { text: "…", number: 1, boolean: true };
const { manages } = byId("page").dataset;
const editor = byId("editor"), form = editor.querySelector("form");
let edited = null, named = false;

async function refresh() {
  const own = (await call("events/types/")).filter(({ external }) => external);
  byId("empty").hidden = own.length > 0;
  byId("kinds").replaceChildren(...own.map(row));
  byId("kinds").removeAttribute("aria-busy");
}

function row(kind) {
  const edit = make("button", { type: "button", className: "button", "aria-label": t("Change {name}", { name: kind.title }) }, t("Change"));
  edit.addEventListener("click", () => open(kind));
  const words = kind.attributes.length ? kind.attributes.map(({ name, title }) => title || name).join(", ") : t("says nothing more");
  return make("li", { className: "card mode-row", "data-kind": kind.name },
    make("div", {}, make("strong", {}, kind.title), " ", make("code", { className: "small" }, kind.name), make("p", { className: "small quiet-text" }, words)),
    manages ? make("div", { className: "buttons" }, edit) : "");
}

function open(kind = null) {
  edited = kind;
  named = Boolean(kind);
  form.reset();
  tell(form, "");
  form.elements.title.value = kind?.title ?? "";
  form.elements.name.value = kind?.name ?? PREFIX;
  form.elements.name.readOnly = Boolean(kind);
  form.querySelector(".remove").hidden = !kind;
  byId("fields").replaceChildren(...(kind?.attributes ?? []).map(fieldRow));
  example();
  editor.showModal();
}

function fieldRow(given = {}) {
  const element = make("div", { className: "kind-field" },
    make("input", { className: "input mono", name: "field-name", value: given.name ?? "", placeholder: "badge_number", spellcheck: false, maxLength: 64, "aria-label": t("Name of the field") }),
    make("input", { className: "input", name: "field-title", value: given.title ?? "", placeholder: t("Title"), maxLength: 100, "aria-label": t("Title of the field") }),
    make("select", { className: "input", "aria-label": t("Kind of the field") }, ...Object.entries(KINDS).map(([name, words]) => option(name, words, name === given.kind))),
    make("label", { className: "check" }, make("input", { type: "checkbox", checked: Boolean(given.required) }), t("Needed")),
    iconButton("×", t("Remove this field"), () => { element.remove(); example(); }));
  return element;
}

function fields() {
  return [...byId("fields").children].map((row) => {
    const [name, title, kind, needed] = row.querySelectorAll("input, select");
    return { name: name.value.trim(), title: title.value.trim(), kind: kind.value, required: needed.checked };
  });
}

function example() {
  const attributes = Object.fromEntries(fields().filter(({ name }) => name).map(({ name, kind }) => [name, EXAMPLES[kind]]));
  byId("example").textContent = `POST /api/v1/events/\n${JSON.stringify({ type: form.elements.name.value, camera: t("Main door"), attributes, key: "4711" }, null, 2)}`;
}

// A name is proposed from the title until somebody writes one.
function propose() {
  const word = form.elements.title.value.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "");
  if (!named) form.elements.name.value = PREFIX + word;
  example();
}

async function remove() {
  const sure = await confirmed({ title: t("Delete {name}?", { name: edited.title }), text: t("Events of this kind stay, and no more are taken. Rules about it say that it is gone."), button: t("Delete") });
  if (!sure) return;
  await call(`events/types/${edited.name}/`, { method: "DELETE" });
  editor.close();
  await refresh();
}

onSubmit(form, async ({ elements }) => {
  const attributes = fields();
  await call("events/types/", { method: "POST", body: { name: elements.name.value.trim(), title: elements.title.value.trim(), attributes } });
  editor.close();
  toast(t("Saved."), "good");
  await refresh();
});
form.addEventListener("input", ({ target }) => {
  if (target === form.elements.name) named = true;
  propose();
});
byId("add-field").addEventListener("click", () => {
  byId("fields").append(fieldRow());
  byId("fields").lastElementChild.querySelector("input").focus();
});
form.querySelector(".close").addEventListener("click", () => editor.close());
form.querySelector(".remove").addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => remove().catch((error) => tell(form, error))));
byId("add")?.addEventListener("click", () => open());
refresh().catch((error) => {
  byId("kinds").replaceChildren();
  trouble(error.message);
});

// Groups of cameras.

import { call, everyPage } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, make, trouble } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const editor = byId("editor"), form = editor.querySelector("form");
let cameras = [];
let edited = null;

async function refresh() {
  try {
    const [groups, all] = await Promise.all([call("groups/"), everyPage("cameras/?page_size=1000")]);
    cameras = all;
    byId("empty").hidden = groups.results.length > 0;
    byId("groups").replaceChildren(...groups.results.map(card));
    byId("groups").removeAttribute("aria-busy");
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

function card(group) {
  const edit = make("button", { type: "button", className: "button", "aria-label": t("Change {name}", { name: group.name }) }, t("Change"));
  edit.addEventListener("click", () => open(group));
  const names = cameras.filter(({ id }) => group.cameras.includes(id)).map(({ name }) => make("span", { className: "chip" }, name));
  return make("li", { className: "card" },
    make("div", { className: "page-head" }, make("h3", {}, group.name), edit),
    make("p", { className: "small quiet-text" }, n("{count} camera", "{count} cameras", group.cameras.length)),
    make("div", { className: "buttons" }, ...names));
}

function open(group = null) {
  edited = group;
  form.reset();
  tell(form, "");
  form.elements.name.value = group?.name ?? "";
  byId("choices").replaceChildren(...cameras.map(({ id, name }) => make("label", { className: "check" },
    make("input", { type: "checkbox", name: "camera", value: String(id), checked: Boolean(group?.cameras.includes(id)) }), ` ${name}`)));
  form.querySelector(".remove").hidden = !group;
  editor.showModal();
  form.elements.name.focus();
}

async function remove() {
  const sure = await confirmed({ title: t("Delete {name}?", { name: edited.name }), text: t("The group is gone for good. Its cameras stay."), button: t("Delete group") });
  if (!sure) return;
  try {
    await call(`groups/${edited.id}/`, { method: "DELETE" });
    editor.close();
    await refresh();
  } catch (error) {
    tell(form, error);
  }
}

onSubmit(form, async ({ elements }) => {
  const chosen = [...byId("choices").querySelectorAll(":checked")].map(({ value }) => Number(value));
  const body = { name: elements.name.value.trim(), cameras: chosen };
  await call(edited ? `groups/${edited.id}/` : "groups/", { method: edited ? "PATCH" : "POST", body });
  editor.close();
  toast(t("Saved."), "good");
  await refresh();
});
editor.querySelector(".close").addEventListener("click", () => editor.close());
form.querySelector(".remove").addEventListener("click", ({ currentTarget }) => busy(currentTarget, remove));
byId("add").addEventListener("click", () => open());
await refresh();

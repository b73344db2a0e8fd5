// All roles: what they are made of, made, copied, changed and deleted.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, make, trouble } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { chosen, permissionBoxes, roleTitle } from "./words.js";

const editor = byId("editor"), form = editor.querySelector("form");
const { results: permissions } = await call("permissions/");
let edited = null;

async function refresh() {
  try {
    const { results } = await call("roles/");
    byId("roles").replaceChildren(...results.map(card));
    byId("roles").removeAttribute("aria-busy");
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

function card(role) {
  const title = roleTitle(role.name, role.title);
  const edit = make("button", { type: "button", className: "button", "aria-label": role.builtin ? t("Look at {name}", { name: title }) : t("Change {name}", { name: title }) }, role.builtin ? t("Look at it") : t("Change"));
  edit.addEventListener("click", () => open(role));
  const kind = role.plugin ? t("Comes with plugin {name}", { name: role.plugin }) : role.builtin ? t("Built in") : t("Made here");
  return make("li", { className: "card", "data-role": role.name },
    make("div", { className: "page-head" }, make("h3", {}, title), edit),
    make("p", { className: "small quiet-text" }, `${kind}. ${n("{count} permission", "{count} permissions", role.permissions.length)}, ${role.holders ? n("given once", "given {count} times", role.holders) : t("given to nobody")}.`),
    role.second_factor ? make("p", {}, make("span", { className: "badge", "data-tone": "good" }, t("Second factor needed"))) : "");
}

function open(role = null, copied = null) {
  edited = role;
  form.reset();
  tell(form, "");
  const source = role ?? copied, fixed = Boolean(role?.builtin);
  form.elements.title.value = role ? roleTitle(role.name, role.title) : copied ? t("Copy of {name}", { name: roleTitle(copied.name, copied.title) }) : "";
  form.elements.title.disabled = fixed;
  form.elements.second_factor.checked = Boolean(source?.second_factor);
  byId("permissions").replaceChildren(...permissionBoxes(permissions, source?.permissions ?? ["camera.view"], fixed));
  byId("fixed").hidden = !fixed;
  form.querySelector(".copy").hidden = !role;
  form.querySelector(".remove").hidden = !role || fixed;
  if (!editor.open) editor.showModal();
}

async function remove() {
  const sure = await confirmed({ title: t("Delete {name}?", { name: edited.title }), text: t("The role is gone for good."), button: t("Delete role") });
  if (!sure) return;
  try {
    await call(`roles/${edited.id}/`, { method: "DELETE" });
    editor.close();
    await refresh();
  } catch (error) {
    tell(form, error);
  }
}

onSubmit(form, async ({ elements }) => {
  const second = { second_factor: elements.second_factor.checked };
  const body = edited?.builtin ? second : { title: elements.title.value.trim(), permissions: chosen(byId("permissions")), ...second };
  await call(edited ? `roles/${edited.id}/` : "roles/", { method: edited ? "PATCH" : "POST", body });
  editor.close();
  toast(t("Saved."), "good");
  await refresh();
});
editor.querySelector(".close").addEventListener("click", () => editor.close());
form.querySelector(".copy").addEventListener("click", () => open(null, edited));
form.querySelector(".remove").addEventListener("click", ({ currentTarget }) => busy(currentTarget, remove));
byId("add").addEventListener("click", () => open());
await refresh();

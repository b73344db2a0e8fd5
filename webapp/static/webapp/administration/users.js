// Users and their roles.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { byId, make, trouble } from "eyrie/dom.js";
import { onSubmit } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import "components/new-password/new-password.js";

const TITLES = { administrator: t("Administrator"), operator: t("Operator"), viewer: t("Viewer") };
const me = Number(byId("page").dataset.me);
const adding = byId("new-user");
const granting = byId("grant");
const cameras = new Map();
let granted = null;

async function refresh() {
  try {
    const { results } = await call("users/");
    byId("users").replaceChildren(...results.map(row));
  } catch (error) {
    trouble(error.message);
  }
}

function row(user) {
  const name = make("td", {}, make("strong", {}, user.username), user.active ? "" : make("span", { className: "badge" }, t("May not sign in")));
  const roles = make("div", { className: "buttons" }, ...user.grants.map((grant) => chip(user, grant)), action(t("Give a role"), () => give(user)));
  const actions = make("div", { className: "buttons end" });
  if (user.id !== me) {
    actions.append(action(user.active ? t("Lock") : t("Unlock"), () => change(user, { active: !user.active })), action(t("Remove"), () => remove(user)));
  }
  return make("tr", { "data-user": user.username }, name, make("td", {}, roles), make("td", {}, user.last_login ? dayAndTime(Date.parse(user.last_login)) : t("Never")), make("td", {}, actions));
}

function chip(user, grant) {
  const role = TITLES[grant.role] ?? grant.role;
  const words = grant.camera === null ? role : t("{role} of {camera}", { role, camera: cameras.get(grant.camera) ?? grant.camera });
  const take = make("button", { type: "button", className: "take", "aria-label": t("Take back {role} from {name}", { role: words, name: user.username }) }, "×");
  take.addEventListener("click", () => send(`users/${user.id}/grants/`, "DELETE", grant));
  return make("span", { className: "chip" }, words, take);
}

function action(words, work) {
  const button = make("button", { type: "button", className: "button plain" }, words);
  button.addEventListener("click", work);
  return button;
}

function change(user, body) {
  return send(`users/${user.id}/`, "PATCH", body);
}

async function remove(user) {
  const sure = await confirmed({ title: t("Remove {name}?", { name: user.username }), text: t("The user's roles and tokens go too. What they did stays in the audit log."), button: t("Remove user") });
  if (sure) await send(`users/${user.id}/`, "DELETE");
}

async function send(path, method, body) {
  try {
    await call(path, { method, body });
  } catch (error) {
    toast(error.message, "bad");
  }
  await refresh();
}

function give(user) {
  granted = user;
  granting.showModal();
}

// usual: what stands there until something else is chosen, also after the form was reset
function fill(select, entries, usual) {
  select.append(...entries.map(([value, words]) => make("option", { value: String(value), defaultSelected: value === usual }, words)));
}

byId("add").addEventListener("click", () => { adding.querySelector("form").reset(); adding.showModal(); });
for (const dialog of [adding, granting]) dialog.querySelector(".close").addEventListener("click", () => dialog.close());
onSubmit(adding.querySelector("form"), async ({ elements }) => {
  await call("users/", { method: "POST", body: { username: elements.username.value, password: elements.password.value, roles: [elements.role.value] } });
  adding.close();
  await refresh();
});
onSubmit(granting.querySelector("form"), async ({ elements }) => {
  const camera = elements.camera.value ? Number(elements.camera.value) : null;
  await call(`users/${granted.id}/grants/`, { method: "POST", body: { role: elements.role.value, camera } });
  granting.close();
  await refresh();
});
const [roles, found] = await Promise.all([call("roles/"), call("cameras/?page_size=1000")]);
for (const camera of found.results) cameras.set(camera.id, camera.name);
const names = roles.results.map((role) => [role.name, TITLES[role.name] ?? role.title]);
fill(byId("role"), names, "viewer");
fill(byId("grant-role"), names, "viewer");
fill(byId("grant-camera"), [...cameras]);
await refresh();

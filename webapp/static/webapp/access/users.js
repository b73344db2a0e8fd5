// All users.

import { call } from "eyrie/api.js";
import { byId, make, trouble } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { chips, fill, grantWords, roleTitle } from "./words.js";
import "components/new-password/new-password.js";

const adding = byId("new-user"), form = adding.querySelector("form");
let people = [];

async function refresh() {
  try {
    people = (await call("users/")).results.filter((user) => !user.is_service);
    show();
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

function show() {
  const sought = byId("search").value.trim().toLowerCase();
  const found = people.filter((user) => !sought || said(user).includes(sought));
  byId("users").replaceChildren(...found.map(row));
  if (!found.length) byId("users").append(make("tr", {}, make("td", { colSpan: 4 }, t("Nobody is called so."))));
  byId("count").textContent = n("{count} user", "{count} users", found.length);
}

const said = (user) => [user.username, user.full_name, user.directory, ...user.groups.map(({ name }) => name), ...user.grants.map(grantWords)].join(" ").toLowerCase();

function row(user) {
  const name = make("td", {}, make("a", { href: `/system/users/${user.id}/` }, user.username), user.full_name ? make("div", { className: "small quiet-text" }, user.full_name) : "");
  if (!user.active) name.append(make("div", {}, make("span", { className: "badge", "data-tone": "warn" }, t("May not sign in"))));
  if (user.directory) name.append(make("div", {}, make("span", { className: "badge" }, t("Of directory {name}", { name: user.directory }))));
  const groups = make("div", { className: "buttons" }, ...user.groups.map((group) => make("span", { className: "chip" }, group.name)));
  return make("tr", { "data-user": user.username }, name, make("td", {}, chips(user.grants)), make("td", {}, groups),
    make("td", {}, user.last_login ? dayAndTime(Date.parse(user.last_login)) : t("Never")));
}

byId("search").addEventListener("input", show);
byId("add").addEventListener("click", () => { form.reset(); tell(form, ""); adding.showModal(); });
adding.querySelector(".close").addEventListener("click", () => adding.close());
onSubmit(form, async ({ elements }) => {
  const body = { username: elements.username.value.trim(), full_name: elements.full_name.value.trim(), password: elements.password.value, roles: elements.role.value ? [elements.role.value] : [] };
  const made = await call("users/", { method: "POST", body });
  if (elements.due.checked) await call(`users/${made.id}/password-due/`, { method: "POST" });
  location.assign(`/system/users/${made.id}/`);
});
const { results } = await call("roles/");
fill(byId("role"), [["", t("None yet")], ...results.map((role) => [role.name, roleTitle(role.name, role.title)])], "viewer");
await refresh();

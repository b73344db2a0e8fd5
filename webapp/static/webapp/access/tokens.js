// Service accounts and tokens. A token's secret is shown once, when it is made.

import { call, everyPage } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { byId, make, trouble } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import { chips, chosen, fill, momentOf, permissionBoxes, roleTitle, showMoment } from "./words.js";

const YEAR = 365 * 86_400_000;
const editor = byId("editor"), form = editor.querySelector("form");
const serving = byId("new-service"), service = serving.querySelector("form");
const rotating = byId("rotating"), rotation = rotating.querySelector("form");
const [{ results: permissions }, cameras, { results: roles }] = await Promise.all([call("permissions/"), everyPage("cameras/?page_size=1000").catch(() => []), call("roles/")]);
let users = [], edited = null, rotated = null;

async function refresh() {
  try {
    const [people, found] = await Promise.all([call("users/"), call("tokens/")]);
    users = people.results;
    byId("services").replaceChildren(...users.filter((user) => user.is_service).map((user) => serviceRow(user, found.results)));
    byId("tokens").replaceChildren(...found.results.map(row));
    if (!byId("services").children.length) byId("services").append(nothing(3, t("There is none yet.")));
    if (!found.results.length) byId("tokens").append(nothing(6, t("There is none yet.")));
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

const nothing = (columns, words) => make("tr", {}, make("td", { colSpan: columns, className: "quiet-text" }, words));

function serviceRow(user, tokens) {
  const name = make("td", {}, make("a", { href: `/system/users/${user.id}/` }, user.username), user.active ? "" : make("div", {}, make("span", { className: "badge", "data-tone": "warn" }, t("Switched off"))));
  return make("tr", { "data-service": user.username }, name, make("td", {}, chips(user.grants)), make("td", { className: "number" }, String(tokens.filter((token) => token.user === user.id).length)));
}

function row(token) {
  const limits = [
    token.permissions && n("{count} function", "{count} functions", token.permissions.length),
    token.cameras && n("{count} camera", "{count} cameras", token.cameras.length),
    token.networks.length && token.networks.join(", "),
  ].filter(Boolean);
  const state = !token.owner_active ? t("Owner switched off") : token.expired ? t("Expired") : "";
  const ends = make("td", {}, token.expires_at ? dayAndTime(Date.parse(token.expires_at)) : t("for good"));
  if (state) ends.append(make("div", {}, make("span", { className: "badge", "data-tone": "warn" }, state)));
  if (token.former_until) ends.append(make("div", { className: "small quiet-text" }, t("old secret until {time}", { time: dayAndTime(Date.parse(token.former_until)) })));
  const used = make("td", {}, token.last_used_at ? dayAndTime(Date.parse(token.last_used_at)) : t("Never"), token.last_address ? make("div", { className: "small quiet-text" }, token.last_address) : "");
  const acts = make("div", { className: "buttons end" },
    action(t("Change"), t("Change {name}", { name: token.name }), () => open(token)),
    action(t("New secret"), t("New secret of {name}", { name: token.name }), () => { rotated = token; tell(rotation, ""); rotating.showModal(); }),
    action(t("Take back"), t("Take back {name}", { name: token.name }), () => remove(token)));
  return make("tr", { "data-token": token.name },
    make("td", {}, make("strong", {}, token.name), make("div", { className: "small quiet-text mono" }, `${token.begins}…`)),
    make("td", {}, make("a", { href: `/system/users/${token.user}/` }, token.username)), make("td", {}, limits.join(", ") || t("nothing: all that its owner may do")), ends, used, make("td", {}, acts));
}

function action(words, label, work) {
  const button = make("button", { type: "button", className: "button plain", "aria-label": label }, words);
  button.addEventListener("click", work);
  return button;
}

function open(token = null) {
  edited = token;
  form.reset();
  tell(form, "");
  form.elements.user.replaceChildren();
  fill(form.elements.user, users.map((user) => [user.id, user.username]), token?.user ?? users.find((user) => user.is_service)?.id);
  form.elements.user.disabled = Boolean(token);
  form.elements.name.value = token?.name ?? "";
  form.elements.networks.value = token?.networks.join("\n") ?? "";
  showMoment(form.elements.expires_at, token ? token.expires_at : new Date(Date.now() + YEAR).toISOString());
  byId("permissions").replaceChildren(...permissionBoxes(permissions, token?.permissions ?? []));
  byId("cameras").replaceChildren(...cameras.map(({ id, name }) => make("label", { className: "check" }, make("input", { type: "checkbox", value: String(id), checked: Boolean(token?.cameras?.includes(id)) }), ` ${name}`)));
  byId("token-functions").open = Boolean(token?.permissions);
  byId("token-cameras").open = Boolean(token?.cameras);
  count();
  editor.showModal();
}

function count() {
  for (const [list, words] of [["permissions", byId("functions-count")], ["cameras", byId("cameras-count")]]) {
    const number = chosen(byId(list)).length;
    words.textContent = number ? String(number) : t("no limit");
  }
}

async function remove(token) {
  const sure = await confirmed({ title: t("Take back {name}?", { name: token.name }), text: t("What uses it can do nothing any more, at once."), button: t("Take back") });
  if (!sure) return;
  try {
    await call(`tokens/${token.id}/`, { method: "DELETE" });
  } catch (error) {
    toast(error.message, "bad");
  }
  await refresh();
}

function reveal(secret) {
  byId("secret-text").value = secret;
  byId("secret").showModal();
  byId("secret-text").select();
}

form.addEventListener("change", count);
onSubmit(form, async ({ elements }) => {
  const functions = chosen(byId("permissions")), places = chosen(byId("cameras")).map(Number);
  const body = {
    name: elements.name.value.trim(), expires_at: momentOf(elements.expires_at),
    permissions: functions.length ? functions : null, cameras: places.length ? places : null,
    networks: elements.networks.value.split(/[\s,]+/).filter(Boolean),
  };
  const made = edited ? await call(`tokens/${edited.id}/`, { method: "PUT", body }) : await call("tokens/", { method: "POST", body: { ...body, user: Number(elements.user.value) } });
  editor.close();
  await refresh();
  if (made.secret) reveal(made.secret);
});
onSubmit(rotation, async ({ elements }) => {
  const made = await call(`tokens/${rotated.id}/rotate/`, { method: "POST", body: { overlap_hours: Number(elements.overlap.value) } });
  rotating.close();
  await refresh();
  reveal(made.secret);
});
onSubmit(service, async ({ elements }) => {
  await call("users/", { method: "POST", body: { username: elements.username.value.trim(), is_service: true, roles: elements.role.value ? [elements.role.value] : [] } });
  serving.close();
  await refresh();
});
for (const dialog of [editor, serving, rotating, byId("secret")]) dialog.querySelector(".close").addEventListener("click", () => dialog.close());
byId("secret").addEventListener("close", () => { byId("secret-text").value = ""; });
byId("copy").addEventListener("click", async () => {
  byId("secret-text").select();
  try {
    await navigator.clipboard.writeText(byId("secret-text").value);
    toast(t("Copied."), "good");
  } catch {
    document.execCommand("copy"); // without HTTPS there is no clipboard for pages
  }
});
byId("add").addEventListener("click", () => open());
byId("add-service").addEventListener("click", () => { service.reset(); tell(service, ""); serving.showModal(); });
fill(byId("service-role"), [["", t("None yet")], ...roles.map((role) => [role.name, roleTitle(role.name, role.title)])]);
await refresh();

// One user: about them, their groups and roles, what they may do and why, signing in.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, make, trouble } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import { givesRoles, showGrants } from "./grants.js";
import { showRights } from "./rights.js";
import { chosen } from "./words.js";
import "components/new-password/new-password.js";

const id = Number(byId("page").dataset.id), path = `users/${id}/`;
const about = byId("about"), memberships = byId("groups");
const { results: permissions } = await call("permissions/");
let user = null;

async function refresh() {
  try {
    user = await call(path);
    const [groups, rights] = await Promise.all([call("user-groups/"), call(`${path}rights/`)]);
    showState();
    showGroups(groups.results);
    showGrants(path, user.username, user.grants, refresh);
    showRights(rights, permissions);
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

function showState() {
  const own = !user.directory && !user.is_service;
  const badges = [
    user.active ? "" : make("span", { className: "badge", "data-tone": "warn" }, t("May not sign in")),
    user.directory ? make("span", { className: "badge" }, t("Of directory {name}", { name: user.directory })) : "",
    user.is_service ? make("span", { className: "badge" }, t("Service account")) : "",
  ];
  byId("states").replaceChildren(...badges.filter(Boolean));
  byId("states").hidden = !badges.some(Boolean);
  about.elements.full_name.value = user.full_name;
  about.elements.email.value = user.email;
  for (const one of about.elements) one.disabled = Boolean(user.directory);
  if (byId("switch")) {
    byId("switch").textContent = user.active ? t("Switch off") : t("Switch on");
    byId("switch").hidden = false;
  }
  byId("signing-in").hidden = user.is_service;
  byId("new-password").hidden = byId("due").hidden = !own;
}

function showGroups(groups) {
  const mine = user.groups.map((group) => group.id);
  byId("memberships").replaceChildren(...groups.map((group) => make("label", { className: "check" },
    make("input", { type: "checkbox", value: String(group.id), checked: mine.includes(group.id), disabled: Boolean(group.directory) }),
    group.directory ? ` ${group.name} (${group.directory})` : ` ${group.name}`)));
  if (!groups.length) byId("memberships").append(make("p", { className: "quiet-text" }, t("There are no groups yet.")));
  byId("save-groups").hidden = !groups.some((group) => !group.directory);
}

async function showSessions() {
  const found = await call(`${path}sign-in/`);
  const rows = found.sessions.results.map((one) => make("li", {}, make("span", {}, one.device), make("span", { className: "quiet-text" }, one.address),
    make("span", { className: "quiet-text" }, t("last used {time}", { time: dayAndTime(Date.parse(one.used)) }))));
  byId("sessions").replaceChildren(...rows);
  if (!rows.length) byId("sessions").append(make("li", { className: "quiet-text" }, t("Nobody is signed in with this account.")));
  byId("end-sessions").hidden = !rows.length;
  byId("no-factors").hidden = !found.ways.length;
}

async function act(work, done) {
  try {
    await work();
    if (done) toast(done, "good");
  } catch (error) {
    toast(error.message, "bad");
  }
  await refresh();
  if (!user.is_service) await showSessions();
}

onSubmit(about, async ({ elements }) => {
  await call(path, { method: "PATCH", body: { full_name: elements.full_name.value.trim(), email: elements.email.value.trim() } });
  toast(t("Saved."), "good");
  await refresh();
});
onSubmit(memberships, async () => {
  const ours = chosen(byId("memberships")).map(Number).filter((one) => !user.groups.some((group) => group.id === one && group.directory));
  await call(path, { method: "PATCH", body: { groups: ours } });
  toast(t("Saved."), "good");
  await refresh();
});
byId("switch")?.addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => act(() => call(path, { method: "PATCH", body: { active: !user.active } }))));
byId("remove")?.addEventListener("click", async () => {
  const sure = await confirmed({ title: t("Remove {name}?", { name: user.username }), text: t("The user's roles and tokens go too. What they did stays in the audit log."), button: t("Remove user") });
  if (!sure) return;
  try {
    await call(path, { method: "DELETE" });
    location.assign(user.is_service ? "/system/users/tokens/" : "/system/users/");
  } catch (error) {
    toast(error.message, "bad");
  }
});
const dialog = byId("password-dialog"), setting = dialog.querySelector("form");
byId("new-password").addEventListener("click", () => { setting.reset(); tell(setting, ""); dialog.showModal(); });
dialog.querySelector(".close").addEventListener("click", () => dialog.close());
onSubmit(setting, async ({ elements }) => {
  await call(path, { method: "PATCH", body: { password: elements.password.value } });
  if (elements.due.checked) await call(`${path}password-due/`, { method: "POST" });
  dialog.close();
  toast(t("The password is changed."), "good");
});
byId("due").addEventListener("click", () => act(() => call(`${path}password-due/`, { method: "POST" }), t("A new password is asked for at the next sign-in.")));
byId("no-factors").addEventListener("click", async () => {
  const sure = await confirmed({ title: t("Remove second factors?"), text: t("For somebody who lost their phone. Until they set up another, the password alone lets them in."), button: t("Remove") });
  if (sure) await act(() => call(`${path}second-factors/`, { method: "DELETE" }), t("Removed."));
});
byId("end-sessions").addEventListener("click", () => act(() => call(`${path}sign-in/`, { method: "DELETE" }), t("All sessions are ended.")));
givesRoles(path, refresh);
await refresh();
if (user && !user.is_service) await showSessions().catch((error) => trouble(error.message));

// One group of users: who is in it, and the roles it gives.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { byId, make, trouble } from "eyrie/dom.js";
import { onSubmit } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { givesRoles, showGrants } from "./grants.js";
import { chosen } from "./words.js";

const path = `user-groups/${byId("page").dataset.id}/`;
const form = byId("members");
let group = null;

async function refresh() {
  try {
    group = await call(path);
    byId("title").textContent = group.name;
    showGrants(path, group.name, group.grants, refresh);
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

function showPeople(users) {
  const mine = group.members.map((member) => member.id);
  byId("people").replaceChildren(...users.map((user) => make("label", { className: "check" },
    make("input", { type: "checkbox", value: String(user.id), checked: mine.includes(user.id), disabled: Boolean(group.directory) }), ` ${user.username}`)));
}

byId("search").addEventListener("input", ({ currentTarget }) => {
  const sought = currentTarget.value.trim().toLowerCase();
  for (const label of byId("people").children) label.hidden = !label.textContent.toLowerCase().includes(sought);
});
onSubmit(form, async ({ elements }) => {
  if (group.directory) return;
  await call(path, { method: "PATCH", body: { name: elements.name.value.trim(), members: chosen(byId("people")).map(Number) } });
  toast(t("Saved."), "good");
  await refresh();
});
byId("remove").addEventListener("click", async () => {
  const sure = await confirmed({ title: t("Delete {name}?", { name: group.name }), text: t("The roles it gave end. Its members stay."), button: t("Delete group") });
  if (!sure) return;
  try {
    await call(path, { method: "DELETE" });
    location.assign("/system/users/groups/");
  } catch (error) {
    toast(error.message, "bad");
  }
});
givesRoles(path, refresh);
await refresh();
const users = await call("users/");
if (group) showPeople(users.results);

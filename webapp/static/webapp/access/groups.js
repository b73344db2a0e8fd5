// All groups of users.

import { call } from "eyrie/api.js";
import { byId, make, trouble } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { chips } from "./words.js";

const adding = byId("new-group"), form = adding.querySelector("form");

function row(group) {
  const name = make("td", {}, make("a", { href: `/system/users/groups/${group.id}/` }, group.name));
  if (group.directory) name.append(make("div", {}, make("span", { className: "badge" }, t("Of directory {name}", { name: group.directory }))));
  return make("tr", { "data-group": group.name }, name, make("td", {}, chips(group.grants)), make("td", { className: "number" }, String(group.members.length)));
}

byId("add").addEventListener("click", () => { form.reset(); tell(form, ""); adding.showModal(); });
adding.querySelector(".close").addEventListener("click", () => adding.close());
onSubmit(form, async ({ elements }) => {
  const made = await call("user-groups/", { method: "POST", body: { name: elements.name.value.trim() } });
  location.assign(`/system/users/groups/${made.id}/`);
});
try {
  const { results } = await call("user-groups/");
  byId("groups").replaceChildren(...results.map(row));
  byId("empty").hidden = results.length > 0;
  byId("frame").hidden = !results.length;
} catch (error) {
  trouble(error.message);
}

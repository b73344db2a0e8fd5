// The roles of a user or a group: where, until when; given and taken back. `changed` is called after each change.

import { call, everyPage } from "eyrie/api.js";
import { busy, byId, make } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { fill, grantWords, momentOf, placeOf, roleTitle, until } from "./words.js";

const giving = byId("giving"), form = giving.querySelector("form");

export function givesRoles(path, changed) {
  const ready = offer();
  byId("give").addEventListener("click", ({ currentTarget }) => busy(currentTarget, async () => {
    await ready;
    form.reset();
    tell(form, "");
    giving.showModal();
  }));
  giving.querySelector(".close").addEventListener("click", () => giving.close());
  onSubmit(form, async ({ elements }) => {
    const [kind, id] = elements.place.value.split(":");
    const body = { role: elements.role.value, camera: kind === "camera" ? Number(id) : null, camera_group: kind === "group" ? Number(id) : null, expires_at: momentOf(elements.expires_at) };
    await call(`${path}grants/`, { method: "POST", body });
    giving.close();
    await changed();
  });
}

async function offer() {
  const [roles, cameras, groups] = await Promise.all([call("roles/"), everyPage("cameras/?page_size=1000").catch(() => []), call("groups/").catch(() => ({ results: [] }))]);
  fill(form.elements.role, roles.results.map((role) => [role.name, roleTitle(role.name, role.title)]), "viewer");
  for (const [title, rows, kind] of [[t("Groups of cameras"), groups.results, "group"], [t("Cameras"), cameras, "camera"]]) {
    if (!rows.length) continue;
    const part = make("optgroup", { label: title });
    fill(part, rows.map((row) => [`${kind}:${row.id}`, row.name]));
    form.elements.place.append(part);
  }
}

export function showGrants(path, name, grants, changed) {
  const list = byId("granted");
  list.replaceChildren(...grants.map((grant) => {
    const take = make("button", { type: "button", className: "button plain", "aria-label": t("Take back {role} from {name}", { role: grantWords(grant), name }) }, t("Take back"));
    take.addEventListener("click", async () => {
      try {
        await call(`${path}grants/${grant.id}/`, { method: "DELETE" });
      } catch (error) {
        toast(error.message, "bad");
      }
      await changed();
    });
    return make("li", { "data-role": grant.role }, make("strong", {}, roleTitle(grant.role, grant.role_title)), make("span", {}, placeOf(grant)), make("span", { className: "quiet-text" }, until(grant)), take);
  }));
  if (!grants.length) list.append(make("li", { className: "quiet-text" }, t("No role of its own.")));
  list.removeAttribute("aria-busy");
}

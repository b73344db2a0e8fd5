// Words that the pages of users, groups, roles and tokens share.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { moment, local } from "eyrie/zone.js";

const ROLES = { administrator: t("Administrator"), operator: t("Operator"), viewer: t("Viewer") };
const FUNCTIONS = {
  "camera.view": t("See"), "camera.live": t("Live"), "camera.listen": t("Listen"), "camera.playback": t("Playback"), "camera.export": t("Export"),
  "camera.unmask": t("Unmask"), "camera.record": t("Record"), "camera.ptz": t("Move"), "camera.ptz_first": t("Move first"), "camera.talk": t("Talk"),
  "camera.talk_first": t("Talk first"), "camera.manage": t("Configure"), "event.view": t("Events"), "event.acknowledge": t("Acknowledge"), "event.send": t("Send events"),
};

export const roleTitle = (name, title) => ROLES[name] ?? title;

// Camera functions in few words, for the head of a table; others by their codename.
export const functionWord = (codename) => FUNCTIONS[codename] ?? codename;

export function placeOf(grant) {
  if (grant.camera !== null) return grant.camera_name;
  return grant.camera_group !== null ? t("group of cameras {name}", { name: grant.camera_group_name }) : t("everything");
}

export const until = (grant) => (grant.expires_at ? t("until {time}", { time: dayAndTime(Date.parse(grant.expires_at)) }) : "");

export function grantWords(grant) {
  const role = roleTitle(grant.role, grant.role_title);
  const words = grant.camera === null && grant.camera_group === null ? role : t("{role} for {place}", { role, place: placeOf(grant) });
  return grant.expires_at ? `${words}, ${until(grant)}` : words;
}

export const chips = (grants) => make("div", { className: "buttons" }, ...grants.map((grant) => make("span", { className: "chip" }, grantWords(grant))));

export function fill(select, entries, usual) {
  select.append(...entries.map(([value, words]) => make("option", { value: String(value), defaultSelected: value === usual }, words)));
}

// What a datetime-local field holds, read as the site's time; null when it is empty.
export function momentOf(input) {
  if (!input.value) return null;
  const [year, month, day, hour, minute] = input.value.match(/\d+/g).map(Number);
  return new Date(moment({ year, month, day, hour, minute })).toISOString();
}

export function showMoment(input, text) {
  const two = (number) => String(number).padStart(2, "0");
  const at = text && local(Date.parse(text));
  input.value = at ? `${at.year}-${two(at.month)}-${two(at.day)}T${two(at.hour)}:${two(at.minute)}` : "";
}

// Checkboxes of all permissions, in groups: those of cameras, of the system, and of plugins.
export function permissionBoxes(permissions, held, disabled = false) {
  const groups = new Map();
  for (const one of permissions) {
    const name = one.provider !== "core" ? t("Plugin {name}", { name: one.provider }) : one.scope === "camera" ? t("Cameras") : t("System");
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups].map(([name, rows]) => make("fieldset", { className: "permission-group" }, make("legend", {}, name),
    make("div", { className: "checks-list" }, ...rows.map((one) => make("label", { className: "check", title: one.codename },
      make("input", { type: "checkbox", value: one.codename, checked: held.includes(one.codename), disabled }), ` ${t(one.title)}`)))));
}

export const chosen = (root) => [...root.querySelectorAll("input:checked")].map(({ value }) => value);

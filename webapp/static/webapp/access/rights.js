// What a user may do now, and why: cameras that the same roles reach share a row.

import { byId, make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { functionWord, grantWords } from "./words.js";

const FEW = 6;

export function showRights({ active, roles, cameras, refused }, permissions) {
  const ofCameras = permissions.filter((one) => one.scope === "camera" && roles.some((role) => role.permissions.includes(one.codename)));
  const ofSystem = permissions.filter((one) => one.scope === "system" && through(one.codename, everywhere(roles)).length);
  byId("none").textContent = active ? t("Nothing: no role reaches this user now.") : t("Nothing: the user is switched off.");
  byId("none").hidden = active && roles.length > 0;
  byId("matrix-frame").hidden = !active || !cameras.length;
  byId("functions").replaceChildren(make("th", {}, t("Cameras")), ...ofCameras.map((one) => make("th", { className: "function", title: t(one.title) }, functionWord(one.codename))), make("th", {}, t("Through")));
  byId("matrix").replaceChildren(...rows(cameras).map((row) => line(row, roles, ofCameras)));
  byId("system-part").hidden = !active || !ofSystem.length;
  byId("system-functions").replaceChildren(...ofSystem.map((one) => make("li", {}, make("span", {}, t(one.title)),
    make("span", { className: "quiet-text" }, refused.includes(one.codename) ? t("refused by a plugin") : through(one.codename, everywhere(roles)).map(why).join("; ")))));
}

function rows(cameras) {
  const found = new Map();
  for (const camera of cameras) {
    const key = JSON.stringify([camera.roles, camera.refused]);
    found.set(key, { ...camera, names: [...(found.get(key)?.names ?? []), camera.name] });
  }
  return [...found.values()];
}

function line({ names, roles: places, refused }, roles, functions) {
  const reaching = places.map((place) => roles[place]);
  const which = names.length > FEW ? make("details", {}, make("summary", {}, n("{count} camera", "{count} cameras", names.length)), names.join(", ")) : names.join(", ");
  return make("tr", {}, make("td", { className: "which" }, which), ...functions.map((one) => cell(one, reaching, refused)),
    make("td", { className: "why small" }, ...reaching.map((role) => make("div", {}, why(role)))));
}

function cell(one, reaching, refused) {
  const by = through(one.codename, reaching);
  const no = refused.includes(one.codename) ? t("refused by a plugin") : t("no");
  const held = by.length > 0 && !refused.includes(one.codename);
  return make("td", { className: held ? "yes" : "no", title: held ? by.map(why).join("; ") : no }, make("span", { "aria-hidden": "true" }, held ? "✓" : "–"), make("span", { className: "unseen" }, held ? t("yes") : no));
}

const everywhere = (roles) => roles.filter((role) => role.camera === null && role.camera_group === null);
const through = (codename, roles) => roles.filter((role) => role.permissions.includes(codename));
const why = (role) => (role.group ? t("{role}, from group {group}", { role: grantWords(role), group: role.group }) : grantWords(role));

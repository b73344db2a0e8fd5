// Words of the audit log: kinds of acts and of targets, times of fields.

import { t } from "eyrie/i18n.js";
import { moment } from "eyrie/zone.js";

const KINDS = {
  access_door: t("Doors"), access_holder: t("Card holders"), announcement: t("Announcements"), audit: t("Audit log"), auth: t("Signing in"),
  backup: t("Off-site backup"), camera: t("Cameras"), certificate: t("Certificate"), configuration: t("Configuration"), delivery: t("Actions of rules"),
  directory: t("Directories"), event: t("Events"), event_type: t("Event types"), export: t("Exports"), face_person: t("Enrolled people"),
  group: t("Camera groups"), health: t("Findings"), holiday: t("Holidays"), lpr_plate: t("Plates"), plugin: t("Plugins"), role: t("Roles"),
  rule: t("Rules"), schedule: t("Schedules"), site: t("Site"), token: t("Tokens"), user: t("Users"), user_group: t("User groups"), volume: t("Volumes"),
};

const TARGETS = {
  access_door: t("Door"), access_holder: t("Card holder"), announcement: t("Announcement"), audit: t("Audit log"), camera: t("Camera"), check: t("Finding"),
  certificate: t("Certificate"), configuration: t("Configuration"), directory: t("Directory"), event: t("Event"), event_type: t("Event type"),
  export: t("Export"), face_person: t("Enrolled person"), group: t("Camera group"), holiday: t("Holiday"), lpr_plate: t("Plate"), plugin: t("Plugin"),
  role: t("Role"), rule: t("Rule"), schedule: t("Schedule"), site: t("Site"), token: t("Token"), user: t("User"), user_group: t("User group"), volume: t("Volume"),
};

export const kindOf = (kind) => KINDS[kind] ?? kind;

// "Door (Camera 3)", or the target as it is written where nobody knows its name.
export function shownTarget({ target, target_name: name, after, before }) {
  const [kind, key] = [target.split(":")[0], target.slice(target.indexOf(":") + 1)];
  const said = name || named(after) || named(before), what = TARGETS[kind] ?? kind;
  if (!key) return what;
  return said ? `${said} (${what} ${key})` : `${what} ${key}`;
}

const named = (side) => [side?.name, side?.username, side?.camera].find((value) => typeof value === "string") ?? "";

// RFC 3339 of a datetime-local field, which is the site's time.
export function toMoment(text) {
  const [year, month, day, hour, minute] = text.split(/\D/).map(Number);
  return new Date(moment({ year, month, day, hour, minute, second: 0 })).toISOString();
}

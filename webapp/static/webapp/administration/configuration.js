// All settings as a file, and back: first what would change, then the deed.

import { call, send } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, make } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

const KINDS = { added: [t("Added"), "good"], changed: [t("Changed"), "warn"], removed: [t("Removed"), "bad"] };
const backup = byId("backup");
const restoring = byId("restore");

let chosen = null; // the kept copy that is looked at, instead of a file

onSubmit(backup, async ({ elements }) => {
  const passphrase = elements.without.checked ? "" : elements.passphrase.value;
  if (!elements.without.checked && !passphrase) return tell(backup, t("Give a passphrase, or leave passwords out."));
  if (!elements.without.checked && passphrase !== elements.again.value) return tell(backup, t("The two passphrases differ."));
  const include = [...backup.querySelectorAll("#optional input:checked")].map(({ value }) => value);
  const answer = await send("system/configuration/backup/", { method: "POST", body: { passphrase, include } });
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "eyrie-configuration.eyrie";
  const address = URL.createObjectURL(await answer.blob());
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  backup.reset();
  toast(t("The file is made. Keep it somewhere else than on this machine."), "good");
});

onSubmit(restoring, () => {
  chosen = null;
  return run(true);
});
restoring.addEventListener("input", () => { byId("outcome").hidden = true; }); // what was shown is of another file
byId("do-restore").addEventListener("click", ({ currentTarget }) => busy(currentTarget, async () => {
  const sure = await confirmed({ title: t("Restore all settings?"), text: t("Everything is set as the file says. Cameras that it does not hold are removed, with their recordings."), button: t("Restore now") });
  if (sure) await run(false).then(refresh).catch((error) => tell(restoring, error));
}));

async function run(dryRun) {
  const { file, passphrase } = restoring.elements;
  if (!chosen && !file.files.length) return tell(restoring, t("Choose a file first."));
  const body = new FormData();
  if (chosen) body.set("kept", chosen);
  else body.set("file", file.files[0]);
  body.set("passphrase", chosen ? "" : passphrase.value);
  body.set("dry_run", String(dryRun));
  tell(restoring, "");
  show(await call("system/configuration/restore/", { method: "POST", body }));
}

async function refresh() {
  const { optional, kept } = await call("system/configuration/");
  byId("optional").hidden = !optional.length;
  byId("optional").querySelectorAll("label, p").forEach((one) => one.remove());
  byId("optional").append(...optional.flatMap(choice));
  byId("kept-box").hidden = !kept.length;
  byId("kept").replaceChildren(...kept.map(earlier));
}

// Parts of one reason stand together, the reason once below them.
function choice({ key, title, why }, at, all) {
  const label = make("label", { className: "check" }, make("input", { type: "checkbox", value: key }), title);
  return all[at + 1]?.why === why ? [label] : [label, make("p", { className: "small quiet-text" }, why)];
}

function earlier({ name, at }) {
  const look = make("button", { type: "button", className: "button" }, t("Show what would change"));
  look.addEventListener("click", () => busy(look, async () => {
    chosen = name;
    await run(true).catch((error) => tell(restoring, error));
  }));
  return make("li", {}, t("Before the restore of {when}", { when: dayAndTime(Date.parse(at)) }), look);
}

function show({ dry_run: dryRun, made_at: madeAt, made_by: madeBy, changes, unknown, left_out: leftOut }) {
  byId("outcome").hidden = false;
  const count = changes.length;
  byId("outcome-title").textContent = !count ? t("Everything is as the file says.")
    : dryRun ? n("{count} change would be made.", "{count} changes would be made.", count) : n("{count} change was made.", "{count} changes were made.", count);
  byId("outcome-origin").textContent = t("Made {when} by Eyrie {version}", { when: madeAt ? dayAndTime(Date.parse(madeAt)) : "?", version: madeBy });
  byId("notes").replaceChildren(
    ...unknown.map((name) => note(t("{name} is not known to this Eyrie and is left out.", { name }))),
    ...leftOut.map((name) => note(t("{name}: its passwords are not in the file. Enter them anew.", { name }))),
  );
  byId("changes").replaceChildren(...changes.map(row));
  byId("do-restore").hidden = !dryRun || !count;
  byId("outcome").focus();
}

function note(text) {
  return make("li", { className: "notice", "data-tone": "warn" }, text);
}

function row({ kind, title, name, fields }) {
  const [words, tone] = KINDS[kind];
  const told = Object.entries(fields).map(([field, [before, after]]) => make("div", { className: "difference" },
    make("dt", {}, field), make("dd", {}, make("del", {}, short(before)), " → ", make("ins", {}, short(after)))));
  return make("li", { className: "change", "data-kind": kind }, make("p", {}, make("span", { className: "badge", "data-tone": tone }, words), " ", make("strong", {}, name), " ", make("span", { className: "quiet-text" }, title)),
    told.length ? make("dl", { className: "differences small" }, ...told) : "");
}

function short(value) {
  if (value === null) return "–";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text || "–";
}

await refresh().catch((error) => tell(restoring, error));

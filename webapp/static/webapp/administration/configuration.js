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

onSubmit(backup, async ({ elements }) => {
  const passphrase = elements.without.checked ? "" : elements.passphrase.value;
  if (!elements.without.checked && !passphrase) return tell(backup, t("Give a passphrase, or leave passwords out."));
  if (!elements.without.checked && passphrase !== elements.again.value) return tell(backup, t("The two passphrases differ."));
  const answer = await send("system/configuration/backup/", { method: "POST", body: { passphrase } });
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "eyrie-configuration.zip";
  const address = URL.createObjectURL(await answer.blob());
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  backup.reset();
  toast(t("The file is made. Keep it somewhere else than on this machine."), "good");
});

onSubmit(restoring, () => run(true));
restoring.addEventListener("input", () => { byId("outcome").hidden = true; }); // what was shown is of another file
byId("do-restore").addEventListener("click", ({ currentTarget }) => busy(currentTarget, async () => {
  const sure = await confirmed({ title: t("Restore all settings?"), text: t("Everything is set as the file says. Cameras that it does not hold are removed, with their recordings."), button: t("Restore now") });
  if (sure) await run(false).catch((error) => tell(restoring, error));
}));

async function run(dryRun) {
  const { file, passphrase } = restoring.elements;
  if (!file.files.length) return tell(restoring, t("Choose a file first."));
  const body = new FormData();
  body.set("file", file.files[0]);
  body.set("passphrase", passphrase.value);
  body.set("dry_run", String(dryRun));
  show(await call("system/configuration/restore/", { method: "POST", body }));
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

// The portal's certificate, another one, and the keys of stored passwords.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, make } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { day } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

const form = byId("install");

function facts(list, rows) {
  list.replaceChildren(...rows.flatMap(([title, value]) => [make("dt", {}, title), make("dd", {}, value)]));
}

function showCertificate({ served, certificate, error }) {
  byId("plain").hidden = served;
  byId("damaged").hidden = !error;
  byId("damaged").textContent = error;
  byId("own").hidden = !certificate?.made_here;
  if (!certificate) return facts(byId("certificate"), [[t("State"), t("There is none yet.")]]);
  facts(byId("certificate"), [
    [t("For"), certificate.names.join(", ")],
    [t("From"), certificate.made_here ? t("Eyrie itself") : certificate.issuer],
    [t("Until"), untilWhen(certificate)],
    [t("Key"), certificate.key],
    [t("Fingerprint"), make("span", { className: "fingerprint" }, certificate.fingerprint)],
  ]);
}

function untilWhen({ end, days_left: left }) {
  const when = day(Date.parse(end));
  if (left < 0) return make("span", { className: "badge", "data-tone": "bad" }, t("Ended on {when}", { when }));
  const told = n("{when}, in {count} day", "{when}, in {count} days", left, { when });
  return left < 30 ? make("span", { className: "badge", "data-tone": "warn" }, told) : told;
}

function showKeys({ keys, lost }) {
  facts(byId("keys"), keys.map((key) => [key.encrypts ? t("In use") : t("Replaced, kept for what it encrypted"),
    key.made ? t("made on {when}", { when: day(Date.parse(key.made)) }) : t("made before its date was kept")]));
  byId("lost").hidden = !lost.length;
  byId("lost").textContent = t("The key of some passwords is gone. Put secrets.key back from its backup, or enter them anew: {names}.", { names: lost.join(", ") });
}

async function install(accept) {
  byId("doubts").hidden = byId("accept").hidden = true;
  if (!form.elements.file.files.length) return tell(form, t("Choose a file first."));
  const body = new FormData();
  for (const file of form.elements.file.files) body.append("file", file);
  body.set("password", form.elements.password.value);
  body.set("accept", String(accept));
  const { in_place: inPlace, doubts } = await call("system/certificate/", { method: "PUT", body });
  if (!inPlace) return ask(doubts);
  form.reset();
  toast(t("The certificate is installed."), "good");
  showCertificate(await call("system/certificate/"));
}

function ask(doubts) {
  byId("doubts").replaceChildren(...doubts.map((doubt) => make("li", { className: "notice", "data-tone": "warn" }, doubt)));
  byId("doubts").hidden = byId("accept").hidden = false;
  byId("doubts").focus();
}

onSubmit(form, () => install(false));
form.addEventListener("input", () => { byId("doubts").hidden = byId("accept").hidden = true; }); // they were of other files
byId("accept").addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => install(true).catch((error) => tell(form, error))));

// What a button of a card does, with its trouble in words beside it.
function onClick(name, question, work) {
  byId(name).addEventListener("click", ({ currentTarget }) => busy(currentTarget, async () => {
    const trouble = byId(`${name}-trouble`);
    trouble.hidden = true;
    try {
      if (await confirmed(question)) await work();
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
    }
  }));
}

onClick("renew", { title: t("Let Eyrie make a new certificate?"), text: t("It replaces the one above. Browsers warn of it until it is accepted in each."), button: t("Make a new one") }, async () => {
  await call("system/certificate/renew/", { method: "POST" });
  toast(t("The certificate is made."), "good");
  showCertificate(await call("system/certificate/"));
});
onClick("rotate", { title: t("Change the key?"), text: t("All stored passwords are encrypted anew. Nothing stops meanwhile. Afterwards make a new copy of secrets.key: an older one opens none of them."), button: t("Change the key") }, async () => {
  const { resealed } = await call("system/keys/rotate/", { method: "POST" });
  toast(n("{count} password was encrypted anew.", "{count} passwords were encrypted anew.", resealed), "good");
  showKeys(await call("system/keys/"));
});

call("system/certificate/").then(showCertificate).catch((error) => tell(form, error));
call("system/keys/").then(showKeys).catch((error) => {
  byId("keys").replaceChildren();
  byId("rotate-trouble").textContent = error.message;
  byId("rotate-trouble").hidden = false;
});

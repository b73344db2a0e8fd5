// One's own account: password, app, passkeys, recovery codes. Sessions and the showing of codes have modules of their own.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, make, trouble } from "eyrie/dom.js";
import { onSubmit } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { newPasskey, supported } from "eyrie/passkeys.js";
import { day, dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import "components/new-password/new-password.js";
import { showCodes } from "./codes.js";
import { refreshSessions } from "./sessions.js";

const FEW = 3;
const password = byId("own-password"), app = byId("app"), naming = byId("passkey");
let duties = [];
let renamed = null; // the passkey that is given another name; none while one is added

async function refresh() {
  const account = await call("account/");
  if (duties.length && !account.duties.length) return location.assign("/");
  duties = account.duties;
  for (const duty of ["password", "second_factor"]) byId(`due-${duty}`).hidden = !duties.includes(duty);
  showPassword(account);
  byId("app-state").replaceChildren(state(account.app ? t("In use since {when}", { when: day(Date.parse(account.app)) }) : ""));
  byId("set-up-app").textContent = account.app ? t("Set up another app") : t("Set up an app");
  byId("remove-app").hidden = !account.app;
  showPasskeys(account);
  showRecovery(account);
}

function state(words) {
  return words ? make("span", { className: "badge", "data-tone": "good" }, words) : make("span", { className: "badge" }, t("Not set up"));
}

function showPassword({ directory, password_changed: changed, tokens }) {
  password.hidden = Boolean(directory);
  byId("password-age").textContent = directory ? t("Your password is kept by the directory {name}; change it there.", { name: directory })
    : changed ? t("Changed {when}", { when: dayAndTime(Date.parse(changed)) }) : "";
  byId("tokens-too").hidden = !tokens;
  byId("tokens-too").querySelector("span").textContent = n("Take back my {count} token too", "Take back my {count} tokens too", tokens);
}

function showPasskeys({ passkeys, no_passkeys: whyNot }) {
  const told = whyNot || (supported() ? "" : t("This browser has no passkeys."));
  byId("no-passkeys").textContent = told;
  byId("no-passkeys").hidden = !told;
  byId("add-passkey").hidden = Boolean(told);
  byId("passkeys").replaceChildren(...passkeys.map((one) => {
    const used = one.used ? t("Last used {when}", { when: dayAndTime(Date.parse(one.used)) }) : t("Not used yet");
    return make("li", {}, make("span", { className: "what" }, make("strong", {}, one.name), make("span", { className: "small quiet-text" }, t("For {host}", { host: one.host }), ". ", used)),
      action(t("Rename"), one.name, () => name(one)), action(t("Remove"), one.name, () => removePasskey(one)));
  }));
}

function showRecovery({ app: byApp, passkeys, recovery_codes: left }) {
  byId("recovery-card").hidden = !byApp && !passkeys.length;
  const words = left ? n("{count} code is left.", "{count} codes are left.", left) : t("No codes are left.");
  byId("recovery-left").replaceChildren(make("span", { className: "badge", "data-tone": (left ?? 0) <= FEW ? "warn" : "good" }, words));
}

function action(words, of, work) {
  const button = make("button", { type: "button", className: "button plain", "aria-label": `${words}: ${of}` }, words);
  button.addEventListener("click", () => attempt(button, work));
  return button;
}

function attempt(button, work) {
  return busy(button, async () => {
    trouble("");
    try {
      await work();
    } catch (error) {
      trouble(error.message);
      byId("trouble").scrollIntoView({ block: "nearest" });
    }
  });
}

const on = (id, work) => byId(id).addEventListener("click", ({ currentTarget }) => attempt(currentTarget, work));

on("set-up-app", async () => {
  const made = await call("account/app/begin/", { method: "POST" });
  byId("qr").src = `data:image/svg+xml,${encodeURIComponent(made.picture)}`;
  byId("secret").textContent = made.secret.match(/.{1,4}/g).join(" ");
  app.querySelector("form").reset();
  app.showModal();
  byId("app-code").focus();
});
onSubmit(app.querySelector("form"), async ({ elements }) => {
  const { recovery_codes: codes } = await call("account/app/", { method: "POST", body: { code: elements.code.value } });
  app.close();
  await showCodes(codes);
  await refresh();
});
on("remove-app", async () => {
  const sure = await confirmed({ title: t("Remove the app?"), text: t("Its codes are asked for no more."), button: t("Remove the app") });
  if (sure) await call("account/app/", { method: "DELETE" });
  await refresh();
});

on("add-passkey", () => name(null));
function name(passkey) {
  renamed = passkey;
  byId("new-passkey-title").textContent = passkey ? t("Rename a passkey") : t("Add a passkey");
  byId("passkey-name").value = passkey?.name ?? "";
  naming.showModal();
}
onSubmit(naming.querySelector("form"), async ({ elements }) => {
  const called = elements.name.value;
  if (renamed) await call(`account/passkeys/${renamed.id}/`, { method: "PATCH", body: { name: called } });
  const codes = renamed ? [] : await addPasskey(called);
  naming.close();
  await showCodes(codes);
  await refresh();
});

async function addPasskey(called) {
  const passkey = await newPasskey(await call("account/passkeys/begin/", { method: "POST" }));
  return (await call("account/passkeys/", { method: "POST", body: { name: called, passkey } })).recovery_codes;
}

async function removePasskey(one) {
  const sure = await confirmed({ title: t("Remove {name}?", { name: one.name }), text: t("It signs in no more. Delete it from the device too."), button: t("Remove") });
  if (sure) await call(`account/passkeys/${one.id}/`, { method: "DELETE" });
  await refresh();
}

on("renew-codes", async () => {
  const sure = await confirmed({ title: t("Make new codes?"), text: t("The codes that you have now are dead then."), button: t("Make new codes") });
  if (!sure) return;
  await showCodes((await call("account/recovery-codes/", { method: "POST" })).recovery_codes);
  await refresh();
});
onSubmit(password, async ({ elements }) => {
  await call("auth/password/", { method: "POST", body: { current: elements.current.value, new: elements.new.value, revoke_tokens: elements.tokens.checked } });
  password.reset();
  toast(t("The password is changed."), "good");
  await Promise.all([refresh(), refreshSessions()]);
});
for (const dialog of [app, naming]) dialog.querySelector(".close").addEventListener("click", () => dialog.close());
await Promise.all([refresh(), refreshSessions()]).catch((error) => trouble(error.message)).finally(() => byId("account").removeAttribute("aria-busy"));

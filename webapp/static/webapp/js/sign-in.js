// Signing in: a passkey, or a password and what else the account asks for.

import { call } from "eyrie/api.js";
import { busy, byId } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { answerOf, supported } from "eyrie/passkeys.js";

const first = byId("sign-in"), second = byId("second-step"), offer = byId("with-passkey");
const post = (path, body) => call(path, { method: "POST", body, redirect: false });

onSubmit(first, async ({ elements }) => {
  try {
    go(await post("auth/login/", { username: elements.username.value, password: elements.password.value }));
  } catch (error) {
    elements.password.select();
    throw error;
  }
});
onSubmit(second, async ({ elements }) => {
  try {
    go(await post("auth/login/code/", { code: elements.code.value }));
  } catch (error) {
    elements.code.select();
    throw error;
  }
});
offer?.addEventListener("click", () => withPasskey(offer, first));
byId("second-passkey").addEventListener("click", ({ currentTarget }) => withPasskey(currentTarget, second));
byId("again").addEventListener("click", () => location.reload());

function withPasskey(button, form) {
  return busy(button, async () => {
    tell(form, "");
    try {
      const passkey = await answerOf(await post("auth/login/passkey/begin/"));
      go(await post("auth/login/passkey/", { passkey }));
    } catch (error) {
      tell(form, error);
    }
  });
}

// Either one is signed in now, or the second factor is due.
function go({ ways }) {
  if (ways) showSecond(ways);
  else location.assign(next());
}

function showSecond(ways) {
  const byCode = ways.includes("code"), byKey = ways.includes("passkey") && supported();
  byId("first-step").hidden = true;
  second.hidden = false;
  byId("second-passkey").hidden = !byKey;
  byId("code-hint").textContent = byCode && ways.includes("recovery") ? t("Six digits of your authenticator app, or a recovery code.")
    : byCode ? t("Six digits of your authenticator app.") : t("A recovery code.");
  const typed = byCode || ways.includes("recovery");
  byId("code-field").hidden = !typed;
  second.querySelector("[type=submit]").hidden = !typed;
  second.querySelector("[type=submit]").classList.toggle("primary", !byKey);
  (byKey ? byId("second-passkey") : byId("code")).focus();
}

// Where one wanted to go: a page of this very server, else the first one.
function next() {
  const wanted = new URL(new URLSearchParams(location.search).get("next") ?? "/", location.origin);
  return wanted.origin === location.origin ? wanted.href : "/";
}

if (offer) {
  offer.hidden = !supported();
  first.querySelector("[type=submit]").classList.toggle("primary", !supported());
}
first.querySelector("[type=submit]").disabled = false; // before this, the browser itself would have sent the form
if (byId("door").dataset.ways) showSecond(byId("door").dataset.ways.split(" "));

// await proved(): somebody shows again who they are, before something dangerous; false when they would rather not.
// api.js asks when the server does; pages need not.

import { call } from "eyrie/api.js";
import { busy, byId } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { answerOf, supported } from "eyrie/passkeys.js";

const dialog = byId("fresh"), form = dialog?.querySelector("form");
let asking = null; // several requests may ask at once; people are asked once
let settle = null;

export function proved() {
  asking ??= ask().finally(() => { asking = null; });
  return asking;
}

async function ask() {
  if (!dialog) return false;
  offer((await call("auth/fresh/")).ways);
  dialog.showModal();
  return new Promise((resolve) => { settle = resolve; });
}

function offer(ways) {
  byId("fresh-none").hidden = ways.length > 0;
  byId("fresh-passkey").hidden = !(ways.includes("passkey") && supported());
  byId("fresh-by-password").hidden = !ways.includes("password");
  byId("fresh-by-code").hidden = !(ways.includes("code") || ways.includes("recovery"));
  form.querySelector("[type=submit]").hidden = byId("fresh-by-password").hidden && byId("fresh-by-code").hidden;
}

function end(done) {
  dialog.close();
  form.reset();
  tell(form, "");
  settle(done);
}

async function prove(body) {
  await call("auth/fresh/", { method: "POST", body, redirect: false });
  end(true);
}

if (dialog) {
  onSubmit(form, ({ elements: { password, code } }) => prove(code.value ? { code: code.value } : { password: password.value }));
  form.querySelector(".close").addEventListener("click", () => end(false));
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    end(false);
  });
  byId("fresh-passkey").addEventListener("click", ({ currentTarget }) => busy(currentTarget, async () => {
    tell(form, "");
    try {
      await prove({ passkey: await answerOf(await call("auth/fresh/passkey/", { method: "POST" })) });
    } catch (error) {
      tell(form, error);
    }
  }));
}

// How everybody signs in, and who is locked out.

import { call } from "eyrie/api.js";
import { byId, make } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import "components/schema-form/schema-form.js";

const page = byId("policy-page"), form = byId("policy"), fields = form.querySelector("schema-form");

async function refreshLocks() {
  const { results } = await call("system/locks/");
  byId("no-locks").hidden = results.length > 0;
  byId("locks-frame").hidden = !results.length;
  byId("locks").replaceChildren(...results.map(row));
}

function row(lock) {
  const who = lock.username || t("Everybody"), where = lock.address || t("Everywhere");
  const button = make("button", { type: "button", className: "button plain", "aria-label": `${t("Unlock")}: ${who}, ${where}` }, t("Unlock"));
  button.addEventListener("click", () => unlock(lock));
  return make("tr", {}, make("td", {}, make("strong", {}, who)), make("td", {}, where), make("td", {}, dayAndTime(Date.parse(lock.until))), make("td", {}, button));
}

async function unlock({ username, address }) {
  try {
    await call("system/locks/", { method: "DELETE", body: { username, address } });
  } catch (error) {
    toast(error.message, "bad");
  }
  await refreshLocks();
}

onSubmit(form, async () => {
  try {
    const saved = await call("system/sign-in/", { method: "PATCH", body: { values: fields.values } });
    fields.show(saved.schema, saved.values);
    toast(t("Saved."), "good");
  } catch (error) {
    const others = fields.tell(error.fields ?? {});
    if (others.length || !Object.keys(error.fields ?? {}).length) throw error;
  }
});

async function begin() {
  const [found] = await Promise.all([call("system/sign-in/"), page.dataset.unlocks === "true" ? refreshLocks() : null]);
  fields.show(found.schema, found.values);
}

begin().catch((error) => tell(form, error)).finally(() => page.removeAttribute("aria-busy"));

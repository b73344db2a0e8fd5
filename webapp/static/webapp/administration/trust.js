// The keys that plugins and updates may be signed by: listed, added after comparing the fingerprint, removed.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, copyOf } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const POLICIES = {
  off: t("Signatures are not looked at."),
  warn: t("Plugins that nobody trusted has signed run, and are told of."),
  require: t("Only plugins that are signed by one of these keys run, and Eyrie's own."),
};
const mayChange = byId("trust").dataset.mayChange === "yes";
const dialog = byId("key");
const form = dialog.querySelector("form");
const compare = byId("compare");

async function refresh() {
  const { policy, results, error } = await call("system/trust/");
  byId("trust-policy").textContent = POLICIES[policy];
  byId("trust-error").textContent = error;
  byId("trust-error").hidden = !error;
  byId("trusted").replaceChildren(...results.map(entry));
}

function entry({ name, owner, fingerprint }) {
  const one = copyOf("trusted-key");
  one.querySelector(".name").textContent = name;
  one.querySelector(".owner").textContent = owner === name ? "" : owner;
  one.querySelector(".fingerprint").textContent = fingerprint;
  const remove = one.querySelector(".remove");
  remove.hidden = !mayChange;
  remove.addEventListener("click", () => busy(remove, async () => {
    const sure = await confirmed({ title: t("Trust {name} no longer?", { name }), text: t("What this key signed is refused or told of from the next start of Eyrie on."), button: t("Trust no longer") });
    if (!sure) return;
    await call(`system/trust/${encodeURIComponent(name)}/`, { method: "DELETE" }).catch((error) => toast(error.message, "bad"));
    await refresh();
  }));
  return one;
}

byId("add-key")?.addEventListener("click", () => {
  form.reset();
  tell(form, "");
  compare.hidden = true;
  dialog.showModal();
});
form.addEventListener("click", ({ target }) => target.closest(".close") && dialog.close());
form.elements.key.addEventListener("input", () => { compare.hidden = true; });

// First the key is only looked at, and its fingerprint shown; then it is trusted, when it was compared.
onSubmit(form, async ({ elements }) => {
  const body = { name: elements.name.value.trim(), key: elements.key.value.trim(), dry_run: compare.hidden };
  if (!compare.hidden && !elements.compared.checked) return tell(form, t("Compare the fingerprint first."));
  if (!compare.hidden) body.fingerprint = compare.querySelector(".fingerprint").textContent;
  const { fingerprint } = await call("system/trust/", { method: "POST", body });
  tell(form, "");
  if (!compare.hidden) {
    dialog.close();
    toast(t("The key is trusted from the next start of Eyrie on."), "good");
    return refresh();
  }
  compare.querySelector(".fingerprint").textContent = fingerprint;
  compare.hidden = false;
  elements.compared.checked = false;
  return elements.compared.focus();
});
await refresh().catch((error) => tell(form, error));

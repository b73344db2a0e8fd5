// Settings copied by the clock: how often, where to, and how the last copy went.

import { call } from "eyrie/api.js";
import { busy, byId, make } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

const ADDRESS = "system/configuration/copies/";
const SECOND = 1000;
const form = byId("copies");
const { elements } = form;
let include = [];

elements.hour.append(...Array.from({ length: 24 }, (_, hour) => make("option", { value: String(hour) }, `${String(hour).padStart(2, "0")}:00`)));

function show(found) {
  include = found.include;
  elements.target.replaceChildren(...found.targets.map(({ id, name }) => make("option", { value: String(id) }, name)));
  elements.target.value = String(found.target ?? found.targets[0]?.id ?? "");
  byId("no-targets").hidden = found.targets.length > 0;
  for (const name of ["every", "hour", "keep", "passphrase"]) elements[name].value = found[name];
  elements.enabled.checked = found.enabled;
  byId("copy-now").hidden = !found.passphrase || found.target === null;
  showState(found);
}

function showState({ working, error, done, name }) {
  const state = byId("copies-state");
  if (working) state.textContent = t("A copy is on its way.");
  else if (error) state.textContent = t("The last copy failed: {why}", { why: error });
  else if (done) state.textContent = t("Last copied {when}: {name}", { when: dayAndTime(Date.parse(done)), name });
  else state.textContent = t("Nothing was copied yet.");
}

onSubmit(form, async () => {
  const body = {
    enabled: elements.enabled.checked,
    target: elements.target.value ? Number(elements.target.value) : null,
    every: elements.every.value,
    hour: Number(elements.hour.value),
    keep: Number(elements.keep.value),
    passphrase: elements.passphrase.value,
    include,
  };
  show(await call(ADDRESS, { method: "PUT", body }));
  tell(form, "");
  toast(t("Saved."), "good");
});

byId("copy-now").addEventListener("click", ({ currentTarget }) => busy(currentTarget, async () => {
  try {
    const { tried } = await call(ADDRESS);
    await call(`${ADDRESS}now/`, { method: "POST" });
    let found = { tried, working: true };
    while (found.tried === tried || found.working) {
      await new Promise((done) => { setTimeout(done, SECOND); });
      found = await call(ADDRESS);
      showState(found);
    }
  } catch (error) {
    tell(form, error);
  }
}));

await call(ADDRESS).then(show).catch((error) => tell(form, error));

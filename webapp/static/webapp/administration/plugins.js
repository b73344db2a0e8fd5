// Plugins: how each is doing, its settings from their schema, and the switch that takes effect at the next start.

import { call } from "eyrie/api.js";
import { busy, byId, copyOf, make, trouble } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import "components/schema-form/schema-form.js";
import { logLine } from "./log-line.js";
import "./trust.js";

const STATES = {
  discovered: [t("Installed, not enabled"), "quiet"],
  disabled: [t("Switched off"), "quiet"],
  incompatible: [t("Does not fit"), "bad"],
  loading: [t("Is loading"), "quiet"],
  loaded: [t("Works"), "good"],
  degraded: [t("Works in part"), "warn"],
  failed: [t("Broken"), "bad"],
  quarantined: [t("In quarantine"), "bad"],
  untrusted: [t("Not trusted"), "bad"],
};
const DOUBTS = { unsigned: [t("Not signed"), "warn"], unknown_key: [t("Signed by a stranger"), "warn"], altered: [t("Altered"), "bad"] };
const mayChange = byId("page").dataset.mayChange === "yes";
const list = byId("plugins");
const dialog = byId("settings");
const form = dialog.querySelector("form");
let open = null;

async function refresh() {
  try {
    const { results } = await call("plugins/");
    list.replaceChildren(...results.map(card));
    list.removeAttribute("aria-busy");
    byId("restart").hidden = !results.some((plugin) => plugin.restart_needed);
  } catch (error) {
    trouble(error.message);
  }
}

function card(plugin) {
  const one = copyOf("plugin");
  const [words, tone] = STATES[plugin.state] ?? [plugin.state, "quiet"];
  one.dataset.plugin = plugin.name;
  one.querySelector("h2").textContent = titleOf(plugin);
  const badge = one.querySelector(".state");
  badge.textContent = words;
  badge.dataset.tone = tone;
  one.querySelector(".trust").replaceChildren(...trustOf(plugin));
  one.querySelector(".summary").textContent = t(plugin.summary);
  one.querySelector(".origin").textContent = [plugin.name, plugin.version, plugin.origin].filter(Boolean).join(" · ");
  const failing = Object.entries(plugin.failing).map(([what, why]) => `${what}: ${why}`);
  const wrong = failing.length ? failing : [plugin.error].filter(Boolean);
  one.querySelector(".errors").append(...wrong.map((text) => make("li", { className: "notice", "data-tone": "bad" }, text)));
  const offers = Object.entries(plugin.contributions).map(([family, names]) => `${family}: ${names.join(", ")}`);
  one.querySelector(".offers").textContent = offers.join(" · ");
  one.querySelector(".waits").hidden = !plugin.restart_needed;
  if (plugin.state !== "discovered") offerLog(one.querySelector(".plugin-log"), plugin.name);
  const settings = one.querySelector(".settings");
  settings.hidden = !mayChange || !plugin.has_settings;
  settings.addEventListener("click", () => busy(settings, () => show(plugin)));
  const toggle = one.querySelector(".switch");
  toggle.hidden = !mayChange;
  toggle.textContent = plugin.enabled ? t("Switch off") : t("Switch on");
  toggle.addEventListener("click", () => busy(toggle, () => turn(plugin)));
  return one;
}

function trustOf({ trust, signer, doubt, state }) {
  if (trust === "signed") return [t("Signed by {name}", { name: signer })];
  if (!DOUBTS[trust]) return [];
  const [words, tone] = DOUBTS[trust];
  return [make("span", { className: "badge", "data-tone": tone }, words), state === "untrusted" || trust === "unsigned" ? "" : ` ${doubt}`];
}

// One that is not loaded has told no title yet, only its name.
function titleOf({ title, name }) {
  return title === name ? name[0].toUpperCase() + name.slice(1).replaceAll("_", " ") : t(title);
}

function offerLog(details, name) {
  details.hidden = byId("page").dataset.mayReadLog !== "yes";
  details.querySelector("a").href = `/system/log/?plugin=${name}`;
  details.addEventListener("toggle", async () => {
    if (!details.open) return;
    const list = details.querySelector("ol");
    try {
      const { results } = await call(`system/log/?plugin=${name}&page_size=20`);
      list.replaceChildren(...(results.length ? results.map(logLine) : [make("li", { className: "quiet-text" }, t("Nothing."))]));
    } catch (error) {
      list.replaceChildren(make("li", {}, error.message));
    }
  });
}

async function turn(plugin) {
  try {
    await call(`plugins/${plugin.name}/`, { method: "PATCH", body: { enabled: !plugin.enabled } });
  } catch (error) {
    toast(error.message, "bad");
  }
  await refresh();
}

async function show(plugin) {
  try {
    const found = await call(`plugins/${plugin.name}/settings/`);
    open = plugin;
    byId("settings-title").textContent = t("Settings of {name}", { name: titleOf(plugin) });
    form.querySelector("schema-form").show(found.schema, found.values);
    tell(form, found.error);
    dialog.showModal();
  } catch (error) {
    toast(error.message, "bad");
  }
}

form.addEventListener("click", ({ target }) => target.closest(".close") && dialog.close());
onSubmit(form, async () => {
  const fields = form.querySelector("schema-form");
  try {
    await call(`plugins/${open.name}/settings/`, { method: "PUT", body: { values: fields.values } });
  } catch (error) {
    const others = fields.tell(error.fields);
    if (!Object.keys(error.fields).length) throw error;
    return tell(form, others.join(" "));
  }
  dialog.close();
  toast(t("Saved."), "good");
  await refresh();
});
await refresh();

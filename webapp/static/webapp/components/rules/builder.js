// One rule: its parts as forms, the sentence it makes, and when it would have fired.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, make } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { ActionList } from "./actions.js";
import { AlsoForm } from "./also.js";
import { choiceBox } from "./choices.js";
import { ConditionForm } from "./conditions.js";
import { dryRun } from "./dry-run.js";
import { HourRows } from "./hours.js";
import { fieldsOf, namesOfAll } from "./names.js";
import { outcomeRow } from "./outcomes.js";
import { modeWords, sentence } from "./words.js";
import { ZoneChoice } from "./zones.js";

const SETTLE = 400; // ms after the last change
const LOOK = 1000; // ms between looks at what becomes of a trial
const LOOKS = 30;
const EMPTY = { types: [], condition: null, cameras: [], groups: [], zones: [], hours: [], modes: [], also: null, cool_down_seconds: 0, per_camera: true, most_per_minute: 60, actions: [] };

const form = byId("rule");
const id = form.dataset.rule;
const parts = {};
let names = {}, settling = 0, asked = 0;

function definition() {
  const { elements } = form;
  return {
    types: parts.types.values, condition: parts.condition.value, cameras: parts.cameras.values, groups: parts.groups.values, zones: parts.zones.values,
    hours: parts.hours.value, modes: parts.modes.values, also: parts.also.value,
    cool_down_seconds: Number(elements.cool_down_seconds.value), per_camera: elements.per_camera.checked,
    most_per_minute: Number(elements.most_per_minute.value), actions: parts.actions.value,
  };
}

function changed() {
  if (!parts.actions) return;
  byId("sentence").textContent = sentence(definition(), names);
  clearTimeout(settling);
  settling = setTimeout(() => dryRun(definition()), SETTLE);
}

async function typesChanged() {
  const mine = ++asked, types = parts.types.values;
  const found = await fieldsOf(types);
  if (mine !== asked) return;
  names.fields = new Map(found.fields.map(({ name, title }) => [name, title]));
  parts.condition.fields(found.fields);
  parts.actions.names(found.names);
  parts.zones.offer(found.zones);
  changed();
}

function build(choices, rule) {
  const put = (place, box) => byId(place).replaceChildren(box.element) ?? box;
  const boxOf = (place, legend, options, chosen, whenChanged = changed, empty = "") => {
    const box = choiceBox({ legend, name: place, options, chosen, changed: whenChanged, empty });
    put(place, box);
    return box;
  };
  const listed = (map) => [...map].map(([value, title]) => ({ value, title }));
  const types = choices.types.map(({ name, title }) => ({ value: name, title: t(title) }));
  parts.types = boxOf("types", t("Events"), types, rule.types, typesChanged);
  parts.cameras = boxOf("cameras", t("Cameras"), listed(names.cameras), rule.cameras);
  parts.groups = boxOf("groups", t("Groups"), listed(names.groups), rule.groups, changed, t("There are no groups."));
  parts.modes = boxOf("modes", t("Modes"), choices.modes.map((name) => ({ value: name, title: modeWords(name) })), rule.modes);
  parts.zones = new ZoneChoice(byId("zones"), rule.zones, changed);
  parts.condition = new ConditionForm(byId("condition"), choices.operators, changed);
  parts.hours = new HourRows(byId("hours"), changed);
  parts.hours.show(rule.hours);
  parts.also = new AlsoForm(byId("also"), { types, operators: choices.operators, names }, rule.also, changed);
  parts.actions = new ActionList(byId("actions"), choices.actions, changed);
  parts.actions.show(rule.actions);
  const { elements } = form;
  for (const name of ["cool_down_seconds", "most_per_minute"]) elements[name].value = rule[name];
  elements.per_camera.checked = rule.per_camera;
  byId("more").open = Boolean(rule.also || rule.cool_down_seconds || rule.most_per_minute !== EMPTY.most_per_minute);
  byId("more").addEventListener("input", changed);
}

function showProblems(problems) {
  byId("problems").replaceChildren(...problems.map((text) => make("p", { className: "notice", "data-tone": "warn" }, text)));
}

async function save() {
  const body = { name: form.elements.name.value, enabled: form.elements.enabled.checked, definition: definition() };
  try {
    const saved = await call(id ? `rules/${id}/` : "rules/", { method: id ? "PATCH" : "POST", body });
    if (!id) return location.assign(`/rules/${saved.id}/`);
    showProblems(saved.problems);
    toast(t("Saved."), "good");
  } catch (error) {
    const others = parts.actions.tell(error.fields ?? {});
    const mine = Object.entries(error.fields ?? {}).filter(([field]) => !field.startsWith("actions."));
    const shown = Object.fromEntries([...mine, ...others.map((text) => ["actions", text])]);
    if (!Object.keys(error.fields ?? {}).length || Object.keys(shown).length) {
      error.fields = shown;
      throw error;
    }
    throw t("Something is missing in an action; see below it.");
  }
}

async function tryNow() {
  const { firing } = await call(`rules/${id}/try/`, { method: "POST" });
  byId("tried").hidden = false;
  for (let look = 0; look < LOOKS; look += 1) {
    const { results } = await call(`deliveries/?firing=${firing}`);
    byId("tried-list").replaceChildren(...results.reverse().map((one) => outcomeRow(one, names.actions)));
    if (results.every(({ state, attempts }) => state === "done" || state === "dead" || (state === "queued" && attempts))) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

async function begin() {
  const [all, rule] = await Promise.all([namesOfAll(), id ? call(`rules/${id}/`) : null]);
  names = all.names;
  const shown = { ...EMPTY, ...rule?.definition };
  build(all.choices, shown);
  await typesChanged();
  parts.condition.show(shown.condition);
  changed();
  if (!rule) return;
  form.elements.name.value = rule.name;
  form.elements.enabled.checked = rule.enabled;
  showProblems(rule.problems);
  for (const button of ["try", "remove"]) if (byId(button)) byId(button).hidden = false;
}

onSubmit(form, save);
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input:not([type=checkbox])")) event.preventDefault(); // saving is a press of its button
});
byId("try")?.addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => tryNow().catch((error) => toast(error.message, "bad"))));
byId("remove")?.addEventListener("click", async () => {
  const sure = await confirmed({ title: t("Delete this rule?"), text: t("What it did stays in the log."), button: t("Delete") });
  if (sure) call(`rules/${id}/`, { method: "DELETE" }).then(() => location.assign("/rules/"), (error) => toast(error.message, "bad"));
});
begin().catch((error) => tell(form, error));

// All rules as sentences, switched on and off; and what the site is armed as.

import { call } from "eyrie/api.js";
import { byId, make, trouble } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import { namesOfAll } from "./names.js";
import { firedWords, modeWords, sentence } from "./words.js";

const { manages, arms } = byId("page").dataset;
let names = {};

function card(rule) {
  const toggle = make("input", { type: "checkbox", role: "switch", checked: rule.enabled, disabled: !manages, "aria-label": t("Rule {name} is switched on", { name: rule.name }) });
  toggle.addEventListener("change", () => change(rule, toggle));
  const last = rule.last_fired ? t("{times}, last {time}", { times: firedWords(rule.fired), time: dayAndTime(Date.parse(rule.last_fired)) }) : t("Has not fired yet");
  const link = make("a", { className: "button plain", href: `/rules/${rule.id}/` }, manages ? t("Edit") : t("Look at it"));
  return make("article", { className: "card rule-card", "data-rule": rule.name },
    make("div", { className: "page-head" }, make("h2", {}, rule.name), make("label", { className: "check" }, toggle, rule.enabled ? t("On") : t("Off"))),
    make("p", {}, sentence(rule.definition, names)),
    ...rule.problems.map((text) => make("p", { className: "notice small", "data-tone": "warn" }, text)),
    make("div", { className: "page-head" }, make("span", { className: "small quiet-text" }, last), link));
}

async function change(rule, toggle) {
  try {
    await call(`rules/${rule.id}/`, { method: "PATCH", body: { enabled: toggle.checked } });
    toggle.parentElement.lastChild.textContent = toggle.checked ? t("On") : t("Off");
  } catch (error) {
    toggle.checked = !toggle.checked;
    toast(error.message, "bad");
  }
}

function showModes({ mode, modes }) {
  byId("modes").replaceChildren(...modes.map((name) => {
    const button = make("button", { type: "button", disabled: !arms, "aria-pressed": String(name === mode) }, modeWords(name));
    button.addEventListener("click", () => call("arming/", { method: "PUT", body: { mode: name } }).then((found) => document.dispatchEvent(new CustomEvent("site-armed", { detail: found })), (error) => toast(error.message, "bad")));
    return button;
  }));
}

async function begin() {
  const [all, { results, given_up: givenUp }, arming] = await Promise.all([namesOfAll(), call("rules/"), call("arming/")]);
  names = all.names;
  byId("rules").replaceChildren(...results.map(card));
  byId("none").hidden = results.length > 0;
  byId("given-up").hidden = !givenUp;
  byId("given-up").firstElementChild.textContent = n("{count} action was given up.", "{count} actions were given up.", givenUp);
  showModes(arming);
}

document.addEventListener("site-armed", ({ detail }) => showModes(detail));
begin().catch((error) => {
  byId("rules").replaceChildren();
  trouble(error.message);
});

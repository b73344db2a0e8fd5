// What the site can be armed as: armed from here, and those of one's own added, renamed, removed.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { byId, make, trouble } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { MODES, modeWords } from "./words.js";

const { manages, arms } = byId("page").dataset;
const dialog = byId("rename"), form = dialog.querySelector("form");
let rules = [], own = [], renamed = "";

function show({ mode, modes }) {
  own = modes.filter((name) => !(name in MODES));
  byId("modes").replaceChildren(...modes.map((name) => row(name, name === mode)));
  byId("modes").removeAttribute("aria-busy");
  trouble("");
}

function row(name, current) {
  const button = (words, label, work, hidden = false) => {
    const one = make("button", { type: "button", className: "button", "aria-label": label, hidden }, words);
    one.addEventListener("click", () => work().catch((error) => toast(error.message, "bad")));
    return one;
  };
  const title = modeWords(name), mine = manages && own.includes(name), asking = users(name).length;
  return make("li", { className: "card mode-row", "data-mode": name },
    make("div", {}, make("strong", {}, title), " ", current ? make("span", { className: "badge", "data-tone": "good" }, t("Now")) : "",
      make("p", { className: "small quiet-text" }, asking ? n("{count} rule asks for it", "{count} rules ask for it", asking) : t("No rule asks for it"))),
    make("div", { className: "buttons" },
      button(t("Arm as this"), t("Arm the site as {mode}", { mode: title }), () => arm(name), !arms || current),
      button(t("Rename"), t("Rename {mode}", { mode: title }), async () => rename(name), !mine),
      button(t("Remove"), t("Remove {mode}", { mode: title }), () => remove(name), !mine)));
}

const users = (name) => rules.filter(({ definition }) => definition.modes?.includes(name));

async function arm(name) {
  const found = await call("arming/", { method: "PUT", body: { mode: name } });
  document.dispatchEvent(new CustomEvent("site-armed", { detail: found }));
}

async function set(modes) {
  await call("arming/modes/", { method: "PUT", body: { modes } });
  location.reload(); // the bar above has them too
}

function rename(name) {
  renamed = name;
  tell(form, "");
  form.elements.name.value = name;
  dialog.showModal();
}

async function remove(name) {
  const text = n("{count} rule asks for it, and says so.", "{count} rules ask for it, and say so.", users(name).length);
  const sure = await confirmed({ title: t("Remove {mode}?", { mode: name }), text: users(name).length ? text : t("No rule asks for it."), button: t("Remove") });
  if (sure) await set(own.filter((one) => one !== name));
}

if (byId("add")) onSubmit(byId("add"), ({ elements }) => set([...own, elements.modes.value.trim()]));
onSubmit(form, async ({ elements }) => {
  await call("arming/modes/", { method: "PATCH", body: { mode: renamed, name: elements.name.value.trim() } });
  location.reload();
});
dialog.querySelector(".close").addEventListener("click", () => dialog.close());
document.addEventListener("site-armed", ({ detail }) => show(detail));
try {
  const [found, arming] = await Promise.all([call("rules/"), call("arming/")]);
  rules = found.results;
  show(arming);
} catch (error) {
  byId("modes").replaceChildren();
  trouble(error.message);
}

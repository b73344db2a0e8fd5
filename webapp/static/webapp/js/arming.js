// What the site is armed as, in the bar above every page; one press in its menu arms it otherwise. Pages that arm it
// themselves say so by the event "site-armed".

import { call } from "eyrie/api.js";
import { byId } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const menu = byId("arm-menu"), choices = [...menu.children];

function show(mode) {
  const chosen = choices.find(({ dataset }) => dataset.mode === mode);
  byId("arm").dataset.mode = mode;
  byId("arm").querySelector(".name").textContent = chosen?.textContent ?? mode;
  for (const one of choices) one.setAttribute("aria-checked", String(one === chosen));
}

menu.addEventListener("click", async ({ target }) => {
  const chosen = target.closest("[data-mode]");
  if (!chosen) return;
  menu.hidePopover();
  try {
    const { mode, modes } = await call("arming/", { method: "PUT", body: { mode: chosen.dataset.mode } });
    toast(t("The site is armed as: {mode}", { mode: chosen.textContent }), "good");
    document.dispatchEvent(new CustomEvent("site-armed", { detail: { mode, modes } }));
  } catch (error) {
    toast(error.message, "bad");
  }
});
document.addEventListener("site-armed", ({ detail }) => show(detail.mode));

// What every page of the portal does: theme, language, signing out, the site's time, errors of htmx.

import { call, toSignIn } from "eyrie/api.js";
import { t } from "eyrie/i18n.js";
import { showShortcuts } from "eyrie/shortcuts.js";
import { clockTimeWithZone } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

const element = (id) => document.getElementById(id);
const YEAR = 31_536_000; // seconds

function chooseTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR}; samesite=lax`;
  for (const button of element("themes").children) button.setAttribute("aria-pressed", String(button.dataset.theme === theme));
}

function tick() {
  const now = Date.now();
  element("site-clock").textContent = clockTimeWithZone(now);
  setTimeout(tick, 1000 - (now % 1000));
}

element("themes").addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button) chooseTheme(button.dataset.theme);
});
element("language").addEventListener("change", ({ target }) => target.form.submit());
element("show-shortcuts").addEventListener("click", () => {
  element("user-menu").hidePopover();
  showShortcuts();
});
element("sign-out").addEventListener("click", async () => {
  await call("auth/logout/", { method: "POST" }).catch(() => {});
  toSignIn();
});
document.body.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 401) return toSignIn();
  toast(t("The server answered {status}.", { status: detail.xhr.status }), "bad");
});
document.body.addEventListener("htmx:sendError", () => toast(t("The server does not answer."), "bad"));
tick();

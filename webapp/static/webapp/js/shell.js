// What every page of the portal does: theme, language, signing out, the site's time, errors of htmx.

import { install } from "eyrie/app.js";
import { call, toSignIn } from "eyrie/api.js";
import { n, t } from "eyrie/i18n.js";
import { ahead, now } from "eyrie/now.js";
import { showShortcuts } from "eyrie/shortcuts.js";
import { clockTimeWithZone } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

const element = (id) => document.getElementById(id);
const YEAR = 31_536_000; // seconds
const CLOCK_TOLD = "clock told";

// The device's own bar above the page is coloured like ours.
function colourDevice() {
  document.querySelector("meta[name=theme-color]").content = getComputedStyle(document.querySelector(".bar")).backgroundColor;
}

function chooseTheme(theme) {
  document.documentElement.dataset.theme = theme;
  colourDevice();
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR}; samesite=lax`;
  for (const button of element("themes").children) button.setAttribute("aria-pressed", String(button.dataset.theme === theme));
}

function tick() {
  const at = now();
  element("site-clock").textContent = clockTimeWithZone(at);
  setTimeout(tick, 1000 - (at % 1000));
}

// Once in a session: whoever compares the times here with their own clock must know.
function tellClock() {
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  if (!minutes || sessionStorage.getItem(CLOCK_TOLD)) return;
  sessionStorage.setItem(CLOCK_TOLD, "yes");
  const words = ahead > 0 ? n("This device's clock is {count} minute ahead.", "This device's clock is {count} minutes ahead.", minutes)
    : n("This device's clock is {count} minute behind.", "This device's clock is {count} minutes behind.", minutes);
  toast(`${words} ${t("All times here are those of Eyrie's clock.")}`, "warn", { stays: true });
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
colourDevice();
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
tick();
tellClock();
install();

// The portal as an installed app. Browsers allow a service worker over HTTPS and on this very machine only; without one
// everything works but installing and the page that says that there is no connection.

import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const LOOK_EVERY = 3_600_000; // ms; a wall stays open for months

export async function install() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  let before = serviceWorker.controller;
  serviceWorker.addEventListener("controllerchange", () => {
    if (before) toast(t("Eyrie has a new version. Load this page again to use it."), "warn", { stays: true });
    before = serviceWorker.controller;
  });
  try {
    const registration = await serviceWorker.register("/service-worker.js");
    const look = () => registration.update().catch(() => {});
    look(); // browsers look by themselves too, but put it off for as long as the page keeps its worker busy
    setInterval(look, LOOK_EVERY);
  } catch {
    // A browser that keeps nothing, such as a private window.
  }
}

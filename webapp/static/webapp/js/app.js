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
    setInterval(() => registration.update().catch(() => {}), LOOK_EVERY);
  } catch {
    // A browser that keeps nothing, such as a private window.
  }
}

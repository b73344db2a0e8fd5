// Whether what detectors saw is drawn over pictures: a button and the key O, remembered for each user on this device.

import { t } from "eyrie/i18n.js";
import { shortcuts } from "eyrie/shortcuts.js";

// changed(on): now and whenever it is switched.
export function overlaySwitch(button, user, changed) {
  const kept = `overlay:${user}`;
  const turn = (on) => {
    button.setAttribute("aria-pressed", String(on));
    changed(on);
  };
  const toggle = () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    localStorage.setItem(kept, on ? "on" : "");
    turn(on);
  };
  button.addEventListener("click", toggle);
  shortcuts(t("Detection"), [{ keys: ["o", "O"], shown: "O", text: t("Show what detectors see, and hide it"), run: toggle }]);
  turn(localStorage.getItem(kept) === "on");
}

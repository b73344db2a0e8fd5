// Volumes as cards with the room they have, and the room of a folder while its path is being typed.

import { call } from "eyrie/api.js";
import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { bytes } from "eyrie/quantities.js";

const PAUSE = 400; // ms after the last key

// change(volume, enabled): offered as a button where it is given.
export function volumeCard(volume, change) {
  const used = volume.total ? volume.total - volume.free : 0;
  const badge = make("span", { className: "badge", "data-tone": volume.error ? "bad" : volume.enabled ? "good" : "quiet" },
    volume.error ? t("Cannot be used") : volume.enabled ? t("Records") : t("Switched off"));
  const card = make("article", { className: "card volume", "data-volume": String(volume.id) }, make("div", { className: "page-head" }, make("h3", {}, volume.name), badge));
  if (volume.error) card.append(make("p", { className: "small" }, volume.error));
  else {
    card.append(make("progress", { max: volume.total, value: used, "aria-label": t("Used") }),
      make("p", { className: "small number" }, t("{free} free of {total}", { free: bytes(volume.free), total: bytes(volume.total) })));
  }
  if (change) {
    const button = make("button", { type: "button", className: "button" }, volume.enabled ? t("Switch off") : t("Switch on"));
    button.addEventListener("click", () => change(volume, !volume.enabled));
    card.append(button);
  }
  return card;
}

export function tellRoom(input) {
  const place = input.closest(".field").querySelector(".room");
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    place.textContent = "";
    if (input.value) timer = setTimeout(() => look(input, place), PAUSE);
  });
}

async function look(input, place) {
  const path = input.value;
  let words;
  try {
    const room = await call("volumes/probe/", { method: "POST", body: { settings: { path } } });
    words = t("{free} free of {total}", { free: bytes(room.free), total: bytes(room.total) });
  } catch (error) {
    words = Object.values(error.fields).flat().join(" ") || error.message;
  }
  if (input.value === path) place.textContent = words;
}

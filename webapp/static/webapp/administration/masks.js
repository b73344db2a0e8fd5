// Privacy masks of a camera, on the drawing board.

import { call } from "eyrie/api.js";
import { busy, byId } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import "components/shapes/shape-editor.js";

const MOST = 16;
const card = byId("masks");
const editor = card.querySelector("shape-editor"), { camera } = editor.dataset;

async function begin() {
  const { masks, masks_at_camera: taken, masks_trouble: trouble } = await call(`cameras/${camera}/`);
  byId("masks-at-camera").textContent = trouble ? t("The camera does not cover them itself, so Eyrie does: {reason}", { reason: trouble })
    : taken.length ? n("The camera covers {count} mask itself: it is black in recordings from then on too.", "The camera covers {count} masks itself: they are black in recordings from then on too.", taken.length) : "";
  editor.show([{ name: "masks", kind: "mask", title: t("Privacy masks"), most: MOST, shapes: masks.map((points) => ({ points })) }]);
  editor.removeAttribute("aria-busy");
}

async function save() {
  try {
    await call(`cameras/${camera}/`, { method: "PATCH", body: { masks: editor.values.masks.map(({ points }) => points) } });
    toast(t("Saved."), "good");
  } catch (error) {
    editor.tell("masks", [error.fields?.masks ?? error.message].flat().join(" "));
  }
}

card.querySelector(".save").addEventListener("click", ({ currentTarget }) => busy(currentTarget, save));
begin().catch((error) => toast(error.message, "bad"));

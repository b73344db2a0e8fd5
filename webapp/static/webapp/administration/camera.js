// One camera: how it is, its settings, and its end; or a new one.

import { call } from "eyrie/api.js";
import { showState } from "eyrie/camera-words.js";
import { confirmed } from "eyrie/confirm.js";
import { byId, busy, make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { recordingWords } from "eyrie/recording-words.js";
import { toast } from "eyrie/toasts.js";
import { streamWords } from "components/camera-form/camera-form.js";
import "components/find-cameras/find-cameras.js";

const EVERY = 2000; // ms
const PICTURE_EVERY = 10_000; // ms
const BY_HAND = 60; // seconds
const { camera, name } = byId("page").dataset;
const form = document.querySelector("camera-form");
let pictured = 0;

async function refresh() {
  const status = await call(`cameras/${camera}/status/`).catch(() => null);
  if (!status) return;
  showState(byId("state"), status.state);
  const [words, tone] = recordingWords(status.recording, status.mode);
  byId("recording").textContent = words;
  byId("recording").dataset.tone = tone;
  byId("recording").hidden = !words;
  if (byId("record")) byId("record").hidden = !["motion", "event"].includes(status.mode) || status.state !== "streaming";
  byId("message").textContent = status.message;
  byId("facts").replaceChildren(...Object.entries(status.streams).flatMap(([stream, facts]) => [
    make("dt", {}, stream === "main" ? t("Main stream") : t("Sub stream")), make("dd", {}, streamWords(facts))]));
  if (status.state === "streaming" && Date.now() - pictured > PICTURE_EVERY) picture();
}

function picture() {
  pictured = Date.now();
  const next = make("img", { src: `/api/v1/cameras/${camera}/snapshot.jpg?t=${pictured}`, alt: t("What the camera sees now") });
  next.addEventListener("load", () => byId("picture").replaceChildren(next));
}

async function record() {
  try {
    await call(`cameras/${camera}/record/`, { method: "POST", body: { seconds: BY_HAND } });
    toast(t("The camera is recorded for a minute, from a few seconds ago on."), "good");
  } catch (error) {
    toast(error.message, "bad");
  }
}

async function remove() {
  const sure = await confirmed({
    title: t("Remove {name}?", { name }),
    text: t("The camera and all its recordings are deleted. This cannot be undone."),
    button: t("Remove camera"),
  });
  if (!sure) return;
  try {
    await call(`cameras/${camera}/`, { method: "DELETE" });
    location.assign("/cameras/");
  } catch (error) {
    toast(error.message, "bad");
  }
}

form?.addEventListener("camera-saved", ({ detail }) => {
  if (!camera) return location.assign(`/cameras/${detail.id}/`);
  toast(t("Saved."), "good");
  pictured = 0;
  form.open(Number(camera));
});
document.querySelector("find-cameras")?.addEventListener("camera-found", ({ detail }) => form.suggest(detail));
byId("record")?.addEventListener("click", ({ currentTarget }) => busy(currentTarget, record));
byId("remove")?.addEventListener("click", ({ currentTarget }) => busy(currentTarget, remove));
form?.open(camera ? Number(camera) : null).catch((error) => toast(error.message, "bad"));
if (camera) {
  await refresh();
  byId("now").removeAttribute("aria-busy");
  setInterval(() => document.hidden || refresh(), EVERY);
}

// The dialog that has a detector look at a recording: askForReplay({ camera, … }) opens it; then its page is shown.

import { call } from "eyrie/api.js";
import { byId } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { now } from "eyrie/now.js";
import { dayAndTime } from "eyrie/times.js";

const MINUTE = 60_000;
const LATEST = 5_000; // ms behind now that are surely stored
const iso = (ms) => new Date(ms).toISOString();
let asked = null;

const dialog = byId("try-dialog"), form = dialog.querySelector("form"), { elements } = form;

// cameras, detectors: [{id, name}] to choose from, or one camera and one detector. range: {start, end}, else it is asked
// for. settings: others than those stored.
export function askForReplay({ cameras, detectors, range, settings }) {
  asked = { range, settings };
  choices(elements.camera, byId("try-camera-field"), cameras);
  choices(elements.detector, byId("try-detector-field"), detectors);
  byId("try-span-field").hidden = Boolean(range);
  byId("try-what").textContent = [cameras, detectors].filter(({ length }) => length === 1).map(([{ name }]) => name).filter(Boolean).join(" · ");
  byId("try-range").textContent = range ? `${dayAndTime(range.start)} – ${dayAndTime(range.end)}` : "";
  elements.stores.checked = false;
  offerSpans();
  tell(form, detectors.length ? "" : t("No detector is there. Detectors are plugins; switch one on."));
  dialog.showModal();
}

function choices(select, field, list) {
  select.replaceChildren(...list.map(({ id, name }) => new Option(name, id)));
  field.hidden = list.length < 2;
}

// A list of finds of a whole month is of no use to anybody; what is kept may take days.
function offerSpans() {
  for (const option of elements.span.querySelectorAll(".long")) option.hidden = option.disabled = !elements.stores.checked;
  if (elements.span.selectedOptions[0]?.disabled) elements.span.value = "60";
}

elements.stores.addEventListener("change", offerSpans);
form.querySelector(".cancel").addEventListener("click", () => dialog.close());
onSubmit(form, async () => {
  const end = now() - LATEST, { start, end: until } = asked.range ?? { start: end - Number(elements.span.value) * MINUTE, end };
  const body = { detector: elements.detector.value, start: iso(start), end: iso(until), stores: elements.stores.checked, ...(asked.settings && { settings: asked.settings }) };
  const job = await call(`cameras/${elements.camera.value}/replays/`, { method: "POST", body });
  location.assign(`/cameras/${elements.camera.value}/detection/${job.id}/`);
});

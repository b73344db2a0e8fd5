// The part of a camera's form that says when it is recorded.

import { call } from "eyrie/api.js";
import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";

const WAITING = ["motion", "event", "schedule"];

// form: the camera's. Returns {show(camera), body}.
export function recordingFields(form) {
  const { recording, pre_roll: before, post_roll: after, record_on: types } = form.elements;
  const offer = () => {
    const [mode] = recording.value.split(":");
    form.querySelector(".rolls").hidden = !WAITING.includes(mode);
    form.querySelector(".event-types").hidden = !["event", "schedule"].includes(mode);
  };
  recording.addEventListener("change", offer);
  return {
    async show(camera) {
      const [schedules, known] = await Promise.all([listed("schedules/"), listed("events/types/")]);
      for (const old of recording.querySelectorAll("[value^='schedule:']")) old.remove();
      recording.append(...schedules.map(({ id, name }) => make("option", { value: `schedule:${id}` }, t("By schedule: {name}", { name }))));
      form.querySelector("datalist").replaceChildren(...known.map(({ name, title }) => make("option", { value: name }, title)));
      if (camera) {
        recording.value = camera.recording === "schedule" ? `schedule:${camera.schedule}` : camera.recording;
        before.value = camera.pre_roll;
        after.value = camera.post_roll;
        types.value = camera.record_on.join(", ");
      }
      offer();
    },
    get body() {
      const [mode, schedule] = recording.value.split(":");
      return {
        recording: mode,
        schedule: schedule ? Number(schedule) : null,
        pre_roll: Number(before.value),
        post_roll: Number(after.value),
        record_on: types.value.split(",").map((part) => part.trim()).filter(Boolean),
      };
    },
  };
}

// Not everybody who manages a camera may see these; the form works without.
async function listed(path) {
  const found = await call(path).catch(() => []);
  return found.results ?? found;
}

// What is done to several cameras at once: recording, on and off. All of them are changed, or none.

import { call } from "eyrie/api.js";
import { byId, busy, make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

// list: of rows with a checkbox `.chosen` each; changed() is called when the server has done it.
export function several(list, changed) {
  const bar = byId("several"), all = byId("all"), recording = byId("several-recording");
  const boxes = () => [...list.querySelectorAll("li:not([hidden]) .chosen")];
  const chosen = () => boxes().filter((box) => box.checked).map((box) => Number(box.closest("li").dataset.camera));

  const show = () => {
    const count = chosen().length;
    bar.hidden = !count;
    byId("chosen").textContent = n("{count} camera chosen", "{count} cameras chosen", count);
    all.checked = count > 0 && count === boxes().length;
    all.indeterminate = count > 0 && count < boxes().length;
  };

  const send = (control, changes, done) => busy(control, async () => {
    try {
      const { results } = await call("cameras/several/", { method: "PATCH", body: { ids: chosen(), changes } });
      toast(done(results.length), "good");
      await changed();
    } catch (error) {
      toast(error.message, "bad");
    }
  });

  list.addEventListener("change", show);
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    show();
  });
  const switched = (enabled, done) => ({ currentTarget }) => send(currentTarget, { enabled }, done);
  byId("several-on").addEventListener("click", switched(true, (count) => n("{count} camera is on.", "{count} cameras are on.", count)));
  byId("several-off").addEventListener("click", switched(false, (count) => n("{count} camera is off.", "{count} cameras are off.", count)));
  recording.addEventListener("change", async () => {
    const [mode, schedule] = recording.value.split(":");
    const changes = { recording: mode, schedule: schedule ? Number(schedule) : null };
    await send(recording, changes, (count) => n("The recording of {count} camera is changed.", "The recording of {count} cameras is changed.", count));
    recording.value = "";
  });
  call("schedules/").then(({ results }) => {
    recording.append(...results.map(({ id, name }) => make("option", { value: `schedule:${id}` }, t("By schedule: {name}", { name }))));
  }, (error) => toast(error.message, "bad"));

  return {
    known(cameras) {
      byId("all-field").hidden = cameras.length < 2;
      show();
    },
  };
}

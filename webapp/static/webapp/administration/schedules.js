// Schedules and holidays.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, copyOf, make, trouble } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { MODES, HOLIDAY } from "components/week-paint/week.js";
import { changeTime, holidayDay } from "eyrie/recording-words.js";
import "components/week-paint/week-paint.js";

const OFFICE = [{ start: "08:00", end: "18:00", mode: "continuous" }];
const NEW = { days: [...Array(5).fill(OFFICE), [], []], holiday: null }; // what most begin with
const editor = byId("editor"), form = editor.querySelector("form"), week = editor.querySelector("week-paint");
let edited = null;

async function refresh() {
  try {
    const [schedules, holidays] = await Promise.all([call("schedules/"), call("holidays/")]);
    byId("empty").hidden = schedules.results.length > 0;
    byId("schedules").replaceChildren(...schedules.results.map(card));
    byId("holidays").replaceChildren(...holidays.results.map(holiday));
    for (const list of [byId("schedules"), byId("holidays")]) list.removeAttribute("aria-busy");
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

function card(schedule) {
  const one = copyOf("schedule");
  one.querySelector(".name").textContent = schedule.name;
  one.querySelector("week-paint").value = schedule.week;
  one.querySelector(".now").textContent = nowWords(schedule);
  one.querySelector(".used").textContent = schedule.used ? n("{count} camera goes by it", "{count} cameras go by it", schedule.used) : t("No camera goes by it yet.");
  const edit = one.querySelector(".edit");
  edit.setAttribute("aria-label", t("Change {name}", { name: schedule.name }));
  edit.addEventListener("click", () => open(schedule));
  return one;
}

function nowWords({ mode, changes, next_mode: next }) {
  if (!changes) return t("Now: {mode}", { mode: MODES[mode] });
  return t("Now: {mode}; from {time}: {next}", { mode: MODES[mode], time: changeTime(Date.parse(changes)), next: MODES[next] });
}

function holiday({ id, name, date }) {
  const take = make("button", { type: "button", className: "button plain", "aria-label": t("Remove {name}", { name }) }, t("Remove"));
  take.addEventListener("click", () => busy(take, async () => {
    await call(`holidays/${id}/`, { method: "DELETE" }).catch((error) => toast(error.message, "bad"));
    await refresh();
  }));
  return make("li", {}, make("strong", {}, name), make("span", { className: "quiet-text" }, holidayDay(date)), take);
}

function open(schedule = null) {
  edited = schedule;
  form.reset();
  tell(form, "");
  form.elements.name.value = schedule?.name ?? "";
  week.value = schedule?.week ?? NEW;
  week.brush = "continuous";
  form.elements.holiday.checked = Boolean(schedule?.week.holiday);
  form.querySelector(".remove").hidden = !schedule;
  editor.showModal();
  form.elements.name.focus();
}

async function remove() {
  const sure = await confirmed({ title: t("Delete {name}?", { name: edited.name }), text: t("The schedule is gone for good. Cameras and recordings stay."), button: t("Delete schedule") });
  if (!sure) return;
  try {
    await call(`schedules/${edited.id}/`, { method: "DELETE" });
    editor.close();
    await refresh();
  } catch (error) {
    tell(form, error);
  }
}

form.addEventListener("change", ({ target }) => {
  if (target.name === "brush") week.brush = target.value;
  if (target.name !== "holiday") return;
  const { days } = week.value;
  week.value = { days, holiday: target.checked ? days[HOLIDAY - 1] : null }; // begins as Sunday is
});
week.addEventListener("brush", ({ detail }) => {
  form.elements.brush.value = detail;
  week.brush = detail;
});
onSubmit(form, async ({ elements }) => {
  const body = { name: elements.name.value.trim(), week: week.value };
  await call(edited ? `schedules/${edited.id}/` : "schedules/", { method: edited ? "PATCH" : "POST", body });
  editor.close();
  toast(t("Saved."), "good");
  await refresh();
});
onSubmit(byId("holiday"), async (asked) => {
  const { name, date, yearly } = asked.elements;
  await call("holidays/", { method: "POST", body: { name: name.value.trim(), date: yearly.checked ? date.value.slice(5) : date.value } });
  asked.reset();
  await refresh();
});
editor.querySelector(".close").addEventListener("click", () => editor.close());
form.querySelector(".remove").addEventListener("click", ({ currentTarget }) => busy(currentTarget, remove));
byId("add").addEventListener("click", () => open());
await refresh();

// Bookmarks from the page: a dialog asks for words; the moment shown, or the selected range, is marked for a camera.

import { call } from "eyrie/api.js";
import { t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

// chosen(): the cameras of the page; done(): after a bookmark was made.
export function marking({ clock, timeline, chosen, done }) {
  const dialog = document.getElementById("bookmark-dialog"), form = dialog.querySelector("form");
  const trouble = dialog.querySelector(".error");

  document.getElementById("bookmark").addEventListener("click", () => {
    if (!chosen().length) return;
    const { start, end } = timeline.selection ?? { start: clock.now(), end: null };
    form.elements.camera.replaceChildren(...chosen().map(({ id, name }) => new Option(name, id)));
    dialog.querySelector("time").textContent = end === null ? dayAndTime(start) : `${dayAndTime(start)} – ${dayAndTime(end)}`;
    dialog.marked = { start, end };
    trouble.textContent = "";
    form.elements.text.value = "";
    dialog.showModal();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { start, end } = dialog.marked, iso = (at) => (at === null ? null : new Date(at).toISOString());
    const body = { camera: Number(form.elements.camera.value), start: iso(start), end: iso(end), text: form.elements.text.value };
    try {
      await call("bookmarks/", { method: "POST", body });
    } catch (error) {
      trouble.textContent = error.message;
      return;
    }
    dialog.close();
    toast(t("Bookmark saved."), "good");
    done();
  });
}

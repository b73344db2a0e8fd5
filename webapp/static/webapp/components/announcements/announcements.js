// Announcements: heard, added from a file or the microphone, deleted.

import { MOST_SECONDS, Recording } from "components/announcements/recording.js";
import { whyMute } from "components/talk/voice.js";
import { call, everyPage } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, make, trouble } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

const editor = byId("editor"), form = editor.querySelector("form"), player = byId("recorded");
let recording = null; // goes on
let recorded = null; // a Blob

async function refresh() {
  try {
    const rows = await everyPage("announcements/?page_size=200");
    byId("empty").hidden = rows.length > 0;
    byId("announcements").replaceChildren(...rows.map(card));
    trouble("");
  } catch (error) {
    byId("announcements").replaceChildren();
    trouble(error.message);
  }
  byId("announcements").removeAttribute("aria-busy");
}

function card(row) {
  const remove = make("button", { type: "button", className: "button", "aria-label": t("Delete {name}", row) }, t("Delete"));
  remove.addEventListener("click", () => busy(remove, () => forget(row)));
  return make("li", { className: "card" },
    make("div", { className: "page-head" }, make("h3", {}, row.name), remove),
    make("p", { className: "small quiet-text number" }, `${t("{seconds} s", { seconds: Math.round(row.seconds) })} · ${dayAndTime(Date.parse(row.created))}`),
    make("audio", { controls: true, preload: "none", src: `/api/v1/announcements/${row.id}/sound.flac`, "aria-label": t("Listen to {name}", row) }));
}

async function forget(row) {
  const sure = await confirmed({ title: t("Delete {name}?", row), text: t("Rules that play it then say that it is not there."), button: t("Delete announcement") });
  if (!sure) return;
  try {
    await call(`announcements/${row.id}/`, { method: "DELETE" });
    await refresh();
  } catch (error) {
    trouble(error.message);
  }
}

function keep(blob) {
  if (player.src) URL.revokeObjectURL(player.src);
  recorded = blob;
  player.hidden = !blob;
  if (blob) player.src = URL.createObjectURL(blob);
  else player.removeAttribute("src");
}

function show(going) {
  byId("record").setAttribute("aria-pressed", String(going));
  byId("record").querySelector("span").textContent = going ? t("End the recording") : t("Record it here");
  byId("recording").textContent = "";
}

async function record() {
  if (recording) return keep(finished());
  const why = whyMute();
  if (why) return tell(form, why);
  tell(form, "");
  keep(null);
  form.elements.sound.value = "";
  recording = new Recording((seconds) => {
    byId("recording").textContent = t("{seconds} s", { seconds: Math.floor(seconds) });
    if (seconds >= MOST_SECONDS) keep(finished());
  });
  try {
    await recording.begin();
    show(Boolean(recording));
  } catch (error) {
    finished();
    tell(form, error.name === "NotAllowedError" ? t("The browser was not allowed to use the microphone.") : error.name === "NotFoundError" ? t("There is no microphone.") : error.message);
  }
}

// What was recorded until now.
function finished() {
  const blob = recording?.end() ?? null;
  recording = null;
  show(false);
  return blob;
}

function open() {
  form.reset();
  keep(null);
  tell(form, "");
  editor.showModal();
  form.elements.name.focus();
}

onSubmit(form, async ({ elements }) => {
  if (recording) keep(finished());
  const sound = elements.sound.files[0] ?? recorded;
  if (!elements.name.value.trim()) throw new Error(t("Give it a name."));
  if (!sound) throw new Error(t("Choose a sound file, or record one."));
  const body = new FormData();
  body.append("name", elements.name.value.trim());
  body.append("sound", sound, sound.name ?? "recording.wav");
  await call("announcements/", { method: "POST", body });
  editor.close();
  toast(t("Saved."), "good");
  await refresh();
});
form.elements.sound.addEventListener("change", () => keep(null));
byId("record").addEventListener("click", record);
byId("add").addEventListener("click", open);
editor.querySelector(".close").addEventListener("click", () => editor.close());
editor.addEventListener("close", () => {
  finished();
  keep(null);
});
await refresh();

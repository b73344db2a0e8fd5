// Which cameras are played: the popover's list, filled with those one may play.

import { call } from "eyrie/api.js";
import { n, t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const FIRST = 4; // cameras of somebody who came without any

// asked: camera ids; most: at once; changed([{id, name}]): gets what is chosen, now and whenever it changes.
export async function choice(asked, most, changed) {
  const list = document.getElementById("camera-list");
  const playable = await playableCameras();
  document.getElementById("no-cameras").hidden = playable.length > 0;
  document.getElementById("choose").hidden = !playable.length;
  const known = asked.filter((id) => playable.some((camera) => camera.id === id));
  if (known.length < asked.length) toast(t("A camera is gone, or you may not play its recordings."), "warn");
  const chosen = new Set(known.length || asked.length ? known : playable.slice(0, FIRST).map(({ id }) => id));
  const boxes = new Map(playable.map((camera) => [camera.id, row(list, camera)]));

  const tell = () => {
    for (const [id, box] of boxes) box.checked = chosen.has(id);
    document.getElementById("chosen-count").textContent = n("{count} camera", "{count} cameras", chosen.size);
    changed(playable.filter(({ id }) => chosen.has(id)));
  };
  list.addEventListener("change", ({ target }) => {
    const id = Number(target.value);
    if (!target.checked) chosen.delete(id);
    else if (chosen.size < most) chosen.add(id);
    else toast(t("{count} cameras are the most at once.", { count: most }), "warn");
    tell();
  });
  document.getElementById("camera-filter").addEventListener("input", ({ target }) => {
    for (const one of list.children) one.hidden = !one.textContent.toLowerCase().includes(target.value.trim().toLowerCase());
  });
  tell();
  return { drop: (id) => { chosen.delete(id); tell(); } };
}

async function playableCameras() {
  const [{ results }, me] = await Promise.all([call("cameras/?page_size=1000"), call("auth/me/")]);
  const some = new Set(me.cameras["camera.playback"] ?? []);
  return results.filter(({ id }) => me.everywhere.includes("camera.playback") || some.has(id)).map(({ id, name }) => ({ id, name }));
}

function row(list, { id, name }) {
  const label = Object.assign(document.createElement("label"), { className: "check" });
  const box = Object.assign(document.createElement("input"), { type: "checkbox", value: id });
  label.append(box, name);
  list.append(label);
  return box;
}

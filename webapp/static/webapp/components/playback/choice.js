// Which cameras are played: the popover's list, filled with those one may play.

import { call, visibleCameras } from "eyrie/api.js";
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
  filtered(boxes);
  tell();
  return { drop: (id) => { chosen.delete(id); tell(); } };
}

// The list shows those of a group, by a part of their name.
async function filtered(boxes) {
  const name = document.getElementById("camera-filter"), group = document.getElementById("camera-group");
  const groups = new Map();
  const filter = () => {
    const wanted = name.value.trim().toLowerCase(), members = groups.get(group.value);
    for (const [id, box] of boxes) {
      const label = box.parentElement;
      label.hidden = !label.textContent.toLowerCase().includes(wanted) || (members !== undefined && !members.has(id));
    }
  };
  name.addEventListener("input", filter);
  group.addEventListener("change", filter);
  const { results } = await call("groups/").catch(() => ({ results: [] })); // without them all cameras are shown
  for (const { id, cameras } of results) groups.set(String(id), new Set(cameras));
  group.append(...results.map(({ id, name: words }) => new Option(words, id)));
  group.hidden = !results.length;
}

async function playableCameras() {
  const [cameras, me] = await Promise.all([visibleCameras(), call("auth/me/")]);
  const some = new Set(me.cameras["camera.playback"] ?? []);
  return cameras.filter(({ id }) => me.everywhere.includes("camera.playback") || some.has(id)).map(({ id, name, keeps }) => ({ id, name, keeps }));
}

function row(list, { id, name }) {
  const label = Object.assign(document.createElement("label"), { className: "check" });
  const box = Object.assign(document.createElement("input"), { type: "checkbox", value: id });
  label.append(box, name);
  list.append(label);
  return box;
}

// What cameras keep themselves, and what is fetched from them. The queue is looked at every two seconds while the page is
// seen; the day again whenever something of the queue has ended.

import { call, visibleCameras } from "eyrie/api.js";
import { byId, trouble } from "eyrie/dom.js";
import { Day } from "components/cards/day.js";
import { Queue } from "components/cards/queue.js";

const LOOK_EVERY = 2000; // ms

async function begin() {
  const [me, cameras] = await Promise.all([call("auth/me/"), visibleCameras()]);
  const holds = (permission, id) => me.everywhere.includes(permission) || (me.cameras[permission] ?? []).includes(id);
  const mayFetch = (id) => holds("camera.record", id) && holds("camera.playback", id);
  const keeping = cameras.filter(({ id, keeps }) => keeps && holds("camera.playback", id));
  const queue = new Queue(cameras, mayFetch);
  const day = new Day(keeping, mayFetch, () => queue.refresh());
  byId("no-cards").hidden = keeping.length > 0;
  byId("day").hidden = keeping.length === 0;
  if (keeping.length) day.refresh();
  else byId("day").removeAttribute("aria-busy");
  look(queue, () => keeping.length && day.refresh());
}

async function look(queue, ended) {
  try {
    if (!document.hidden && (await queue.refresh())) ended();
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
  setTimeout(() => look(queue, ended), LOOK_EVERY);
}

begin().catch((error) => trouble(error.message));

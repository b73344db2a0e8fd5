// What is missing of a selection, fetched from the cameras that keep recordings of their own: the button beside the
// selection. It asks the cameras first what they keep, says so, and tells how far it is until it is done.

import { call } from "eyrie/api.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const LOOK_EVERY = 2000; // ms
const OVER = new Set(["done", "failed", "cancelled"]);

// chosen(): the cameras of the page; holdings: of the timeline, looked at again as pieces come. Shown only to those who
// may record by hand.
export function fetching({ timeline, chosen, holdings, me }) {
  const button = document.getElementById("fetch");
  const may = ({ id, keeps }) => keeps && (me.everywhere.includes("camera.record") || (me.cameras["camera.record"] ?? []).includes(id));
  timeline.addEventListener("select", ({ detail }) => { button.hidden = !detail || !chosen().some(may); });
  button.addEventListener("click", async () => {
    const { start, end } = timeline.selection, range = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
    await Promise.all(chosen().filter(may).map((camera) => fetchFrom(camera, range, holdings)));
  });
}

async function fetchFrom({ id, name }, range, holdings) {
  try {
    const { results } = await call(`cameras/${id}/card/?${new URLSearchParams(range)}`);
    if (!results.length) return toast(t("{name} keeps nothing of this time.", { name }), "warn");
    let job = await call(`cameras/${id}/fills/`, { method: "POST", body: range });
    toast(t("Fetching from {name}…", { name }));
    while (!OVER.has(job.state) && !(job.error && job.due)) {
      await new Promise((resolve) => { setTimeout(resolve, LOOK_EVERY); });
      job = await call(`cameras/${id}/fills/${job.id}/`);
      holdings.refresh();
    }
    if (job.state === "done" && !job.error) toast(t("{seconds} s were fetched from {name}.", { seconds: Math.round(job.fetched_seconds), name }), "good");
    else toast(`${name}: ${job.error || t("Cancelled")}`, job.state === "cancelled" ? "" : "bad");
  } catch (error) {
    toast(`${name}: ${error.message}`, "bad");
  }
  return null;
}

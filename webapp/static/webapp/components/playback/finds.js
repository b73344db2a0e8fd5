// What a detector found in a recording, in playback: marks in its camera's lane, a bar with the way from one to the next,
// and its place in the picture around its best moment.
//
//   const finds = showFinds("3/12", { clock, timeline, objects, seek }); finds.asked // camera/replay, null when closed

import { call } from "eyrie/api.js";
import { byId } from "eyrie/dom.js";
import { saidShortly, titleOf } from "eyrie/event-words.js";
import { t } from "eyrie/i18n.js";
import { shortcuts } from "eyrie/shortcuts.js";
import { toast } from "eyrie/toasts.js";
import { found, isOpen } from "components/detection/words.js";

const EVERY = 2000; // ms, while it is still looking
const SAME = 500; // ms: finds nearer than this are where one already is

export function showFinds(asked, { clock, timeline, objects, seek }) {
  const [camera, replay] = asked.split("/").map(Number), shown = { asked };
  let marks = [];

  async function refresh() {
    if (!shown.asked) return;
    try {
      const job = await call(`cameras/${camera}/replays/${replay}/`);
      show(job.finds.map(marked).sort((one, other) => one.at - other.at));
      byId("tried-words").textContent = `${t(job.title)}: ${found(job)}`;
      if (isOpen(job)) setTimeout(refresh, EVERY);
    } catch (error) {
      close();
      toast(error.message, "bad");
    }
  }

  function show(found) {
    marks = found;
    timeline.finds = objects.finds = { camera, marks };
  }

  function close() {
    shown.asked = null;
    show([]);
    byId("tried").hidden = true;
  }

  function step(way) {
    const at = clock.now(), others = marks.filter((mark) => way * (mark.at - at) > SAME);
    if (!others.length) toast(way > 0 ? t("No later find") : t("No earlier find"));
    else seek((way > 0 ? others[0] : others.at(-1)).at);
  }

  byId("tried").hidden = false;
  byId("tried-all").href = `/cameras/${camera}/detection/${replay}/`;
  byId("tried-earlier").addEventListener("click", () => step(-1));
  byId("tried-later").addEventListener("click", () => step(1));
  byId("tried-close").addEventListener("click", close);
  shortcuts(t("Finds"), [
    { keys: ["f"], shown: "F", text: t("To the next find"), run: () => step(1) },
    { keys: ["F"], shown: t("Shift F"), text: t("To the previous find"), run: () => step(-1) },
  ]);
  refresh();
  return shown;
}

// at: the moment that shows it best.
function marked({ event_type: type, label, box, score, start_ms: start, end_ms: end, peak_ms: at, attributes }) {
  const title = type ? titleOf(type) : t(label), words = type ? saidShortly({ type, attributes }) : "";
  const says = attributes?.name || attributes?.text, text = says || title; // who it is, what was read, else what it is
  return { start, end, at, words: [title, words].filter(Boolean).join(": "), object: box && { label, box, score, text, tail: [], rank: says ? 2 : type ? 1 : 0 } };
}

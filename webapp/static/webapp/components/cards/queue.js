// What is fetched from cameras: under way and waiting first, then what is over.

import { call } from "eyrie/api.js";
import { byId, make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { bitrate, bytes } from "eyrie/quantities.js";
import { clockTime, day, dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import { span } from "components/cards/words.js";

const PAGE = 25;
const MOST_OPEN = 200;
const STATES = {
  queued: [t("Waiting"), "quiet"],
  running: [t("Being fetched"), "warn"],
  done: [t("Done"), "good"],
  failed: [t("Failed"), "bad"],
  cancelled: [t("Cancelled"), "quiet"],
};

export class Queue {
  #names;
  #mayFetch;
  #pages = 1;
  #rows = new Map(); // by id: { row, seen }
  #speeds = new Map(); // by id: { bytes, at, speed } of what runs
  #open = new Set();

  constructor(cameras, mayFetch) {
    this.#names = new Map(cameras.map(({ id, name }) => [id, name]));
    this.#mayFetch = mayFetch;
    byId("more").addEventListener("click", () => { this.#pages += 1; this.refresh(); });
  }

  // Whether something has come to its end since the last time.
  async refresh() {
    const [open, over] = await Promise.all([
      call(`fills/?over=no&page_size=${MOST_OPEN}`), call(`fills/?over=yes&page_size=${Math.min(1000, this.#pages * PAGE)}`),
    ]);
    const jobs = [...open.results, ...over.results];
    this.#show(jobs);
    byId("no-jobs").hidden = jobs.length > 0;
    byId("jobs-frame").hidden = jobs.length === 0;
    byId("more").hidden = !over.next || this.#pages * PAGE >= 1000;
    const before = this.#open;
    this.#open = new Set(open.results.map(({ id }) => id));
    return [...before].some((id) => !this.#open.has(id));
  }

  // Rows that are as they were stay, so that a button keeps the focus.
  #show(jobs) {
    const present = new Set(jobs.map(({ id }) => id));
    for (const [id, { row }] of this.#rows) if (!present.has(id)) { row.remove(); this.#rows.delete(id); }
    jobs.forEach((job, place) => {
      const known = this.#rows.get(job.id) ?? { row: make("tr", { "data-fill": job.id }), seen: "" };
      this.#rows.set(job.id, known);
      const seen = JSON.stringify(job);
      if (known.seen !== seen) this.#fill(known.row, job);
      known.seen = seen;
      if (byId("jobs").children[place] !== known.row) byId("jobs").insertBefore(known.row, byId("jobs").children[place] ?? null);
    });
  }

  #fill(row, job) {
    const [words, tone] = job.cancelling && job.state === "running" ? [t("Being cancelled"), "quiet"] : STATES[job.state];
    const focused = row.contains(document.activeElement);
    const who = job.requester ? t("Asked for by {name}", { name: job.requester }) : t("After an outage");
    row.replaceChildren(
      make("td", {}, this.#names.get(job.camera) ?? t("Camera {id}", { id: job.camera }), make("span", { className: "small quiet-text told" }, who)),
      make("td", {}, times(Date.parse(job.start), Date.parse(job.end))),
      make("td", {}, make("span", { className: "badge", "data-tone": tone }, words), ...this.#detail(job)),
      make("td", {}, this.#button(job)),
    );
    if (focused) row.querySelector("button")?.focus();
  }

  #detail(job) {
    const start = Date.parse(job.start), end = Date.parse(job.end), small = { className: "small quiet-text told" };
    if (job.state === "running") {
      const share = (Date.parse(job.at) - start) / (end - start), speed = this.#speed(job);
      const words = [t("{time} fetched, {size}", { time: span(1000 * job.fetched_seconds), size: bytes(job.bytes) }), speed ? bitrate(speed) : ""];
      return [make("progress", { max: 1, value: share, "aria-label": t("Progress") }), make("span", small, words.filter(Boolean).join(", "))];
    }
    const got = job.bytes ? t("{time} fetched, {size}", { time: span(1000 * job.fetched_seconds), size: bytes(job.bytes) }) : "";
    const nothing = job.state === "done" && !got && !job.error ? t("Nothing was missing.") : "";
    const next = job.due ? t("Next try: {time}.", { time: dayAndTime(Date.parse(job.due)) }) : "";
    return [got, nothing, job.error, next].filter(Boolean).map((text) => make("span", small, text));
  }

  // Bits a second since the last look.
  #speed({ id, bytes: count }) {
    const now = performance.now(), last = this.#speeds.get(id);
    const speed = last && count > last.bytes ? (8000 * (count - last.bytes)) / (now - last.at) : last?.speed ?? 0;
    if (!last || count > last.bytes) this.#speeds.set(id, { bytes: count, at: now, speed });
    return speed;
  }

  #button({ id, camera, state, cancelling }) {
    if (!["queued", "running"].includes(state) || cancelling || !this.#mayFetch(camera)) return "";
    const name = this.#names.get(camera) ?? camera;
    const button = make("button", { type: "button", className: "button", "aria-label": t("Cancel fetching from {name}", { name }) }, t("Cancel"));
    button.addEventListener("click", async () => {
      try {
        await call(`cameras/${camera}/fills/${id}/cancel/`, { method: "POST" });
        await this.refresh();
      } catch (error) {
        toast(error.message, "bad");
      }
    });
    return button;
  }
}

function times(start, end) {
  return `${dayAndTime(start)} – ${day(start) === day(end) ? clockTime(end) : dayAndTime(end)}`;
}

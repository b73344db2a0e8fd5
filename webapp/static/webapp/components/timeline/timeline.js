// <eyrie-timeline>: recordings of up to 16 cameras over time. It moves the clock and is moved by it.
//
// Properties: clock, holdings, lanes ([{id, name}]), finds ({camera, marks}). Events: "scrub" while the strip is dragged, "scrubbed" after it,
// "select" with detail {start, end} or null. Drag the strip; wheel or pinch zooms around the pointer; shift-drag selects, and
// so does a finger that rests before it moves.

import { titleOf } from "eyrie/event-words.js";
import { n, t } from "eyrie/i18n.js";
import { clockTime, dayAndTime, timeZone } from "eyrie/times.js";
import { offsetAt } from "eyrie/zone.js";
import { AXIS, layout, paint } from "components/timeline/painting.js";

const SECOND = 1000, MINUTE = 60 * SECOND, DAY = 86_400_000;
const SHORTEST = 10 * SECOND, LONGEST = 93 * DAY;
const CLICK = 4; // px
const MOST_TOLD = 4; // of a kind, at the pointer
const REST = 500; // ms after which a finger selects
const EMPTY = { top: AXIS, high: 28, thin: 0 }; // the place of no camera
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const format = (options) => new Intl.DateTimeFormat(language, { timeZone, hourCycle: "h23", ...options });
const WORDS = {
  second: format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  time: format({ hour: "2-digit", minute: "2-digit" }),
  changed: format({ hour: "2-digit", minute: "2-digit", timeZoneName: "short" }),
  day: format({ weekday: "short", day: "numeric", month: "short" }),
  month: format({ month: "short", year: "numeric" }),
};

const decibels = new Intl.NumberFormat(language);

class Timeline extends HTMLElement {
  #clock = null; #holdings = null; #lanes = []; #places = [];
  #pointers = new Map();
  #drag = null;
  #last = 0;
  #frame = 0;
  #resized = new ResizeObserver(() => this.#fit());
  selection = null;
  finds = { camera: 0, marks: [] };

  connectedCallback() {
    this.canvas = document.createElement("canvas");
    this.tip = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
    this.replaceChildren(this.canvas, this.tip);
    this.tabIndex = 0;
    this.setAttribute("role", "slider");
    this.setAttribute("aria-valuemin", "0");
    this.setAttribute("aria-valuemax", String(Math.round(Date.UTC(2100, 0) / 1000))); // seconds since 1970
    this.span ??= 10 * MINUTE;
    this.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"]) {
      this.addEventListener(name, (event) => this[`_${name}`]?.(event));
    }
    this.addEventListener("keydown", (event) => this.#key(event));
    this.#resized.observe(this);
  }

  disconnectedCallback() {
    this.#resized.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  set clock(clock) {
    this.#clock = clock;
    this.start = clock.now() - this.span / 2;
    this.#last = clock.now();
    const draw = () => { this.#draw(); this.#frame = requestAnimationFrame(draw); };
    draw();
  }

  set holdings(holdings) {
    this.#holdings = holdings;
    holdings.addEventListener("change", () => { this.#arrange(); this.#said = ""; });
  }

  set lanes(lanes) {
    this.#lanes = lanes;
    this.#arrange();
  }

  #arrange() {
    this.#places = layout(this.#lanes.map(({ id }) => this.#holdings.of(id).heard));
    const { top, high, thin } = this.#places.at(-1) ?? EMPTY, height = `${top + high + thin + 4}px`;
    if (this.canvas.style.height === height) return;
    this.canvas.style.height = height;
    this.#fit();
  }

  get end() { return this.start + this.span; }
  get perPixel() { return this.span / this.canvas.clientWidth; }

  at(x) { return this.start + x * this.perPixel; }

  // Show `span` ms, leaving the moment at x where it is.
  zoom(span, x = (this.#clock.now() - this.start) / this.perPixel) {
    const at = this.at(x);
    this.span = Math.max(SHORTEST, Math.min(LONGEST, span));
    this.start = at - x * this.perPixel;
  }

  // Bring the playhead to the middle.
  centre() {
    this.start = this.#clock.now() - this.span / 2;
  }

  select(selection) {
    this.selection = selection;
    this.dispatchEvent(new CustomEvent("select", { detail: selection }));
  }

  #fit() {
    const scale = devicePixelRatio;
    this.canvas.width = this.canvas.clientWidth * scale;
    this.canvas.height = this.canvas.clientHeight * scale;
    this.canvas.getContext("2d").setTransform(scale, 0, 0, scale, 0, 0);
    this.#colours = null;
  }

  #draw() {
    if (!this.canvas.clientWidth || !this.#holdings) return;
    const at = this.#clock.now();
    // While it runs the strip moves and the playhead stays, if it is to be seen; a jump out of sight brings it back.
    if (this.#clock.playing && !this.#drag && this.#last > this.start && this.#last < this.end) this.start += at - this.#last;
    if ((at < this.start || at > this.end) && at !== this.#last && !this.#drag) this.centre();
    this.#last = at;
    this.#holdings.want(this.start, this.end);
    paint(this.canvas.getContext("2d"), {
      start: this.start, end: this.end, width: this.canvas.clientWidth, height: this.canvas.clientHeight, at,
      now: this.#holdings.now(), selection: this.selection, words, loudness: t("Loudness"),
      lanes: this.#lanes.map(({ id, name }, place) => ({ name, holdings: this.#holdings.of(id), finds: this.#findsOf(id), ...this.#places[place] })),
    }, (this.#colours ??= colours(this)));
    this.#say(at);
  }

  #findsOf(camera) {
    return camera === this.finds.camera ? this.finds.marks : [];
  }

  #colours = null;

  // A new theme, for example.
  repaint() { this.#colours = null; }

  #said = "";

  #say(at) {
    const text = dayAndTime(Math.round(at / 1000) * 1000);
    if (text === this.#said) return;
    this.#said = text;
    const loud = this.#lanes.map(({ id, name }) => ({ name, words: this.#loudnessAt(id, at) })).filter(({ words }) => words);
    this.setAttribute("aria-valuetext", [text, ...loud.slice(0, MOST_TOLD).map(({ name, words }) => `${name}: ${words}`)].join("; "));
    this.setAttribute("aria-valuenow", String(Math.round(at / 1000)));
  }

  // In words; nothing when nobody listened.
  #loudnessAt(camera, at) {
    const level = this.#holdings.loudnessAt(camera, at);
    return level === null ? "" : t("Loudness {level} dB", { level: decibels.format(level) });
  }

  #wheel(event) {
    event.preventDefault();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) return this.#pan(event.deltaX);
    this.zoom(this.span * Math.exp(Math.max(-200, Math.min(200, event.deltaY)) * 0.003), event.offsetX);
  }

  #pan(pixels) {
    this.start += pixels * this.perPixel;
  }

  _pointerdown(event) {
    if (event.button) return;
    this.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, event.offsetX);
    if (this.#pointers.size === 2) return this.#pinch();
    this.#begin(event.offsetX, event.shiftKey);
    if (event.pointerType === "touch") this.#rest = setTimeout(() => this.#rested(), REST);
    this.tip.hidden = true;
  }

  #begin(x, selects, moved = false) {
    this.#drag = { x, from: x, at: this.at(x), selects, moved };
  }

  #rest = 0;

  #rested() {
    if (!this.#drag || this.#drag.moved || this.#drag.pinch) return;
    Object.assign(this.#drag, { selects: true, moved: true });
    navigator.vibrate?.(20);
    this.select(ordered(this.#drag.at, this.#drag.at + 4 * this.perPixel));
  }

  #pinch() {
    clearTimeout(this.#rest);
    this.#clock.scrubbing = false;
    const { apart, middle } = this.#fingers();
    this.#drag = { pinch: apart, middle, span: this.span };
  }

  #fingers() {
    const [one, other] = [...this.#pointers.values()];
    return { apart: Math.max(Math.abs(one - other), 20), middle: (one + other) / 2 };
  }

  #pinched(drag) {
    const { apart, middle } = this.#fingers();
    this.#pan(drag.middle - middle);
    drag.middle = middle;
    this.zoom((drag.span * drag.pinch) / apart, middle);
  }

  _pointermove(event) {
    const drag = this.#drag;
    if (!drag) return this.#hover(event.offsetX, event.offsetY);
    if (!this.#pointers.has(event.pointerId)) return;
    this.#pointers.set(event.pointerId, event.offsetX);
    if (drag.pinch) return this.#pinched(drag);
    drag.moved ||= Math.abs(event.offsetX - drag.from) > CLICK;
    if (!drag.moved) return;
    clearTimeout(this.#rest);
    if (drag.selects) return this.select(ordered(drag.at, this.at(event.offsetX)));
    this.#scrub(event.offsetX - drag.x);
    drag.x = event.offsetX;
  }

  // The strip moves below the playhead, which stays where it is; out of sight, it stays at its moment.
  #scrub(pixels) {
    const step = -pixels * this.perPixel, at = this.#clock.now(), seen = at >= this.start && at <= this.end;
    this.start += step;
    if (!seen) return;
    this.#clock.scrubbing = true;
    this.#clock.seek(Math.min(at + step, this.#holdings.now()));
    this.dispatchEvent(new Event("scrub"));
  }

  _pointerup(event) {
    this.#pointers.delete(event.pointerId);
    clearTimeout(this.#rest);
    const drag = this.#drag;
    if (this.#pointers.size) return this.#begin([...this.#pointers.values()][0], false, true); // one finger is left of two
    this.#drag = null;
    if (drag && !drag.moved && !drag.pinch) {
      if (drag.selects) return this.select(null);
      this.#clock.seek(Math.min(this.at(event.offsetX), this.#holdings.now()));
    }
    this.#clock.scrubbing = false;
    if (drag && !drag.selects && !drag.pinch) this.dispatchEvent(new Event("scrubbed"));
  }

  _pointercancel(event) {
    this.#pointers.delete(event.pointerId);
    clearTimeout(this.#rest);
    this.#drag = null;
    this.#clock.scrubbing = false;
  }

  _pointerleave() {
    this.tip.hidden = true;
  }

  #hover(x, y) {
    const lane = this.#lanes[this.#places.findIndex(({ top, high, thin }) => y >= top && y < top + high + thin)], at = this.at(x);
    const lines = lane ? this.#under(lane, at) : [];
    this.tip.hidden = false;
    this.tip.textContent = [WORDS.day.format(at) + " " + clockTime(at), ...lines].join("\n");
    this.tip.style.left = `${Math.max(0, Math.min(x - this.tip.offsetWidth / 2, this.canvas.clientWidth - this.tip.offsetWidth))}px`;
  }

  #under(lane, at) {
    const held = this.#holdings.of(lane.id), near = 4 * this.perPixel;
    const found = ({ start, end }) => at >= start - near && at <= (end ?? start) + near;
    const gap = this.#holdings.recordedAt(lane.id, at) ? null : this.#holdings.gapAt(lane.id, at);
    const events = held.events.filter(found), shown = events.slice(0, MOST_TOLD).map(({ type }) => titleOf(type));
    if (events.length > shown.length) shown.push(n("and one more", "and {count} more", events.length - shown.length));
    const finds = this.#findsOf(lane.id).filter(found).map(({ words }) => `◆ ${words}`);
    const later = this.#holdings.fetchedAt(lane.id, at) ? [t("Fetched later from the camera")] : [];
    const loud = this.#loudnessAt(lane.id, at);
    return [lane.name, ...(gap ? [gapWords(gap)] : later), ...(loud ? [loud] : []), ...shown, ...finds.slice(0, MOST_TOLD), ...held.bookmarks.filter(found).map(({ text }) => `⚑ ${text}`)];
  }

  #key(event) {
    const step = event.shiftKey ? this.span / 4 : this.span / 60;
    const moves = { ArrowLeft: -step, ArrowRight: step, PageUp: -this.span / 2, PageDown: this.span / 2 };
    if (event.key in moves) this.#clock.seek(Math.min(this.#clock.now() + moves[event.key], this.#holdings.now()));
    else if (event.key === "+" || event.key === "ArrowUp") this.zoom(this.span / 1.5);
    else if (event.key === "-" || event.key === "ArrowDown") this.zoom(this.span * 1.5);
    else if (event.key === "Home") this.centre();
    else return;
    event.preventDefault();
    this.dispatchEvent(new Event("scrubbed"));
  }
}

const REASONS = {
  offline: t("The camera was not reachable"),
  stalled: t("The camera sent no pictures"),
  auth: t("The camera refused the password"),
  disk_full: t("The disk was full"),
  storage_failed: t("The storage failed"),
  storage_slow: t("The storage was too slow"),
  recorder_down: t("The recorder was not running"),
  disabled: t("Recording was switched off"),
  no_event: t("Nothing happened, so nothing was recorded"),
  not_scheduled: t("Not to be recorded at this time"),
};

// One line that says why nothing is recorded.
export function gapWords({ reason, detail }) {
  const words = REASONS[reason] ?? reason;
  return detail ? `${words}: ${detail}` : words;
}

function words(at, level, step) {
  if (level === "month") return step > 7 * DAY ? WORDS.month.format(at) : WORDS.day.format(at);
  if (level === "day") return WORDS.day.format(at);
  if (step < MINUTE) return WORDS.second.format(at);
  return (offsetAt(at) !== offsetAt(at - step) ? WORDS.changed : WORDS.time).format(at);
}

function ordered(one, other) {
  return { start: Math.min(one, other), end: Math.max(one, other) };
}

function colours(element) {
  const style = getComputedStyle(element), of = (name) => {
    element.canvas.style.color = `var(${name})`; // the name alone holds the colours of both themes
    return getComputedStyle(element.canvas).color;
  };
  const alarm = of("--bad"), warn = of("--warn"), usual = of("--accent");
  return {
    font: style.fontFamily, text: of("--text"), quiet: of("--text-quiet"), line: of("--line"), lineStrong: of("--line-strong"),
    accent: usual, lane: of("--hover"), recorded: of("--timeline-recorded"), fetched: hatched(of("--timeline-recorded"), of("--timeline-fetched")),
    gap: hatched(of("--warn"), of("--hover")), idle: hatched(of("--line"), of("--hover")),
    bookmark: of("--text"), label: of("--timeline-label"), selection: of("--timeline-selection"), future: of("--timeline-future"), motion: of("--timeline-motion"), loudness: of("--timeline-loudness"), find: of("--timeline-find"),
    playhead: of("--record"),
    event: (type) => (/offline|failed|stalled|auth/.test(type) ? alarm : /system|storage|plugin/.test(type) ? warn : usual),
  };
}

function hatched(line, ground) {
  const tile = document.createElement("canvas"), context = tile.getContext("2d");
  tile.width = tile.height = 8;
  context.fillStyle = ground;
  context.fillRect(0, 0, 8, 8);
  context.strokeStyle = line;
  for (const shift of [-8, 0, 8]) {
    context.moveTo(shift, 8);
    context.lineTo(shift + 8, 0);
  }
  context.stroke();
  return context.createPattern(tile, "repeat");
}

customElements.define("eyrie-timeline", Timeline);

// What detectors see now, drawn over live pictures: as old as the picture is that it lies on.
//
//   const objects = new LiveObjects(() => tiles); objects.on = true;
//
// tiles: elements with `camera` ({id}), part("layers") and part("live"). Nothing is asked for and nothing painted while
// it is off.

import { paint } from "components/overlay/painting.js";
import { now } from "eyrie/now.js";
import { Reconnecting } from "eyrie/reconnecting.js";

const TOPIC = "cameras.objects";
const KEEP = 4000; // ms of messages kept, for pictures that come late
const TAIL = 4000; // ms
const STALE = 2500; // ms without a message after which nothing is drawn
const USUAL_LATENCY = 800; // ms, where the picture's age is not known

export class LiveObjects {
  #tiles;
  #seen = new Map(); // camera to messages, the oldest first
  #link = null;
  #frame = 0;

  constructor(tiles) {
    this.#tiles = tiles;
  }

  set on(wanted) {
    if (wanted === Boolean(this.#link)) return;
    if (wanted) this.#begin();
    else this.#end();
  }

  #begin() {
    this.#link = new Reconnecting("/ws/v1/", {
      opened: (socket) => socket.send(JSON.stringify({ op: "subscribe", topic: TOPIC })),
      message: (data) => this.#heard(JSON.parse(data)),
    });
    this.#link.open();
    const turn = () => {
      this.#frame = requestAnimationFrame(turn);
      for (const tile of this.#tiles()) this.#show(tile);
    };
    turn();
  }

  #end() {
    this.#link.close();
    this.#link = null;
    cancelAnimationFrame(this.#frame);
    this.#seen.clear();
    for (const tile of this.#tiles()) tile.querySelector("canvas.overlay")?.remove();
  }

  #heard({ op, message }) {
    if (op !== "message") return;
    const kept = this.#seen.get(message.camera_id) ?? [];
    kept.push(message);
    while (kept[0].wall_ms < message.wall_ms - KEEP) kept.shift();
    this.#seen.set(message.camera_id, kept);
  }

  #show(tile) {
    const live = tile.part("live"), shown = tile.hasAttribute("replaying") || live.frozen ? null : live.picture;
    const found = shown && this.#at(tile.camera?.id, now() - (live.facts?.latency ?? USUAL_LATENCY));
    let canvas = tile.querySelector("canvas.overlay");
    if (!found) {
      canvas?.remove();
      return;
    }
    const width = shown.videoWidth ?? shown.naturalWidth ?? shown.width, height = shown.videoHeight ?? shown.naturalHeight ?? shown.height;
    const what = `${tile.camera.id} ${found.newest.wall_ms} ${tile.clientWidth} ${tile.clientHeight} ${width}`;
    if (canvas?.dataset.shown === what) return;
    if (!canvas) {
      canvas = Object.assign(document.createElement("canvas"), { className: "overlay" });
      tile.part("layers").append(canvas);
    }
    canvas.dataset.shown = what;
    canvas.dataset.objects = found.objects.length;
    paint(canvas, found.objects, { width, height });
  }

  // What was seen when that picture was taken; null when nobody looked.
  #at(camera, wall) {
    const kept = (this.#seen.get(camera) ?? []).filter(({ wall_ms: at }) => at <= wall);
    const newest = kept.at(-1);
    if (!newest || newest.wall_ms < wall - STALE) return null;
    const objects = newest.objects.map((object) => {
      const points = where(kept, object.id);
      const tail = points.filter(([ms]) => ms >= newest.wall_ms - TAIL).map(([, left, top, width, height]) => [left + width / 2, top + height]);
      return { ...object, tail };
    });
    return { newest, objects };
  }
}

// Where an object was, of late: [[ms, left, top, width, height], …].
function where(messages, id) {
  return messages.flatMap(({ wall_ms: ms, objects }) => objects.filter((one) => one.id === id).map(({ box }) => [ms, ...box]));
}

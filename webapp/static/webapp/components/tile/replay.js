// A camera's last half minute, played over its live picture as the playback page plays it: on a clock, converted by the
// server where the browser cannot play what was recorded, in single pictures where the server converts nothing.

import { Clock } from "components/clock/clock.js";
import { RecordedPlayer } from "components/player/recorded.js";
import { unplayed } from "components/player/words.js";
import { now } from "eyrie/now.js";

export const REPLAY_MS = 30_000;
const TICK = 100; // ms
const PATIENCE = 8_000; // ms that the clock waits for pictures
const SLOW = 60; // ms behind the clock from which on it waits for the player
const SKIP = 1_000; // ms at once, where nothing is recorded

export class Replay {
  #player; #ended; #timer; #waitsSince = 0; #came = false;
  #end = now();
  #clock = new Clock(this.#end - REPLAY_MS);

  // ended({came, trouble}): it is over; came: whether there was a picture; trouble: a sentence, "" when all was well.
  constructor({ camera, video, image, ended }) {
    this.#ended = ended;
    this.#player = new RecordedPlayer({ camera, clock: this.#clock, video, image, now });
    this.#clock.play(1);
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  // What is shown otherwise than it was recorded, in words.
  get note() { return unplayed(this.#player); }

  // The element that shows the picture.
  get picture() { return this.#player.unplayable ? this.#player.image : this.#player.video; }

  close() {
    clearInterval(this.#timer);
    this.#player.close();
  }

  #tick() {
    const { state, trouble, unplayable, video, image, lead } = this.#player, clock = this.#clock;
    video.hidden = Boolean(unplayable);
    image.hidden = !unplayable;
    this.#came ||= state === "playing";
    if (state === "trouble" || clock.now() >= this.#end) return this.#ended({ came: this.#came, trouble });
    this.#wait(state === "loading");
    if (state === "nothing") clock.seek(clock.now() + SKIP);
    else if (clock.runs && lead < -SLOW) clock.yield((-lead - SLOW) / 8);
  }

  #wait(loading) {
    if (!loading) this.#waitsSince = 0;
    else this.#waitsSince ||= performance.now();
    this.#clock.hold(loading && performance.now() - this.#waitsSince < PATIENCE);
  }
}

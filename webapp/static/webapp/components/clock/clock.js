// One clock that several players follow: the moment of the recordings that is shown now, in ms UTC.
//
// "change" is dispatched when it is set, started, stopped or changes its pace. It is held, without stopping, while a
// player waits for pictures, so that all stay in step.

export class Clock extends EventTarget {
  #at;
  #since = 0; // performance.now() at which #at was right
  #rate = 1;
  #playing = false;
  #held = false;

  constructor(at) {
    super();
    this.#at = at;
  }

  // The moment shown at a time of performance.now().
  now(at = performance.now()) {
    return this.runs ? this.#at + (at - this.#since) * this.#rate : this.#at;
  }

  get rate() { return this.#rate; }
  get playing() { return this.#playing; }
  get held() { return this.#held; }
  get runs() { return this.#playing && !this.#held; }

  seek(at) {
    this.#set({ at });
  }

  play(rate = this.#rate) {
    this.#set({ rate, playing: true });
  }

  pause() {
    this.#set({ playing: false });
  }

  hold(held) {
    if (held === this.#held) return;
    this.#at = this.now();
    this.#since = performance.now();
    this.#held = held;
  }

  // Fall back a little, for players that cannot keep up. No "change": nothing was asked for.
  yield(ms) {
    this.#at = this.now() - ms;
    this.#since = performance.now();
  }

  #set({ at = this.now(), rate = this.#rate, playing = this.#playing }) {
    this.#at = at;
    this.#since = performance.now();
    this.#rate = rate;
    this.#playing = playing;
    this.dispatchEvent(new Event("change"));
  }
}

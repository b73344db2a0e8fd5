// A tour: one view after the other, each for some seconds, until it is stopped or somebody opens a view.

export class Tour {
  #timer = 0;

  // next(): open the following view. seconds(): how long each is shown. changed(running)
  constructor({ next, seconds, changed }) {
    Object.assign(this, { next, seconds, changed });
  }

  get running() { return this.#timer !== 0; }

  start() {
    this.stop();
    this.next();
    this.#timer = setInterval(() => document.hidden || this.next(), this.seconds() * 1000);
    this.changed(true);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.changed(false);
  }
}

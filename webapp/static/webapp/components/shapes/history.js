// What was before, to go back to it and on again.

const MOST = 100;

export class History {
  #states;
  #at = 0;

  constructor(state) {
    this.#states = [structuredClone(state)];
  }

  get back() { return this.#at > 0; }

  get on() { return this.#at < this.#states.length - 1; }

  // Something has changed to this; answers whether it did.
  keep(state) {
    if (JSON.stringify(state) === JSON.stringify(this.#states[this.#at])) return false;
    this.#states = [...this.#states.slice(0, this.#at + 1), structuredClone(state)].slice(-MOST);
    this.#at = this.#states.length - 1;
    return true;
  }

  // The state a step back (-1) or on (1); null when there is none.
  go(step) {
    if (!this.#states[this.#at + step]) return null;
    this.#at += step;
    return structuredClone(this.#states[this.#at]);
  }
}

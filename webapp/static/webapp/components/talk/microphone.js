// Runs in the audio thread: the microphone's samples at `rate` Hz, in pieces of 20 ms of signed 16 bits, and how loud each
// was. What is above half the rate is taken out first: it would be heard as something else.

const PIECE = 0.02; // s
const HALF = 24; // of the filter, in samples of the rate wanted

class Microphone extends AudioWorkletProcessor {
  #past = new Float32Array(0);
  #at = 0; // where the next sample lies in what is there
  #piece = null;
  #filled = 0;

  constructor() {
    super();
    this.rate = 0;
    this.port.onmessage = ({ data }) => this.#begin(data.rate);
  }

  #begin(rate) {
    this.rate = rate;
    this.#piece = new Int16Array(Math.round(rate * PIECE));
    this.#filled = 0;
  }

  process([input]) {
    const samples = input[0];
    if (!samples || !this.rate) return true;
    const step = sampleRate / this.rate, reach = Math.ceil(HALF * Math.max(1, step));
    const all = new Float32Array(this.#past.length + samples.length);
    all.set(this.#past);
    all.set(samples, this.#past.length);
    if (!this.#past.length) this.#at = reach;
    while (this.#at + reach < all.length) {
      this.#put(filtered(all, this.#at, reach, Math.min(1, 1 / step)));
      this.#at += step;
    }
    const done = Math.max(0, Math.floor(this.#at) - reach);
    this.#past = all.slice(done);
    this.#at -= done;
    return true;
  }

  #put(sample) {
    this.#piece[this.#filled++] = Math.max(-1, Math.min(1, sample)) * 32767;
    if (this.#filled < this.#piece.length) return;
    const pcm = this.#piece.slice();
    let sum = 0;
    for (const one of pcm) sum += one * one;
    this.port.postMessage({ pcm: pcm.buffer, level: Math.sqrt(sum / pcm.length) / 32768 }, [pcm.buffer]);
    this.#filled = 0;
  }
}

// A windowed sinc around `at`, which need not be whole; share: of the bandwidth that is let through.
function filtered(all, at, reach, share) {
  const first = Math.ceil(at - reach), last = Math.floor(at + reach), cut = share * 0.9;
  let sum = 0;
  for (let n = first; n <= last; n++) {
    const away = n - at, x = Math.PI * away * cut;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * away) / reach);
    sum += all[n] * window * cut * (Math.abs(x) < 1e-9 ? 1 : Math.sin(x) / x);
  }
  return sum;
}

registerProcessor("eyrie-microphone", Microphone);

// Keeps a live <video> as near to its newest picture as the pictures' arrival allows: by pace where it is a little off,
// by a jump where it is far off or there is a gap.

const FAR = 1.2; // seconds behind where it should be, from which on it jumps
const NEAR = 0.06; // seconds off that are left alone
const LEAST = 0.1, WITH_SOUND = 0.2, MOST = 1; // seconds kept ready; the sound's decoder wants more
const MORE = 0.1; // seconds more after it stood still
const CALM = 0.98; // of the longest wait for a picture that is remembered at the next one

export class Pacing {
  #newest = 0;
  #grown = 0; // performance.now() when that came
  #longest = 0; // seconds for which nothing came, by and by forgotten

  #least = LEAST;

  constructor(video) {
    this.video = video;
    video.addEventListener("waiting", () => {
      if (this.ready > LEAST / 2) this.#least = Math.min(this.#least + MORE, MOST);
    });
  }

  // Another stream begins. sound: whether it has any.
  begin(sound) {
    this.#least = sound ? WITH_SOUND : LEAST;
    this.#newest = this.#grown = this.#longest = 0;
  }

  // Seconds of video that should be ready: what bridges the longest wait for the next picture.
  get reserve() { return Math.min(Math.max(this.#least, this.#longest * 1.5), MOST); }

  // Seconds of video that are ready; NaN when none are.
  get ready() {
    const { buffered, currentTime } = this.video;
    return buffered.length ? buffered.end(buffered.length - 1) - currentTime : NaN;
  }

  keepUp() {
    const { video, ready, reserve } = this;
    if (Number.isNaN(ready)) return;
    const { buffered } = video, last = buffered.length - 1, newest = buffered.end(last);
    if (ready < 0 || ready > reserve + FAR || video.currentTime < buffered.start(last)) {
      video.currentTime = Math.max(newest - reserve, buffered.start(last));
    }
    this.#grew(newest);
    const off = ready - reserve;
    const rate = Math.abs(off) <= NEAR ? 1 : 1 + Math.max(-0.1, Math.min(0.15, off / 2));
    if (Math.abs(video.playbackRate - rate) > 0.01) video.playbackRate = rate;
    if (video.paused) video.play().catch(() => {});
  }

  // Sound may come in longer pieces than pictures: what counts is when something more can be played.
  #grew(newest) {
    if (newest === this.#newest) return;
    const at = performance.now(), wait = this.#grown ? (at - this.#grown) / 1000 : 0;
    this.#longest = Math.max(this.#longest * CALM, wait < MOST ? wait : 0);
    this.#newest = newest;
    this.#grown = at;
  }
}

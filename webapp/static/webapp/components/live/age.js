// How old the picture is that a live <video> shows: the server's time less the time at which it was taken.
//
// The server's time is asked for over the stream's own connection and kept by the page's monotonic clock, so that it
// does not matter how wrong the device's clock is.

const QUESTION = '{"op":"time"}'; // as core/web/socket/live.py wants it
const ASK_EVERY = 15_000; // ms
const TICKS = 90; // of video a millisecond
const NTP_TO_UNIX = 2_208_988_800; // seconds from 1900 to 1970
const MOST = 60_000; // ms; beyond, the camera's clock is not the site's and nothing can be said

export class Age {
  #video;
  #timer = 0;
  #asked = 0;
  #took = Infinity; // ms, the shortest way there and back so far
  #ahead = null; // ms from performance.now() to the server's time
  #zero = null; // ms UTC of media time 0
  #age = null;
  #watching = false;

  constructor(video) {
    this.#video = video;
  }

  // A connection is open.
  opened(socket) {
    clearInterval(this.#timer);
    const ask = () => {
      if (socket.readyState !== WebSocket.OPEN) return clearInterval(this.#timer);
      this.#asked = performance.now();
      return socket.send(QUESTION);
    };
    this.#timer = setInterval(ask, ASK_EVERY);
    ask();
  }

  // The server has answered: its time lies between question and answer. The quickest answer is the surest.
  answered({ now_ms: now }) {
    const here = performance.now(), took = here - this.#asked;
    this.#took *= 1.5;
    if (took > this.#took) return;
    this.#took = took;
    this.#ahead = now - (here + this.#asked) / 2;
  }

  // A fragment has come: its producer reference time box (ISO/IEC 14496-12, 8.16.5) says when it was taken.
  came(fragment) {
    this.#zero = zeroOf(fragment) ?? this.#zero;
  }

  begin() {
    this.#zero = this.#age = null;
  }

  close() {
    clearInterval(this.#timer);
  }

  // ms of the picture shown of late; null when unknown.
  get ms() {
    this.#watch();
    return this.#age !== null && this.#age >= 0 && this.#age < MOST ? this.#age : null;
  }

  // With the next picture that is shown.
  #watch() {
    if (this.#watching || !this.#video.requestVideoFrameCallback) return;
    this.#watching = true;
    this.#video.requestVideoFrameCallback((_, { expectedDisplayTime, mediaTime }) => {
      this.#watching = false;
      if (this.#zero === null || this.#ahead === null) return;
      this.#age = expectedDisplayTime + this.#ahead - (this.#zero + mediaTime * 1000);
    });
  }
}

function zeroOf(fragment) {
  const view = new DataView(fragment);
  if (view.byteLength < 32 || view.getUint32(4) !== 0x70726674 /* prft */) return null;
  const taken = (view.getUint32(16) - NTP_TO_UNIX) * 1000 + (view.getUint32(20) / 2 ** 32) * 1000;
  return taken - Number(view.getBigUint64(24)) / TICKS;
}

// The way to a camera that is moved: one websocket, open while somebody steers.
//
//   const helm = new Helm(camera, { holder, failed, done }); helm.open(); helm.move({ pan: 0.5 }); helm.stop(); helm.say({ op: "home" });
//
// A movement is said again while it lasts: the server stops the camera when it hears nothing. holder({by, mine, locked,
// may_take}), failed(sentence), done(of, answer).

import { Reconnecting } from "eyrie/reconnecting.js";

const AGAIN = 500; // ms
const SAME = 0.02; // less of a difference is not told

export class Helm {
  #link;
  #socket = null;
  #wanted = null;
  #timer = 0;

  constructor(camera, { holder, failed, done }) {
    this.#link = new Reconnecting(`/ws/v1/cameras/${camera}/ptz/`, {
      opened: (socket) => { this.#socket = socket; },
      message: (data) => {
        const { op, ...rest } = JSON.parse(data);
        if (op === "holder") holder(rest);
        if (op === "error") failed(rest.detail);
        if (op === "done") done?.(rest.of, rest.answer);
      },
      away: (words, final) => {
        this.#socket = null;
        if (final) failed(words);
      },
    });
  }

  open() { this.#link.open(); }

  close() {
    this.stop();
    this.#link.close();
    this.#socket = null;
  }

  // {pan, tilt, zoom} from -1 to 1; all 0 is to stand still.
  move({ pan = 0, tilt = 0, zoom = 0 }) {
    const wanted = { pan: rounded(pan), tilt: rounded(tilt), zoom: rounded(zoom) };
    if (!wanted.pan && !wanted.tilt && !wanted.zoom) return this.stop();
    if (this.#wanted && Object.keys(wanted).every((axis) => Math.abs(wanted[axis] - this.#wanted[axis]) < SAME)) return undefined;
    this.#wanted = wanted;
    return this.#tell();
  }

  stop() {
    clearTimeout(this.#timer);
    if (!this.#wanted) return;
    this.#wanted = null;
    this.say({ op: "stop" });
  }

  say(order) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(order));
  }

  #tell() {
    clearTimeout(this.#timer);
    this.say({ op: "move", ...this.#wanted });
    this.#timer = setTimeout(() => this.#tell(), AGAIN);
  }
}

function rounded(value) {
  return Math.round(Math.max(-1, Math.min(1, value)) * 100) / 100;
}

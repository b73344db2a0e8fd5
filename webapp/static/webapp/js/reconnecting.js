// A websocket that comes back by itself, waiting longer each time, and not at all when the server says it is pointless.

import { toSignIn } from "eyrie/api.js";
import { t } from "eyrie/i18n.js";

const LONGEST_WAIT = 10_000;
const SIGNED_OUT = 4401;
const POINTLESS = new Set([4403, 4404]);

export class Reconnecting {
  #socket = null;
  #timer = 0;
  #wait = 500;

  // handlers: opened(socket), message(data), away(reason, final, code)
  constructor(path, handlers) {
    this.path = path;
    this.handlers = handlers;
  }

  open() {
    this.close();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${this.path}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.handlers.opened?.(socket);
    socket.onmessage = ({ data }) => {
      this.#wait = 500;
      this.handlers.message(data);
    };
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    this.#socket = socket;
  }

  close() {
    clearTimeout(this.#timer);
    if (!this.#socket) return;
    this.#socket.onclose = this.#socket.onmessage = this.#socket.onopen = null;
    this.#socket.close();
    this.#socket = null;
  }

  #closed(code, reason) {
    this.#socket = null;
    if (code === SIGNED_OUT) return toSignIn();
    const final = POINTLESS.has(code);
    this.handlers.away?.(reason || t("Connecting…"), final, code);
    if (final) return;
    this.#timer = setTimeout(() => this.open(), this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }
}

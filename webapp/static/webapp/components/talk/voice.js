// One person's voice to one camera: microphone, websocket, and how loud one is.
//
//   const voice = new Voice(camera, { ready(), level(0 … 1), over(why, by) });
//   voice.talk({ interrupt: false }); … voice.end();

import { t } from "eyrie/i18n.js";

const FULL = 0.25; // what counts as as loud as can be
const MICROPHONE = { audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };

// Why one cannot talk with this browser at this address, empty when one can.
export function whyMute() {
  if (!window.isSecureContext) return t("The browser gives out the microphone only over HTTPS. Open Eyrie by an https:// address to talk.");
  if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode) return t("This browser cannot record speech.");
  return "";
}

export class Voice {
  #socket = null;
  #context = null;
  #tracks = [];
  #ended = false;

  constructor(camera, handlers) {
    this.camera = camera;
    this.handlers = handlers;
  }

  async talk({ interrupt = false } = {}) {
    const why = whyMute();
    if (why) return this.#over(why);
    try {
      const stream = await navigator.mediaDevices.getUserMedia(MICROPHONE);
      this.#tracks = stream.getTracks();
      if (this.#ended) return this.#close();
      const worklet = await this.#listen(stream);
      if (this.#ended) return this.#close();
      this.#open(interrupt, worklet);
    } catch (error) {
      this.#over(error.name === "NotAllowedError" ? t("The browser was not allowed to use the microphone.") : error.name === "NotFoundError" ? t("There is no microphone.") : error.message);
    }
  }

  // What was said is still sent.
  end() {
    if (this.#ended) return;
    this.#ended = true;
    this.#silence();
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ op: "end" }));
    else this.#over("");
  }

  async #listen(stream) {
    this.#context = new AudioContext();
    await this.#context.audioWorklet.addModule(import.meta.resolve("components/talk/microphone.js"));
    const worklet = new AudioWorkletNode(this.#context, "eyrie-microphone", { numberOfOutputs: 0 });
    this.#context.createMediaStreamSource(stream).connect(worklet);
    return worklet;
  }

  #open(interrupt, worklet) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = this.#socket = new WebSocket(`${scheme}://${location.host}/ws/v1/cameras/${this.camera}/talk/`);
    worklet.port.onmessage = ({ data }) => {
      this.handlers.level?.(Math.min(1, data.level / FULL));
      if (socket.readyState === WebSocket.OPEN) socket.send(data.pcm);
    };
    socket.onopen = () => socket.send(JSON.stringify({ op: "talk", interrupt }));
    socket.onmessage = ({ data }) => {
      const told = JSON.parse(data);
      if (told.op === "over") this.#over(told.why, told.by);
      if (told.op !== "ready") return;
      worklet.port.postMessage({ rate: told.rate });
      this.handlers.ready?.();
    };
    socket.onclose = ({ reason }) => this.#over(reason || (this.#ended ? "" : t("The connection was lost.")));
  }

  #over(why, by = "") {
    this.#close();
    const { over } = this.handlers;
    this.handlers = {};
    over?.(why, by);
  }

  #silence() {
    for (const track of this.#tracks) track.stop();
    this.#tracks = [];
    this.#context?.close();
    this.#context = null;
    this.handlers.level?.(0);
  }

  #close() {
    this.#ended = true;
    this.#silence();
    if (!this.#socket) return;
    this.#socket.onclose = this.#socket.onmessage = null;
    this.#socket.close();
    this.#socket = null;
  }
}

// A recorded announcement through a camera; resolves with why it was not played to its end, empty when it was.
export function play(camera, announcement) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/ws/v1/cameras/${camera}/talk/`);
  return new Promise((resolve) => {
    socket.onopen = () => socket.send(JSON.stringify({ op: "play", announcement }));
    socket.onmessage = ({ data }) => {
      const told = JSON.parse(data);
      if (told.op !== "over") return;
      socket.onclose = null;
      socket.close();
      resolve(told.why);
    };
    socket.onclose = ({ reason }) => resolve(reason || t("The connection was lost."));
  });
}

// A recording from the microphone, as a WAV file.
//
//   const recording = new Recording((seconds) => …); await recording.begin(); … const blob = recording.end(); // or null

const RATE = 16_000; // Hz, of speech
const HEAD = 44; // bytes
export const MOST_SECONDS = 119; // the server takes two minutes

export class Recording {
  #pieces = [];
  #samples = 0;
  #tracks = [];
  #context = null;
  #ended = false;

  constructor(grew) { this.grew = grew; }

  // Raises what getUserMedia does.
  async begin() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true, autoGainControl: true } });
    this.#tracks = stream.getTracks();
    if (this.#ended) return this.#silence();
    this.#context = new AudioContext();
    await this.#context.audioWorklet.addModule(import.meta.resolve("components/talk/microphone.js"));
    if (this.#ended) return this.#silence();
    const worklet = new AudioWorkletNode(this.#context, "eyrie-microphone", { numberOfOutputs: 0 });
    worklet.port.onmessage = ({ data }) => this.#grow(data.pcm);
    worklet.port.postMessage({ rate: RATE });
    this.#context.createMediaStreamSource(stream).connect(worklet);
  }

  end() {
    this.#ended = true;
    this.#silence();
    return this.#samples ? new Blob([head(this.#samples), ...this.#pieces], { type: "audio/wav" }) : null;
  }

  #grow(pcm) {
    if (this.#ended) return;
    this.#pieces.push(pcm);
    this.#samples += pcm.byteLength / 2;
    this.grew(this.#samples / RATE);
  }

  #silence() {
    for (const track of this.#tracks) track.stop();
    if (this.#context && this.#context.state !== "closed") this.#context.close();
  }
}

// Of a WAV file: PCM, mono, 16 bits.
function head(samples) {
  const view = new DataView(new ArrayBuffer(HEAD)), bytes = samples * 2;
  const word = (at, text) => [...text].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  word(0, "RIFF");
  view.setUint32(4, HEAD - 8 + bytes, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, bytes, true);
  return view.buffer;
}

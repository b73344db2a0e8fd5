// Alarms made of tones, so that nothing has to be fetched: play("siren", 20) gives a function that ends it, and whether
// it is heard. Browsers keep a page silent until somebody has touched it.

const TONES = {
  // seconds of a round, and its tones: [from s, for s, Hz, Hz at its end]
  chime: { round: 1.2, once: true, tones: [[0, 0.5, 880, 880], [0.35, 0.8, 659, 659]] },
  alarm: { round: 1, tones: [[0, 0.25, 880, 880], [0.3, 0.25, 880, 880], [0.6, 0.25, 880, 880]] },
  siren: { round: 2, tones: [[0, 1, 500, 1100], [1, 1, 1100, 500]] },
};
const LOUDNESS = 0.25;

export function play(name, seconds) {
  const { round, once, tones } = TONES[name] ?? TONES.chime;
  const context = new AudioContext(), output = context.createGain();
  output.gain.value = LOUDNESS;
  output.connect(context.destination);
  const rounds = once ? 1 : Math.ceil(seconds / round);
  const begin = () => {
    for (let number = 0; number < rounds; number += 1) {
      for (const tone of tones) schedule(context, output, context.currentTime + number * round, tone);
    }
  };
  const running = context.state === "running" ? Promise.resolve() : context.resume();
  running.then(begin, () => {});
  return { heard: () => context.state === "running", unmute: () => context.resume(), end: () => context.state !== "closed" && context.close() };
}

function schedule(context, output, start, [from, long, low, high]) {
  const tone = context.createOscillator(), edge = context.createGain(), at = start + from;
  tone.frequency.setValueAtTime(low, at);
  tone.frequency.linearRampToValueAtTime(high, at + long);
  edge.gain.setValueAtTime(0, at);
  edge.gain.linearRampToValueAtTime(1, at + 0.02);
  edge.gain.setValueAtTime(1, at + long - 0.05);
  edge.gain.linearRampToValueAtTime(0, at + long);
  tone.connect(edge).connect(output);
  tone.start(at);
  tone.stop(at + long);
}

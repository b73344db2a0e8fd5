// What moves a camera beside the mouse on its picture: a stick on the screen, keys, a gamepad. Each says velocities.

const DEAD = 0.15; // of a gamepad's stick: it never rests quite in the middle
const KEYS = { ArrowLeft: { pan: -1 }, ArrowRight: { pan: 1 }, ArrowUp: { tilt: 1 }, ArrowDown: { tilt: -1 }, "+": { zoom: 1 }, "=": { zoom: 1 }, "-": { zoom: -1 } };
const CALM = 0.4, QUICK = 1; // of full speed, by keys; with Shift

// A round pad: where the thumb is, from its middle, is where the camera goes; gently near the middle.
export function stick(pad, moved) {
  const knob = pad.querySelector(".knob");
  const follow = (event) => {
    const { left, top, width, height } = pad.getBoundingClientRect();
    let x = ((event.clientX - left) / width) * 2 - 1, y = ((event.clientY - top) / height) * 2 - 1;
    const far = Math.hypot(x, y);
    if (far > 1) [x, y] = [x / far, y / far];
    knob.style.translate = `${(x * width) / 2}px ${(y * height) / 2}px`;
    moved({ pan: x * Math.abs(x), tilt: -y * Math.abs(y) });
  };
  const let_go = () => {
    knob.style.translate = "";
    moved({});
  };
  pad.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    follow(event);
  });
  pad.addEventListener("pointermove", (event) => { if (pad.hasPointerCapture(event.pointerId)) follow(event); });
  pad.addEventListener("lostpointercapture", let_go);
}

// A button that moves while it is held, by pointer or key.
export function held(button, begin, end) {
  let on = false;
  const start = (event) => {
    if (on || event.button) return;
    on = true;
    if (event.pointerId !== undefined) button.setPointerCapture(event.pointerId);
    begin();
  };
  const stop = () => {
    if (on) end();
    on = false;
  };
  button.addEventListener("pointerdown", start);
  button.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    start(event);
  });
  for (const name of ["lostpointercapture", "keyup", "blur"]) button.addEventListener(name, stop);
}

// Keys as they are pressed: pressed(event) and released(event) say whether they meant the camera.
export class Keys {
  #down = new Map();
  #moved;

  constructor(moved) {
    this.#moved = moved;
  }

  pressed({ key, shiftKey, altKey, ctrlKey, metaKey }) {
    if (!KEYS[key] || altKey || ctrlKey || metaKey) return false;
    this.#down.set(key, shiftKey && !KEYS[key].zoom ? QUICK : CALM);
    this.#tell();
    return true;
  }

  released({ key }) {
    if (!this.#down.delete(key)) return false;
    this.#tell();
    return true;
  }

  rest() {
    if (!this.#down.size) return;
    this.#down.clear();
    this.#tell();
  }

  #tell() {
    const sum = { pan: 0, tilt: 0, zoom: 0 };
    for (const [key, speed] of this.#down) for (const [axis, way] of Object.entries(KEYS[key])) sum[axis] += way * speed;
    this.#moved(sum);
  }
}

// The first gamepad: its left stick turns, its right one or the triggers zoom, its buttons are presets 1 to 4.
export class Gamepads {
  #frame = 0;
  #moving = false;
  #pressed = new Set();

  constructor({ moved, preset }) {
    this.moved = moved;
    this.preset = preset;
  }

  start() {
    const turn = () => {
      this.#frame = requestAnimationFrame(turn);
      const pad = navigator.getGamepads?.().find(Boolean);
      if (pad) this.#read(pad);
    };
    turn();
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    if (this.#moving) this.moved({});
    this.#moving = false;
  }

  #read({ axes, buttons }) {
    const value = (at) => (Math.abs(axes[at] ?? 0) < DEAD ? 0 : axes[at] * Math.abs(axes[at]));
    const zoom = -value(3) || (buttons[7]?.value ?? 0) - (buttons[6]?.value ?? 0);
    const wanted = { pan: value(0), tilt: -value(1), zoom };
    const moving = Boolean(wanted.pan || wanted.tilt || wanted.zoom);
    if (moving || this.#moving) this.moved(wanted);
    this.#moving = moving;
    for (const at of [0, 1, 2, 3]) {
      const down = Boolean(buttons[at]?.pressed);
      if (down && !this.#pressed.has(at)) this.preset(at);
      if (down) this.#pressed.add(at);
      else this.#pressed.delete(at);
    }
  }
}

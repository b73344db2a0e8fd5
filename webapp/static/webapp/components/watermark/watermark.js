// <eyrie-watermark data-name popover="manual">: who looks, and when, faintly over everything; a photograph of the screen
// shows it. It is drawn by the browser over the pictures and is not in them: whoever knows how can take it away.

import { now } from "eyrie/now.js";
import { dayAndTime } from "eyrie/times.js";

const ANEW = 60_000;
const ANGLE = (-24 * Math.PI) / 180;

class Watermark extends HTMLElement {
  #canvas = document.createElement("canvas");
  #timer;
  #resized = () => this.#draw();
  #opened = ({ target, newState }) => { if (target !== this && newState === "open") this.#raise(); };
  #moved = () => (document.fullscreenElement?.closest("body *") ?? document.body).append(this);

  connectedCallback() {
    this.replaceChildren(this.#canvas);
    this.#raise();
    this.#draw();
    this.#timer = setInterval(this.#resized, ANEW);
    addEventListener("resize", this.#resized);
    // What opens above the page comes to lie above this as well; a moment later this does again. Of what is shown on the
    // full screen only what is in it is seen.
    document.addEventListener("fullscreenchange", this.#moved);
    document.addEventListener("toggle", this.#opened, true);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    removeEventListener("resize", this.#resized);
    document.removeEventListener("fullscreenchange", this.#moved);
    document.removeEventListener("toggle", this.#opened, true);
  }

  #raise() {
    if (this.matches(":popover-open")) this.hidePopover();
    this.showPopover();
  }

  #draw() {
    const { innerWidth: width, innerHeight: height, devicePixelRatio: ratio } = window;
    Object.assign(this.#canvas, { width: width * ratio, height: height * ratio });
    const pen = this.#canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.font = "600 16px system-ui, sans-serif";
    pen.rotate(ANGLE);
    const text = `${this.dataset.name}  ${dayAndTime(now())}`;
    const wide = pen.measureText(text).width + 120;
    const reach = Math.hypot(width, height);
    for (let y = 0, row = 0; y < reach * 1.5; y += 110, row += 1) {
      for (let x = -reach - (row % 2) * (wide / 2); x < reach; x += wide) {
        pen.fillStyle = "rgb(0 0 0 / 14%)"; // a dark edge, so that it is seen on light pictures too
        pen.fillText(text, x + 1, y + 1);
        pen.fillStyle = "rgb(255 255 255 / 14%)";
        pen.fillText(text, x, y);
      }
    }
  }
}

customElements.define("eyrie-watermark", Watermark);

// <operator-calls>: on every page, what rules call an operator for: an alarm that sounds, a camera that is shown.

import { copyOf } from "eyrie/dom.js";
import { Reconnecting } from "eyrie/reconnecting.js";
import { play } from "./sounds.js";

const MOST = 4; // calls at a time; the oldest leaves
const ASK_AFTER = 300; // ms in which a sound that may be heard is

class Calls extends HTMLElement {
  #had = new Set(); // a call may come twice
  #ends = new WeakMap();
  #link = new Reconnecting("/ws/v1/", {
    opened: (socket) => socket.send(JSON.stringify({ op: "subscribe", topic: "operator.calls" })),
    message: (data) => this.#hear(JSON.parse(data)),
  });

  connectedCallback() {
    this.#link.open();
  }

  disconnectedCallback() {
    this.#link.close();
    this.#each((call) => this.#close(call));
  }

  #hear({ op, message }) {
    if (op !== "message" || this.#had.has(message.key)) return;
    this.#had.add(message.key);
    if (this.childElementCount >= MOST) this.#close(this.firstElementChild);
    this.#show(message);
  }

  #show({ kind, camera_id: camera, seconds, text, sound, link }) {
    const call = copyOf("operator-call"), more = call.querySelector("a");
    call.dataset.kind = kind;
    call.querySelector("p").textContent = text;
    if (link) Object.assign(more, { href: link, hidden: false });
    call.querySelector("[data-does=close]").addEventListener("click", () => this.#close(call));
    const ends = [];
    if (kind === "show_camera") call.querySelector(".call-head").after(this.#live(camera));
    else ends.push(this.#sound(call, sound, seconds));
    const timer = setTimeout(() => this.#close(call), seconds * 1000);
    this.#ends.set(call, () => {
      clearTimeout(timer);
      ends.forEach((end) => end());
    });
    this.append(call);
  }

  #live(camera) {
    import("components/live/live.js"); // only where a camera is shown
    const live = document.createElement("eyrie-live");
    live.setAttribute("camera", camera);
    live.setAttribute("stream", "main");
    return live;
  }

  #sound(call, name, seconds) {
    const playing = play(name, seconds), button = call.querySelector("[data-does=unmute]");
    setTimeout(() => { button.hidden = playing.heard(); }, ASK_AFTER);
    button.addEventListener("click", () => {
      playing.unmute();
      button.hidden = true;
    });
    return playing.end;
  }

  #close(call) {
    this.#ends.get(call)?.();
    call.remove();
  }

  #each(work) {
    [...this.children].forEach(work);
  }
}

customElements.define("operator-calls", Calls);

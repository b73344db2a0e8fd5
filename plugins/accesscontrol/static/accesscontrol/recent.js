// <access-recent>: the newest events of doors, each with the picture of its camera; a press plays that moment.

import { call } from "eyrie/api.js";
import { t } from "eyrie/i18n.js";
import { now } from "eyrie/now.js";
import { Reconnecting } from "eyrie/reconnecting.js";
import { dayAndTime } from "eyrie/times.js";

const SHOWN = 6;
const BEFORE = 5_000; // ms before an event at which playback opens
const FRESH = 10_000; // ms during which the camera's newest picture is that of the event: the recording is not there yet
const WORDS = {
  "access.granted": [t("Granted"), "good"],
  "access.denied": [t("Denied"), "bad"],
  "access.forced": [t("Forced"), "bad"],
  "access.held_open": [t("Held open"), "warn"],
};

class Recent extends HTMLElement {
  #link = null;

  connectedCallback() {
    this.list = this.querySelector("[data-part=list]");
    this.#link = new Reconnecting("/ws/v1/", {
      opened: (socket) => {
        socket.send(JSON.stringify({ op: "subscribe", topic: "events.recorded" }));
        this.#load(); // after the subscription, so that none is missed in between
      },
      message: (data) => this.#hear(JSON.parse(data)),
    });
    this.#link.open();
  }

  disconnectedCallback() {
    this.#link.close();
  }

  async #load() {
    const types = Object.keys(WORDS).join(",");
    try {
      const { results } = await call(`events/?type=${types}&page_size=${SHOWN}`);
      const events = results.map((one) => ({ ...one, at: Date.parse(one.start), camera_id: one.camera }));
      this.list.replaceChildren();
      events.reverse().forEach((event) => this.#show(event));
      this.#tell("");
    } catch (error) {
      this.#tell(error.message);
    }
    this.querySelector("[data-part=none]").hidden = this.list.childElementCount > 0;
  }

  #hear({ op, message }) {
    if (op !== "message" || !(message.type in WORDS)) return;
    this.#show({ ...message, at: message.start_ms });
    this.querySelector("[data-part=none]").hidden = true;
  }

  #show(event) {
    if (this.list.querySelector(`[data-event="${event.id}"]`)) return;
    const row = this.querySelector("template").content.firstElementChild.cloneNode(true);
    const { holder, card, title, reason } = event.attributes, [word, tone] = WORDS[event.type];
    Object.assign(row.dataset, { event: event.id, at: event.at });
    row.querySelector("strong").textContent = holder || card || t("Nobody known");
    Object.assign(row.querySelector(".badge"), { textContent: word }).dataset.tone = tone;
    row.querySelector("[data-part=door]").textContent = reason ? `${title} · ${reason}` : title;
    Object.assign(row.querySelector("time"), { textContent: dayAndTime(event.at), dateTime: new Date(event.at).toISOString() });
    if (event.camera_id !== null) this.#picture(row, event);
    // Events may come out of order: the newest stands first.
    const older = [...this.list.children].find((other) => Number(other.dataset.at) < event.at);
    this.list.insertBefore(row, older ?? null);
    while (this.list.childElementCount > SHOWN) this.list.lastElementChild.remove();
  }

  #picture(row, { camera_id: camera, at }) {
    const picture = row.querySelector("img"), moment = new Date(at).toISOString();
    row.querySelector("a").href = `/playback/?${new URLSearchParams({ camera, at: new Date(at - BEFORE).toISOString() })}`;
    picture.addEventListener("load", () => { picture.hidden = false; });
    const recorded = `/api/v1/cameras/${camera}/frame.jpg?at=${moment}&keyframe=true&width=320`;
    const live = `/api/v1/cameras/${camera}/snapshot.jpg?width=320&t=${at}`;
    picture.src = Math.abs(now() - at) < FRESH ? live : recorded;
  }

  #tell(text) {
    const trouble = this.querySelector("[data-part=trouble]");
    trouble.textContent = text;
    trouble.hidden = !text;
  }
}

customElements.define("access-recent", Recent);

// <access-recent>: the newest events of doors.

import { call } from "eyrie/api.js";
import { TYPES, listen, ofRest, place } from "./entries.js";

const SHOWN = 6;

class Recent extends HTMLElement {
  #link = listen(() => this.#load(), (event) => this.#show([event]));

  connectedCallback() {
    this.#link.open();
  }

  disconnectedCallback() {
    this.#link.close();
  }

  async #load() {
    try {
      const { results } = await call(`events/?type=${TYPES}&page_size=${SHOWN}`);
      this.#show(results.map(ofRest));
      this.#tell("");
    } catch (error) {
      this.#tell(error.message);
    }
  }

  #show(events) {
    const list = this.#part("list");
    for (const event of events) place(list, this.#part("entry"), event);
    while (list.childElementCount > SHOWN) list.lastElementChild.remove();
    this.#part("none").hidden = list.childElementCount > 0;
  }

  #tell(text) {
    this.#part("trouble").textContent = text;
    this.#part("trouble").hidden = !text;
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }
}

customElements.define("access-recent", Recent);

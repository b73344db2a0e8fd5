// <access-log>: all events of doors, newest first; filters that live in the address; what happens now appears by itself.

import { call } from "eyrie/api.js";
import { busy } from "eyrie/dom.js";
import { TYPES, WORDS, listen, ofRest, place } from "./entries.js";

const PAGE = 60;
const SETTLE = 250; // ms after the last key

class Log extends HTMLElement {
  #next = "";
  #asked = 0;
  #settling = 0;
  #link = listen(() => this.#search(), (event) => this.#hear(event));

  connectedCallback() {
    const { outcome } = this.#form.elements;
    for (const [type, [word]] of Object.entries(WORDS)) outcome.append(new Option(word, type));
    for (const [name, value] of new URLSearchParams(location.search)) if (this.#form.elements[name]) this.#form.elements[name].value = value;
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", () => {
      clearTimeout(this.#settling);
      this.#settling = setTimeout(() => this.#search(), SETTLE);
    });
    this.#part("more").addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => this.#fetch(this.#next, false)));
    this.#link.open();
  }

  disconnectedCallback() {
    this.#link.close();
  }

  #search() {
    const { text, outcome } = this.#values;
    history.replaceState(null, "", `?${new URLSearchParams(this.#values)}`);
    const query = new URLSearchParams({ type: outcome ?? TYPES, page_size: PAGE });
    if (text) query.set("text", text);
    return this.#fetch(`events/?${query}`, true);
  }

  async #fetch(path, anew) {
    const mine = ++this.#asked;
    try {
      const { results, next } = await call(path);
      if (mine !== this.#asked) return;
      if (anew) this.#list.replaceChildren();
      for (const event of results) place(this.#list, this.#part("entry"), ofRest(event));
      this.#next = next && next.slice(next.indexOf("/api/v1/") + "/api/v1/".length);
      this.#tell("");
    } catch (error) {
      if (mine === this.#asked) this.#tell(error.message);
    }
    this.#part("more").hidden = !this.#next;
    this.#part("none").hidden = this.#list.querySelector("[data-event]") !== null;
    for (const waiting of this.#list.querySelectorAll(":scope > :not([data-event])")) waiting.remove();
  }

  // What does not fit the filter stays out; words are for the server to find.
  #hear(event) {
    const { text, outcome } = this.#values;
    if (text || (outcome && outcome !== event.type)) return;
    place(this.#list, this.#part("entry"), event);
    this.#part("none").hidden = true;
  }

  #tell(text) {
    this.#part("trouble").textContent = text;
    this.#part("trouble").hidden = !text;
  }

  get #form() {
    return this.querySelector("form");
  }

  get #list() {
    return this.#part("list");
  }

  get #values() {
    return Object.fromEntries([...new FormData(this.#form)].filter(([, value]) => value));
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }
}

customElements.define("access-log", Log);

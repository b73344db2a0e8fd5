// Patrols of one camera, in its list of positions: anybody who may move it starts and stops them; who manages the camera
// keeps, changes and deletes them in the page's dialog "patrol-dialog".
//
//   const patrols = new Patrols(list, camera, failed); patrols.offer(presets); failed(sentence)

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { copyOf, make } from "eyrie/dom.js";
import { tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";

const FEWEST = 2, SECONDS = 20;

export class Patrols {
  #presets = [];

  constructor(list, camera, failed) {
    this.list = list;
    this.camera = camera;
    this.failed = failed;
  }

  async offer(presets) {
    this.#presets = presets;
    try {
      const { results } = await call(this.#url());
      const add = this.camera.manages && presets.length >= FEWEST ? [this.#button(t("New patrol…"), () => this.#edit(null))] : [];
      this.list.replaceChildren(...results.flatMap((one) => this.#row(one)), ...add);
      this.list.hidden = !this.list.childElementCount;
    } catch (error) {
      this.failed(error.message);
    }
  }

  #url(rest = "") { return `cameras/${this.camera.id}/ptz/patrols/${rest}`; }

  #button(words, work, properties = {}) {
    const button = make("button", { type: "button", ...properties }, words);
    button.addEventListener("click", work);
    return button;
  }

  #row(patrol) {
    const go = this.#button(patrol.running ? t("Stop patrol {name}", patrol) : t("Start patrol {name}", patrol), () => this.#run(patrol), { "aria-pressed": String(patrol.running) });
    const words = t("Change {name}", patrol);
    const change = this.camera.manages ? this.#button("…", () => this.#edit(patrol), { className: "remove", "aria-label": words, title: words }) : null;
    return [make("div", { className: "position" }, go, change), ...(patrol.trouble ? [make("p", { className: "why" }, patrol.trouble)] : [])];
  }

  async #run(patrol) {
    await this.#told(() => call(this.#url(patrol.running ? "stop/" : `${patrol.id}/start/`), { method: "POST" }));
    await this.offer(this.#presets);
  }

  async #told(work) {
    try {
      await work();
    } catch (error) {
      this.failed(error.message);
    }
  }

  #edit(patrol) {
    edit(patrol, this.#presets, {
      save: (body) => call(this.#url(patrol ? `${patrol.id}/` : ""), { method: patrol ? "PUT" : "POST", body }),
      remove: () => call(this.#url(`${patrol.id}/`), { method: "DELETE" }),
      done: () => this.offer(this.#presets),
    });
  }
}

// The dialog, over one patrol or a new one (null).
function edit(patrol, presets, { save, remove, done }) {
  const dialog = document.getElementById("patrol-dialog"), form = dialog.querySelector("form");
  const part = (name) => form.querySelector(`.${name}`), stops = part("stops");
  const ended = new AbortController(), on = (one, type, work) => one.addEventListener(type, work, { signal: ended.signal });
  const add = (stop) => stops.append(stopRow(stop, presets));
  const kept = async (work) => {
    tell(form, "");
    try {
      await work();
      dialog.close();
      await done();
    } catch (error) {
      tell(form, error);
    }
  };

  tell(form, "");
  form.elements.name.value = patrol?.name ?? "";
  stops.replaceChildren();
  for (const stop of patrol?.stops ?? presets.map(({ token }) => ({ preset: token, seconds: SECONDS }))) add(stop);
  part("delete").hidden = !patrol;
  on(part("add"), "click", () => add({ preset: presets[0].token, seconds: SECONDS }));
  on(part("close"), "click", () => dialog.close());
  on(part("delete"), "click", async () => {
    const sure = await confirmed({ title: t("Delete {name}?", patrol), text: t("The patrol is gone for good. The positions stay."), button: t("Delete patrol") });
    if (sure) await kept(remove);
  });
  on(form, "submit", (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    kept(() => save({
      name: form.elements.name.value.trim(),
      stops: [...stops.children].map((row) => ({ preset: row.querySelector("select").value, seconds: Number(row.querySelector("input").value) })),
    }));
  });
  on(dialog, "close", () => ended.abort());
  dialog.showModal();
  form.elements.name.focus();
}

// One stop; a position that the camera does not know any more is shown by its token, so that it can be replaced.
function stopRow({ preset, seconds }, presets) {
  const row = copyOf("patrol-stop-template"), select = row.querySelector("select");
  select.append(...presets.map(({ token, name }) => new Option(name, token)));
  if (!presets.some(({ token }) => token === preset)) select.append(new Option(t("{name} (gone)", { name: preset }), preset));
  select.value = preset;
  row.querySelector("input").value = seconds;
  row.querySelector("button").addEventListener("click", () => row.remove());
  return row;
}

// The detectors of a camera: switched on and off, with their settings, what they cost, and looks at recordings.

import { call, visibleCameras } from "eyrie/api.js";
import { busy, byId, copyOf, make, trouble } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import "components/schema-form/schema-form.js";
import { Sight } from "./sight.js";
import { askForReplay } from "./try-dialog.js";
import { figures, found, showDetectorState, showJobState } from "./words.js";

const EVERY = 3000; // ms
const JOBS = 10;
const { camera, plays } = byId("page").dataset;
const cards = new Map(); // by detector
const usual = { enabled: false, settings: {}, state: "off", message: "" };
const gone = (name) => ({ name, title: name, cost: t("Its plugin is not there."), settings: null });

async function refresh() {
  try {
    const { results } = await call(`cameras/${camera}/detectors/`);
    const set = new Map(results.map((one) => [one.detector, one]));
    for (const [name, card] of cards) card.show(set.get(name) ?? usual);
    await showJobs();
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

async function showJobs() {
  const { results } = await call(`cameras/${camera}/replays/?page_size=${JOBS}`);
  byId("replays").hidden = !results.length;
  if (byId("replay-list").contains(document.activeElement)) return;
  byId("replay-list").replaceChildren(...results.map((job) => {
    const row = copyOf("replay-row");
    row.querySelector("a").href = `/cameras/${camera}/detection/${job.id}/`;
    row.querySelector("strong").textContent = t(job.title);
    row.querySelector("time").textContent = `${dayAndTime(Date.parse(job.start))} – ${dayAndTime(Date.parse(job.end))}`;
    row.querySelector(".found").textContent = found(job);
    showJobState(row.querySelector(".badge"), job);
    return row;
  }));
}

class Card {
  constructor(offered) {
    this.offered = offered;
    this.element = copyOf("detector");
    this.element.dataset.detector = offered.name;
    this.part = (selector) => this.element.querySelector(selector);
    this.form = this.part("form");
    this.part("h2").textContent = t(offered.title);
    this.part(".cost").textContent = t(offered.cost);
    this.part(".settings").hidden = !offered.settings;
    this.part(".try").hidden = !offered.settings || plays !== "yes";
    this.part(".sight figcaption").textContent = offered.legend ? t(offered.legend) : "";
    this.part(".switch").addEventListener("change", () => this.#turn());
    this.part(".settings").addEventListener("click", () => this.#open(this.form.hidden));
    this.part(".close").addEventListener("click", () => this.#open(false));
    this.part(".sees").addEventListener("click", () => this.#see(this.part(".sight").hidden));
    this.part(".try").addEventListener("click", () => this.#try());
    this.part(".copy").addEventListener("click", () => copyTo(this));
    onSubmit(this.form, () => this.#save());
  }

  get values() { return this.part("schema-form").values; }

  show(stored) {
    this.stored = stored;
    showDetectorState(this.part(".state"), stored.enabled ? stored.state : "off");
    if (!this.part(".switch").disabled) this.part(".switch").checked = stored.enabled;
    this.part(".sees").hidden = !this.offered.preview || !stored.enabled;
    if (this.part(".sees").hidden) this.#see(false);
    const message = this.part(".message"), costs = this.part(".figures");
    message.textContent = stored.message;
    message.hidden = !stored.message;
    costs.textContent = stored.enabled ? figures(stored) : "";
    costs.hidden = !costs.textContent;
  }

  async #turn() {
    const box = this.part(".switch"), enabled = box.checked;
    try {
      const stored = await busy(box, () => this.#put({ enabled }));
      this.show(stored);
    } catch (error) {
      box.checked = !enabled;
      this.#open(true); // it needs settings before it can look
      this.#tell(error);
    }
  }

  #put(body) {
    return call(`cameras/${camera}/detectors/${this.offered.name}/`, { method: "PUT", body });
  }

  #open(open) {
    this.form.hidden = !open;
    this.part(".settings").setAttribute("aria-expanded", String(open));
    this.part(".copy").hidden = !others.length;
    if (!open) return this.part(".settings").focus();
    tell(this.form, "");
    return this.part("schema-form").show(this.offered.settings, this.stored.settings);
  }

  #see(open) {
    const figure = this.part(".sight");
    figure.hidden = !open;
    this.part(".sees").setAttribute("aria-expanded", String(open));
    if (open) this.sight ??= new Sight(figure, `/api/v1/cameras/${camera}/detectors/${this.offered.name}/preview.png`);
  }

  async #save() {
    try {
      this.show(await this.#put({ enabled: this.stored.enabled || this.part(".switch").checked, settings: this.values }));
      toast(t("Saved."), "good");
    } catch (error) {
      this.#tell(error);
    }
  }

  // Beside the fields what belongs to one, the rest above them.
  #tell(error) {
    const told = Object.keys(error.fields ?? {}).length ? this.part("schema-form").tell(error.fields).join(" ") : error.message;
    tell(this.form, told);
  }

  // With what is in the form, if it is open: settings are best tried before they are saved.
  #try() {
    const { name, title } = this.offered;
    askForReplay({ cameras: [{ id: camera, name: "" }], detectors: [{ id: name, name: t(title) }], settings: this.form.hidden ? undefined : this.values });
  }
}

// Others get the settings that are in the form; what one refuses is told with its name.
function copyTo(card) {
  const dialog = byId("copy-dialog"), form = dialog.querySelector("form");
  byId("copy-list").replaceChildren(...others.map(({ id, name }) => make("label", { className: "check" }, make("input", { type: "checkbox", value: id, name: "camera" }), name)));
  tell(form, "");
  dialog.copied = { detector: card.offered.name, settings: card.values };
  dialog.showModal();
}

async function copy(form) {
  const { detector, settings } = byId("copy-dialog").copied, refused = [];
  const chosen = [...form.querySelectorAll("input:checked")].map(({ value }) => Number(value));
  for (const id of chosen) {
    await call(`cameras/${id}/detectors/${detector}/`, { method: "PUT", body: { enabled: true, settings } })
      .catch((error) => refused.push(`${others.find((one) => one.id === id).name}: ${error.message}`));
  }
  if (refused.length) throw new Error(refused.join(" "));
  byId("copy-dialog").close();
  toast(n("{count} camera has these settings now.", "{count} cameras have these settings now.", chosen.length), "good");
}

byId("copy-dialog").querySelector(".cancel").addEventListener("click", () => byId("copy-dialog").close());
onSubmit(byId("copy-dialog").querySelector("form"), copy);

let others = [];
try {
  const [{ results: offered }, { results: stored }, cameras] = await Promise.all([call("detectors/"), call(`cameras/${camera}/detectors/`), visibleCameras()]);
  others = cameras.filter(({ id }) => String(id) !== camera);
  const missing = stored.filter(({ detector }) => !offered.some(({ name }) => name === detector)).map(({ detector }) => gone(detector));
  for (const one of [...offered, ...missing]) cards.set(one.name, new Card(one));
  byId("none").hidden = cards.size > 0;
  await refresh();
} catch (error) {
  trouble(error.message);
}
byId("detectors").replaceChildren(...[...cards.values()].map(({ element }) => element));
byId("detectors").removeAttribute("aria-busy");
setInterval(() => document.hidden || refresh(), EVERY);

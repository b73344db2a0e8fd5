// <camera-form>: a camera's name, driver and settings. A new one is tried first and shows its picture, then it is saved;
// one that cannot be reached may be saved all the same, and is then tried again for ever. What the camera told of its
// settings is filled in; further cameras of the same device are offered with it.
//
//   await form.open()       a new camera          await form.open(12)   an existing one
//   "camera-saved" bubbles with detail { id, name } when it has been saved.

import { call } from "eyrie/api.js";
import { busy, copyOf, make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { bitrate, number } from "eyrie/quantities.js";
import { recordingFields } from "components/camera-form/recording-fields.js";
import { channelList, saveChannels } from "components/camera-form/channels.js";
import "components/schema-form/schema-form.js";

const FIELDS = ["name", "retention_days", "record_sub", "enabled"];
const OTHERS = ["driver", "recording", "schedule", "pre_roll", "post_roll", "record_on"];

class CameraForm extends HTMLElement {
  #camera = null;
  #drivers = [];
  #seen = false; // a new camera has shown its picture
  #channels = null; // of the same device, as they were offered

  connectedCallback() {
    if (this.querySelector("form")) return;
    this.append(copyOf("camera-form"));
    this.form = this.querySelector("form");
    this.settings = this.querySelector("schema-form");
    this.recording = recordingFields(this.form);
    this.outcome = this.querySelector(".outcome");
    this.trouble = this.querySelector(".trouble");
    this.form.driver.addEventListener("change", () => this.#showSettings());
    this.settings.addEventListener("input", () => this.#offer(false));
    this.submit = this.querySelector("[type=submit]");
    this.querySelector(".try").addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => this.#try()));
    this.anyway = this.querySelector(".anyway");
    this.anyway.addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => this.#save()));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(this.submit, () => (this.#camera || this.#seen ? this.#save() : this.#try()));
    });
  }

  async open(camera = null) {
    const asked = [call("drivers/"), camera === null ? null : call(`cameras/${camera}/`)];
    const [drivers, found] = await Promise.all(asked);
    this.#drivers = drivers.results;
    this.#camera = found;
    const { driver } = this.form;
    driver.replaceChildren(...this.#drivers.map((one) => make("option", { value: one.name }, one.title)));
    driver.value = found?.driver ?? (this.#drivers.some((one) => one.name === "rtsp") ? "rtsp" : this.#drivers[0]?.name ?? "");
    driver.closest(".field").hidden = this.#drivers.length < 2 && !found;
    this.#say(this.#drivers.length ? "" : t("No plugin offers a way to reach cameras. Enable one under System, Plugins."));
    if (found) this.#showFields(found);
    await this.recording.show(found);
    for (const one of this.querySelectorAll(".stored")) one.hidden = !found;
    this.#showSettings();
    this.removeAttribute("aria-busy");
  }

  // What was found on the network, as a start.
  suggest({ driver, settings }) {
    this.form.driver.value = driver;
    this.#showSettings(settings);
    this.settings.querySelector("input")?.focus();
  }

  #showFields(camera) {
    for (const name of FIELDS) {
      const input = this.form.elements[name];
      if (input.type === "checkbox") input.checked = camera[name];
      else input.value = camera[name] ?? "";
    }
  }

  #showSettings(suggested = {}) {
    const driver = this.#drivers.find((one) => one.name === this.form.driver.value);
    const stored = this.#camera?.driver === driver?.name ? this.#camera.settings : suggested;
    this.settings.show(driver?.settings ?? {}, stored);
    this.outcome.replaceChildren();
    this.#offer(false);
  }

  // What the buttons do next.
  #offer(seen, failed = false) {
    this.#seen = seen;
    this.submit.textContent = this.#camera || seen ? t("Save camera") : t("Connect and show picture");
    this.anyway.hidden = Boolean(this.#camera) || !failed;
  }

  get #body() {
    const { form } = this;
    const body = { name: form.elements.name.value.trim(), driver: form.driver.value, settings: this.settings.values };
    Object.assign(body, this.recording.body);
    body.retention_days = form.retention_days.value ? Number(form.retention_days.value) : null;
    body.record_sub = form.record_sub.checked;
    return this.#camera ? { ...body, enabled: form.enabled.checked } : body;
  }

  async #try() {
    this.settings.tell({});
    this.#say("");
    this.outcome.replaceChildren(make("span", { className: "skeleton picture" }), make("p", { className: "small quiet-text", role: "status" }, t("Connecting to the camera…")));
    const { driver, settings } = this.#body;
    const stored = this.#camera?.driver === driver;
    try {
      const report = await call(stored ? `cameras/${this.#camera.id}/probe/` : "cameras/probe/", { method: "POST", body: stored ? { settings } : { driver, settings } });
      this.#showReport(report);
      this.outcome.scrollIntoView({ block: "nearest" });
      this.#offer(report.ok, !report.ok);
    } catch (error) {
      this.outcome.replaceChildren();
      this.#told(error);
    }
  }

  #showReport(report) {
    this.#channels = null;
    if (!report.ok) {
      this.outcome.replaceChildren(make("p", { className: "notice", "data-tone": "bad", role: "alert" }, report.message), ...this.#remedy(report.remedy));
      if (report.field) this.settings.tell({ [report.field]: report.message });
      return;
    }
    const tried = this.settings.values;
    this.#fill(report.settings);
    if (!this.#camera && report.channels.length) this.#channels = channelList(this.form.driver.value, tried, report.channels);
    const rows = report.streams.map((one) => make("li", {}, make("strong", {}, one.name === "main" ? t("Main stream") : t("Sub stream")), ` ${streamWords(one)}`));
    this.outcome.replaceChildren(
      report.picture ? make("img", { src: report.picture, alt: t("What the camera sees now"), className: "picture" }) : "",
      make("p", { className: "notice", "data-tone": "good", role: "status" }, t("The camera answers.")),
      make("ul", { className: "streams small" }, ...rows),
      this.#channels ?? "",
    );
  }

  #fill(settings) {
    if (Object.keys(settings).length === 0) return;
    const driver = this.#drivers.find((one) => one.name === this.form.driver.value);
    this.settings.show(driver?.settings ?? {}, { ...this.settings.values, ...settings });
  }

  // What a person has to confirm, such as a certificate, and then it is tried again.
  #remedy(settings) {
    if (Object.keys(settings).length === 0) return [];
    const button = make("button", { type: "button", className: "button" }, t("I have checked it: trust it and connect"));
    button.addEventListener("click", () => {
      this.#fill(settings);
      busy(this.submit, () => this.#try());
    });
    return [make("p", {}, button)];
  }

  async #save() {
    this.#say("");
    const camera = this.#camera;
    try {
      const body = this.#body;
      const saved = await call(camera ? `cameras/${camera.id}/` : "cameras/", { method: camera ? "PATCH" : "POST", body });
      if (!camera && this.#channels) await saveChannels(this.#channels, body);
      this.dispatchEvent(new CustomEvent("camera-saved", { bubbles: true, detail: { id: saved.id, name: saved.name } }));
    } catch (error) {
      this.#told(error);
    }
  }

  // Sentences go to their fields; what has none is told above the buttons.
  #told(error) {
    const own = [];
    const rest = { ...error.fields };
    for (const name of [...FIELDS, ...OTHERS]) {
      if (!rest[name]) continue;
      own.push(`${(this.form.elements[name] ?? this.form.recording).labels[0]?.textContent.trim() ?? name}: ${[rest[name]].flat().join(" ")}`);
      delete rest[name];
    }
    const others = this.settings.tell(rest);
    const told = Object.keys(error.fields ?? {}).length > 0;
    this.#say(told ? [...own, ...others].join(" ") : error.message);
  }

  #say(text) {
    this.trouble.textContent = text;
    this.trouble.hidden = !text;
  }
}

export function streamWords({ codec, width, height, fps, bitrate: bits, audio }) {
  const parts = [codec?.toUpperCase(), width ? `${width} × ${height}` : "", fps ? t("{fps} pictures/s", { fps: number(fps, 1) }) : "", bits ? bitrate(bits) : "", audio ? t("sound {codec}", { codec: audio.toUpperCase() }) : ""];
  return parts.filter(Boolean).join(", ");
}

customElements.define("camera-form", CameraForm);

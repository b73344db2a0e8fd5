// <find-cameras>: looks for cameras on the network and offers what it finds.
//
//   "camera-found" bubbles with detail { driver, settings } when one is chosen.
//
// Devices that lack nothing but a password are offered together as well (add-several.js).

import { call } from "eyrie/api.js";
import { busy, copyOf, make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { several } from "components/find-cameras/add-several.js";

class FindCameras extends HTMLElement {
  #round = 0; // what a cancelled search still answers belongs to an earlier one

  connectedCallback() {
    if (this.querySelector("form")) return;
    this.append(copyOf("find-cameras"));
    this.form = this.querySelector("form");
    this.cancel = this.querySelector(".cancel");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      busy(event.submitter ?? this.form.querySelector(".primary"), () => this.#find());
    });
    this.cancel.addEventListener("click", () => this.#stop?.());
  }

  #stop = null;

  async #find() {
    const round = (this.#round += 1);
    const networks = this.form.networks.value.split(/[\s,;]+/).filter(Boolean);
    this.#show([], t("Looking for cameras, for ten seconds at most…"), "");
    this.cancel.hidden = false;
    const cancelled = new Promise((resolve) => (this.#stop = resolve)).then(() => null);
    try {
      const found = await Promise.race([call("cameras/discover/", { method: "POST", body: { networks } }), cancelled]);
      if (round !== this.#round) return;
      if (found) this.#tell(found);
      else this.#show([], t("Cancelled."), "");
    } catch (error) {
      this.#show([], "", [error.fields?.networks ?? error.message].flat().join(" "));
    } finally {
      this.cancel.hidden = true;
    }
  }

  #tell({ results, searched, troubles }) {
    const where = searched.join(", ");
    const none = searched.length ? t("Nothing answers in {where}. Enter the address of the camera, or another network.", { where }) : t("This machine is in no network. Enter the camera's network or address.");
    const words = results.length ? n("{count} device answers.", "{count} devices answer.", results.length) : none;
    this.#show(results.map((one) => this.#row(one)), words, troubles.join(" "));
    this.#several(results.filter((one) => one.login && !one.added));
  }

  #several(devices) {
    this.querySelector(".several")?.remove();
    if (devices.length > 1) this.append(several(devices));
  }

  #row({ driver, address, title, settings, added }) {
    const choose = make("button", { type: "button", className: "button choice" }, make("strong", {}, address), make("span", { className: "quiet-text" }, title), make("span", { className: "badge" }, driver.toUpperCase()), added ? make("span", { className: "badge" }, t("Added already")) : "");
    choose.addEventListener("click", () => {
      for (const one of this.querySelectorAll(".choice")) one.setAttribute("aria-pressed", String(one === choose));
      this.dispatchEvent(new CustomEvent("camera-found", { bubbles: true, detail: { driver, settings } }));
    });
    choose.setAttribute("aria-pressed", "false");
    return make("li", {}, choose);
  }

  #show(rows, words, trouble) {
    this.querySelector(".several")?.remove();
    this.querySelector("ul").replaceChildren(...rows);
    this.querySelector("[role=status]").textContent = words;
    const notice = this.querySelector(".trouble");
    notice.textContent = trouble;
    notice.hidden = !trouble;
  }
}

customElements.define("find-cameras", FindCameras);

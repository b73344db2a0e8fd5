// <new-password> around a password field: says how strong what is typed is. What is too weak the server refuses.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";

const LEVELS = [t("Too short"), t("Weak"), t("Fair"), t("Good"), t("Strong")];
const LEAST = 8;
const CLASSES = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/];

class NewPassword extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("meter")) return;
    const meter = make("meter", { min: 0, max: 4, low: 2, high: 3, optimum: 4, value: 0, "aria-label": t("Strength") });
    const words = make("span", { className: "small quiet-text", role: "status" });
    this.append(make("div", { className: "strength" }, meter, words));
    const input = this.querySelector("input");
    input.addEventListener("input", () => {
      const level = strength(input.value);
      meter.value = level;
      words.textContent = input.value ? LEVELS[level] : "";
    });
  }
}

// 0 to 4: by the bits that guessing it letter by letter would take, repeated letters counted once.
export function strength(password) {
  if (password.length < LEAST) return 0;
  const alphabet = 26 * CLASSES.filter((one) => one.test(password)).length;
  const bits = (new Set(password).size + password.length) / 2 * Math.log2(alphabet);
  return [40, 60, 80].filter((least) => bits >= least).length + 1;
}

customElements.define("new-password", NewPassword);

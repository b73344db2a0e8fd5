// Many devices that were found, added with one user and password, or with a few that are tried one after the other.
// Each is tried once on a device, and none after one that has locked the user.

import { busy, make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { addTried } from "components/camera-form/channels.js";

const AT_ONCE = 3;
const MOST_LOGINS = 5;
let serial = 0;

export function several(devices) {
  const boxes = devices.map((device) => {
    const box = make("input", { type: "checkbox", checked: true });
    const outcome = make("span", { className: "quiet-text small" });
    return { device, box, outcome, row: make("li", {}, make("label", { className: "check" }, box, make("strong", {}, device.address), device.title), outcome) };
  });
  const logins = make("div", { className: "stack" }, loginRow());
  const another = make("button", { type: "button", className: "button plain" }, t("Another password to try"));
  another.addEventListener("click", () => {
    logins.append(loginRow());
    another.hidden = logins.children.length >= MOST_LOGINS;
  });
  const status = make("p", { className: "quiet-text small", role: "status" });
  const add = make("button", { className: "button primary" }, t("Add these cameras"));
  const form = make("form", { className: "several stack", noValidate: true, autocomplete: "off" },
    make("h3", {}, n("{count} device needs only a password", "{count} devices need only a password", devices.length)),
    make("ul", { className: "found" }, ...boxes.map(({ row }) => row)), logins, make("p", { className: "buttons" }, add, another), status);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(add, () => addAll(boxes.filter(({ box }) => box.checked && !box.disabled), given(logins), status));
  });
  return form;
}

function loginRow() {
  const id = `login-${serial += 1}`;
  return make("div", { className: "find-line" },
    make("div", { className: "field" }, make("label", { htmlFor: `${id}-user` }, t("User name")), make("input", { id: `${id}-user`, name: "user", autocomplete: "off", spellcheck: false })),
    make("div", { className: "field" }, make("label", { htmlFor: `${id}-password` }, t("Password")), make("input", { id: `${id}-password`, name: "password", type: "password", autocomplete: "new-password" })));
}

function given(logins) {
  return [...logins.children].map((row) => [...row.querySelectorAll("input")].map((input) => input.value));
}

async function addAll(chosen, logins, status) {
  const waiting = [...chosen];
  let done = 0, added = 0;
  const tell = () => { status.textContent = t("{done} of {count} tried, {added} added.", { done, count: chosen.length, added }); };
  async function work() {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const given = await addOne(one, logins); // apart: `+=` would take the sum of before the wait
      added += given;
      done += 1;
      tell();
    }
  }
  tell();
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

// How many cameras the device has given.
async function addOne({ device, box, outcome }, logins) {
  outcome.textContent = t("Connecting to the camera…");
  try {
    const { body, report, saved } = await firstThatFits(device, logins);
    outcome.textContent = saved ? t("Added") : report.message;
    if (!saved) return 0;
    box.disabled = true;
    let number = 1;
    for (const { title, settings } of report.channels) {
      const more = await addTried(title, { ...body, settings: { ...body.settings, ...settings } });
      if (more.saved) number += 1;
      else outcome.textContent = `${title}: ${more.report.message}`;
    }
    return number;
  } catch (error) {
    outcome.textContent = error.message;
    return 0;
  }
}

async function firstThatFits({ driver, address, title, settings, login: [userField, passwordField] }, logins) {
  let last;
  for (const [user, password] of logins) {
    const body = { driver, settings: { ...settings, [userField]: user, [passwordField]: password } };
    last = { body, ...await addTried(title || address, body) };
    if (last.saved || last.report.field !== `settings.${passwordField}`) break;
  }
  return last;
}

// A form that speaks REST: sends once, says what is wrong beside the field or in its `.trouble`.

import { busy } from "eyrie/dom.js";

// work(form) sends; what it throws is told. Submit buttons are busy meanwhile.
export function onSubmit(form, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("[type=submit], button.primary");
    busy(button, async () => {
      tell(form, "");
      try {
        await work(form);
      } catch (error) {
        tell(form, error);
      }
    });
  });
}

// error: an ApiError, or a sentence; an empty one clears. Fields are found by name; `names` maps the server's to ours.
export function tell(form, error, names = {}) {
  const trouble = form.querySelector(".trouble");
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  const fields = Object.keys(error.fields ?? {});
  for (const name of fields) form.elements[names[name] ?? name]?.setAttribute?.("aria-invalid", "true");
  form.querySelector("[aria-invalid]")?.focus();
  trouble.textContent = fields.length ? Object.values(error.fields).flat().join(" ") : error.message ?? error;
  trouble.hidden = !trouble.textContent;
}

// The browser's list of zones, and its own as a proposal.
export function offerZones(input) {
  const zones = document.getElementById("zones");
  zones.replaceChildren(...["UTC", ...Intl.supportedValuesOf("timeZone")].map((name) => Object.assign(document.createElement("option"), { value: name })));
  return (current) => {
    input.value = current === "UTC" ? Intl.DateTimeFormat().resolvedOptions().timeZone : current;
  };
}

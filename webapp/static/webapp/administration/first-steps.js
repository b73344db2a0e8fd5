// The first steps, one after the other: password, time, storage, first camera.

import { call } from "eyrie/api.js";
import { byId } from "eyrie/dom.js";
import { offerZones, onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { tellRoom, volumeCard } from "eyrie/volumes.js";
import "components/camera-form/camera-form.js";
import "components/find-cameras/find-cameras.js";
import "components/new-password/new-password.js";

const REACHED = "first steps"; // the step that somebody was at who loads the page again
const ORDER = ["password", "place", "storage", "camera", "done"];
const step = (name) => document.querySelector(`[data-step=${name}]`);
const form = (name) => step(name).querySelector("form");
const cameraForm = document.querySelector("camera-form");

function go(name) {
  for (const one of ORDER) step(one).hidden = one !== name;
  for (const mark of document.querySelectorAll("[data-of]")) {
    const place = ORDER.indexOf(mark.dataset.of) - ORDER.indexOf(name);
    mark.dataset.done = String(place < 0);
    if (place === 0) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  }
  sessionStorage.setItem(REACHED, name);
  step(name).querySelector("h2").focus();
  if (name === "camera") cameraForm.open();
}

async function finish(words) {
  await call("site/", { method: "PATCH", body: { to_set_up: false } });
  byId("done-text").textContent = words;
  go("done");
}

onSubmit(form("password"), async (one) => {
  const { elements } = one;
  if (elements.new.value !== elements.again.value) return tell(one, t("The two passwords are not the same."));
  await call("auth/password/", { method: "POST", body: { current: elements.current.value, new: elements.new.value } });
  go("place");
});
step("password").querySelector(".skip-step").addEventListener("click", () => go("place"));
onSubmit(form("place"), async ({ elements }) => {
  await call("site/", { method: "PATCH", body: { name: elements.name.value, time_zone: elements.time_zone.value } });
  go("storage");
});
form("storage").addEventListener("change", ({ target }) => {
  if (target.name === "where") byId("other-place").hidden = target.value !== "other";
});
onSubmit(form("storage"), async ({ elements }) => {
  if (elements.where.value === "other") {
    const path = elements.path.value;
    const name = path.split("/").filter(Boolean).join("-").slice(-64) || "recordings";
    await call("volumes/", { method: "POST", body: { name, settings: { path }, instead: true } });
  }
  go("camera");
});
cameraForm.addEventListener("camera-saved", ({ detail }) => finish(t("{name} is being recorded. Add further cameras at any time.", { name: detail.name })));
document.querySelector("find-cameras").addEventListener("camera-found", ({ detail }) => cameraForm.suggest(detail));
byId("later").addEventListener("click", () => finish(t("Add cameras at any time, under Cameras.")));
tellRoom(byId("path"));
const propose = offerZones(byId("time-zone"));
async function begin() {
  const reached = sessionStorage.getItem(REACHED);
  go("password");
  const [site, volumes] = await Promise.all([call("site/"), call("volumes/")]);
  form("password").querySelector(".current").hidden = site.to_set_up;
  step("password").querySelector(".skip-step").hidden = site.to_set_up;
  form("place").elements.name.value = site.name;
  propose(site.time_zone);
  byId("volumes").replaceChildren(...volumes.results.map((volume) => volumeCard(volume)));
  if (site.to_set_up && ORDER.includes(reached)) go(reached);
}

begin().catch((error) => tell(form("password"), error)).finally(() => byId("main").removeAttribute("aria-busy"));

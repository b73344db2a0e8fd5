// The site's name and zone, and its volumes.

import { call } from "eyrie/api.js";
import { byId } from "eyrie/dom.js";
import { offerZones, onSubmit, tell } from "eyrie/forms.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { tellRoom, volumeCard } from "eyrie/volumes.js";

const form = byId("site");

function showVolumes({ results }) {
  byId("volumes").replaceChildren(...results.map((volume) => volumeCard(volume, change)));
}

async function change(volume, enabled) {
  try {
    showVolumes(await call(`volumes/${volume.id}/`, { method: "PATCH", body: { enabled } }));
  } catch (error) {
    toast(error.message, "bad");
  }
}

onSubmit(form, async ({ elements }) => {
  const degrees = (name) => (elements[name].value === "" ? null : Number(elements[name].value));
  const place = { address: elements.address.value, latitude: degrees("latitude"), longitude: degrees("longitude") };
  await call("site/", { method: "PATCH", body: { name: elements.name.value, time_zone: elements.time_zone.value, ...place } });
  toast(t("Saved."), "good");
});
onSubmit(byId("volume"), async (volume) => {
  const { elements } = volume;
  showVolumes(await call("volumes/", { method: "POST", body: { name: elements.name.value, settings: { path: elements.path.value } } }));
  volume.reset();
  byId("volume").querySelector(".room").textContent = "";
});
tellRoom(byId("path"));
offerZones(byId("time-zone"));
async function begin() {
  const [site, volumes] = await Promise.all([call("site/"), call("volumes/")]);
  form.elements.name.value = site.name;
  form.elements.time_zone.value = site.time_zone;
  for (const name of ["address", "latitude", "longitude"]) form.elements[name].value = site[name] ?? "";
  showVolumes(volumes);
}

begin().catch((error) => tell(form, error));

// A detector over what is selected: the button beside the selection.

import { call } from "eyrie/api.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";
import { askForReplay } from "components/detection/try-dialog.js";

// chosen(): the cameras of the page. Shown only to those who may set up detectors.
export async function trying({ timeline, chosen, me }) {
  const button = document.getElementById("try");
  const may = ({ id }) => me.everywhere.includes("camera.manage") || (me.cameras["camera.manage"] ?? []).includes(id);
  timeline.addEventListener("select", ({ detail }) => { button.hidden = !detail || !chosen().some(may); });
  button.addEventListener("click", async () => {
    try {
      const { results } = await call("detectors/");
      askForReplay({ cameras: chosen().filter(may), detectors: results.map(({ name, title }) => ({ id: name, name: t(title) })), range: timeline.selection });
    } catch (error) {
      toast(error.message, "bad");
    }
  });
}

// The component gallery's own buttons. Nothing here is translated: it is for developers.

import { confirmed } from "eyrie/confirm.js";
import { byId } from "eyrie/dom.js";
import { toast } from "eyrie/toasts.js";
import "components/schema-form/schema-form.js";

for (const swatch of document.querySelectorAll("[data-colour]")) swatch.style.background = `var(--${swatch.dataset.colour})`;
for (const button of document.querySelectorAll("[data-toast]")) button.addEventListener("click", () => toast(`A ${button.dataset.toast} toast.`, button.dataset.toast));
byId("ask").addEventListener("click", async () => {
  const sure = await confirmed({ title: "Delete the camera?", text: "Its recordings stay until retention deletes them.", button: "Delete" });
  toast(sure ? "You said yes." : "You said no.");
});

const name = { type: "string", title: "Name" };
const choice = (title, ...options) => ({ title, enum: options, default: options[0], type: "string" });
byId("drawn").show({
  properties: {
    zones: { type: "array", title: "Zones", items: { format: "zone", properties: { name, points: {}, kind: choice("Kind", "include", "exclude") } } },
    lines: { type: "array", title: "Lines", items: { format: "line", properties: { name, points: {}, direction: choice("Direction", "both", "to_left", "to_right") } } },
    level: { type: "integer", title: "Level", minimum: 1, maximum: 9, default: 5 },
  },
}, {
  zones: [{ name: "Lawn", kind: "include", points: [[0.1, 0.3], [0.5, 0.2], [0.6, 0.7], [0.2, 0.9]] }, { name: "Tree", kind: "exclude", points: [[0.7, 0.1], [0.9, 0.1], [0.8, 0.5]] }],
  lines: [{ name: "Door", direction: "to_left", points: [[0.65, 0.9], [0.9, 0.6]] }],
});

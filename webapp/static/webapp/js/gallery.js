// The component gallery's own buttons. Nothing here is translated: it is for developers.

import { confirmed } from "eyrie/confirm.js";
import { toast } from "eyrie/toasts.js";

for (const swatch of document.querySelectorAll("[data-colour]")) swatch.style.background = `var(--${swatch.dataset.colour})`;
for (const button of document.querySelectorAll("[data-toast]")) button.addEventListener("click", () => toast(`A ${button.dataset.toast} toast.`, button.dataset.toast));
document.getElementById("ask").addEventListener("click", async () => {
  const sure = await confirmed({ title: "Delete the camera?", text: "Its recordings stay until retention deletes them.", button: "Delete" });
  toast(sure ? "You said yes." : "You said no.");
});

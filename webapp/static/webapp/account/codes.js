// await showCodes(codes): recovery codes, until somebody says that they have kept them. None are shown without any.

import { byId, make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const dialog = byId("codes");
let text = "";

export function showCodes(codes) {
  if (!codes.length) return Promise.resolve();
  text = `${codes.join("\n")}\n`;
  byId("code-list").replaceChildren(...codes.map((code) => make("li", {}, code)));
  byId("save-codes").href = `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;
  byId("copy-codes").hidden = !navigator.clipboard; // browsers have it on pages with HTTPS only
  dialog.showModal();
  return new Promise((resolve) => { dialog.addEventListener("close", resolve, { once: true }); });
}

dialog.addEventListener("cancel", (event) => event.preventDefault()); // gone is gone: Escape is pressed too easily
dialog.querySelector(".close").addEventListener("click", () => dialog.close());
byId("print-codes").addEventListener("click", () => window.print());
byId("copy-codes").addEventListener("click", async () => {
  await navigator.clipboard.writeText(text);
  toast(t("Copied."), "good");
});

// Proof of how long recordings are kept, and watermarks.

import { call } from "eyrie/api.js";
import { busy, byId, make } from "eyrie/dom.js";
import { onSubmit, tell } from "eyrie/forms.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

byId("prove").addEventListener("click", ({ currentTarget }) => busy(currentTarget, async () => {
  byId("trouble").hidden = true;
  try {
    show(await call("privacy/retention/", { method: "POST" }));
  } catch (error) {
    byId("trouble").textContent = error.message;
    byId("trouble").hidden = false;
  }
}));

function show(proof) {
  const { cameras, removed_cameras_with_recordings: removed, made_at: made } = proof.statement;
  const wrong = cameras.filter((one) => !one.keeps_rule).length + removed.length;
  byId("verdict").hidden = false;
  byId("proof").hidden = !cameras.length && !removed.length;
  byId("verdict").dataset.tone = wrong ? "warn" : "good";
  byId("verdict").textContent = wrong ? n("{count} camera has recordings older than its rule allows.", "{count} cameras have recordings older than their rules allow.", wrong)
    : cameras.length ? t("No camera has recordings older than its rule allows.") : t("There is no camera yet.");
  byId("kept").replaceChildren(...cameras.map(row), ...removed.map((camera) => make("tr", {}, make("th", { scope: "row" }, t("Camera {number}, removed", { number: camera })), make("td", { colSpan: 3 }, t("Recordings are still there; they go within minutes.")))));
  const name = `eyrie-retention-${made.slice(0, 10)}`;
  offer(byId("signed"), `${name}.json`, "application/json", JSON.stringify(proof, null, 1));
  offer(byId("table"), `${name}.csv`, "text/csv", csv(cameras));
}

function row({ name, days, oldest_ms: oldest, older, held }) {
  const why = [...new Set(held.map((one) => one.why).filter(Boolean))].join("; ");
  return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, rule(days)), make("td", {}, oldest === null ? t("None") : dayAndTime(oldest)),
    make("td", {}, older ? make("span", { className: "badge", "data-tone": "warn" }, why ? `${older}: ${why}` : String(older)) : t("Nothing")));
}

function rule(days) {
  return days === null ? t("Until there is no room") : n("{count} day", "{count} days", days);
}

function csv(cameras) {
  const rows = cameras.map(({ camera, name, days, oldest_ms: oldest, newest_ms: newest, count, bytes, older, keeps_rule: keeps }) =>
    [camera, quoted(name), days ?? "", iso(oldest), iso(newest), count, bytes, older, keeps].join(","));
  return ["camera,name,days,oldest,newest,recordings,bytes,older_than_rule,keeps_rule", ...rows, ""].join("\r\n");
}

const iso = (ms) => (ms === null ? "" : new Date(ms).toISOString());
// A name that a table program would take for a formula is no formula.
const quoted = (text) => `"${(/^[=+\-@\t]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

function offer(link, name, type, text) {
  if (link.href) URL.revokeObjectURL(link.href);
  Object.assign(link, { href: URL.createObjectURL(new Blob([text], { type })), download: name, hidden: false });
}

const watermarks = byId("watermarks");
if (watermarks) {
  const names = ["live_watermark", "export_watermark"];
  onSubmit(watermarks, async ({ elements }) => {
    await call("site/", { method: "PATCH", body: Object.fromEntries(names.map((name) => [name, elements[name].checked])) });
    toast(t("Saved."), "good");
  });
  call("site/").then((site) => { for (const name of names) watermarks.elements[name].checked = site[name]; }).catch((error) => tell(watermarks, error));
}

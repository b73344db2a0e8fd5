// All directories, in the order in which they are asked.

import { call } from "eyrie/api.js";
import { busy, byId, copyOf, trouble } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

let kinds = [];
let rows = [];

async function refresh() {
  try {
    rows = (await call("directories/")).results;
    byId("directories").replaceChildren(...rows.map(card));
    byId("directories").removeAttribute("aria-busy");
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

function card(row, place) {
  const one = copyOf("directory"), kind = kinds.find(({ name }) => name === row.kind);
  const link = one.querySelector("h3 a");
  link.textContent = row.title;
  link.href = one.querySelector(".open").href = `/system/directories/${row.id}/`;
  const badge = one.querySelector(".badge");
  [badge.textContent, badge.dataset.tone] = stateOf(row);
  one.querySelector(".what").textContent = [
    kind ? t(kind.title) : row.kind,
    n("{count} user", "{count} users", row.users),
    row.synced ? t("people compared {time}", { time: dayAndTime(Date.parse(row.synced)) }) : "",
  ].filter(Boolean).join(" · ");
  const notice = one.querySelector(".notice");
  notice.textContent = row.held || row.error;
  notice.hidden = !notice.textContent;
  one.querySelector(".pause").textContent = row.enabled ? t("Pause") : t("Continue");
  offer(one, ".pause", () => call(`directories/${row.id}/`, { method: "PATCH", body: { enabled: !row.enabled } }));
  offer(one, ".up", () => move(place, -1));
  offer(one, ".down", () => move(place, 1));
  return one;
}

function stateOf({ enabled, error, held }) {
  if (!enabled) return [t("Paused"), "quiet"];
  if (held) return [t("Asks you something"), "warn"];
  return error ? [t("Could not be asked"), "warn"] : [t("Ready"), "good"];
}

function move(place, by) {
  const ids = rows.map(({ id }) => id);
  ids.splice(place + by, 0, ...ids.splice(place, 1));
  return call("directories/order/", { method: "PUT", body: { ids } });
}

function offer(one, what, work) {
  const button = one.querySelector(what);
  button.addEventListener("click", () => busy(button, async () => {
    try {
      await work();
    } catch (error) {
      toast(error.message, "bad");
    }
    await refresh();
  }));
}

async function begin() {
  kinds = (await call("directories/kinds/")).results;
  byId("no-kinds").hidden = kinds.length > 0;
  byId("add").hidden = kinds.length === 0;
  await refresh();
}

begin().catch((error) => trouble(error.message));

// What became of the actions of rules, newest first, as it happens; what was given up can be sent again.

import { call } from "eyrie/api.js";
import { busy, byId, make, trouble } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { Reconnecting } from "eyrie/reconnecting.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import { namesOfAll } from "./names.js";
import { outcomeLine, stateBadge } from "./outcomes.js";

const SOON = 500; // ms in which several messages are one look
const PAGE = 100;
const form = byId("filter"), rows = byId("rows");
const { manages } = byId("page").dataset;
let names = {}, next = "", waiting = 0;

function query() {
  const values = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
  history.replaceState(null, "", `?${new URLSearchParams(values)}`);
  return new URLSearchParams({ ...values, page_size: PAGE });
}

async function refresh() {
  await show(await call(`deliveries/?${query()}`), []);
}

function show(page, before) {
  rows.replaceChildren(...before, ...page.results.map(row));
  next = page.next && page.next.slice(page.next.indexOf("/api/v1/") + "/api/v1/".length);
  byId("more").hidden = !next;
  byId("none").hidden = rows.childElementCount > 0;
  if (byId("all-again")) byId("all-again").hidden = !rows.querySelector("[data-state=dead]");
}

function row(one) {
  const event = one.event === null ? make("span", { className: "quiet-text" }, t("Tried by hand")) : make("a", { href: `/events/${one.event}/` }, t(names.types.get(one.event_type) ?? one.event_type));
  const rule = one.rule === null ? one.rule_name : make("a", { href: `/rules/${one.rule}/` }, one.rule_name);
  const held = one.held_back ? make("p", { className: "small quiet-text" }, n("{count} more event while it rested", "{count} more events while it rested", one.held_back)) : "";
  const again = make("td", {});
  if (manages && one.state === "dead") again.append(sendButton([one.id], t("Send again")));
  return make("tr", { "data-id": String(one.id), "data-state": one.state },
    make("td", { className: "number" }, dayAndTime(Date.parse(one.created))), make("td", {}, rule, held), make("td", {}, event),
    make("td", {}, t(names.actions.get(one.action) ?? one.action)), make("td", {}, stateBadge(one), make("p", { className: "small outcome" }, outcomeLine(one))), again);
}

function sendButton(ids, words) {
  const button = make("button", { type: "button", className: "button" }, words);
  button.addEventListener("click", () => busy(button, () => sendAgain(ids)));
  return button;
}

async function sendAgain(ids) {
  try {
    const { count } = await call("deliveries/send-again/", { method: "POST", body: { ids } });
    toast(n("{count} action is tried again.", "{count} actions are tried again.", count), "good");
    await refresh();
  } catch (error) {
    toast(error.message, "bad");
  }
}

function failed(error) {
  trouble(error.message);
}

async function begin() {
  const [all, { results }] = await Promise.all([namesOfAll(), call("rules/")]);
  names = all.names;
  for (const { id, name } of results) byId("of-rule").append(new Option(name, id));
  for (const [name, value] of new URLSearchParams(location.search)) if (form.elements[name]) form.elements[name].value = value;
  await refresh();
  const look = () => refresh().catch(failed);
  new Reconnecting("/ws/v1/", {
    opened: (socket) => {
      socket.send(JSON.stringify({ op: "subscribe", topic: "rules.deliveries" }));
      look(); // what happened while the socket was away
    },
    message: (data) => {
      if (JSON.parse(data).op !== "message") return;
      clearTimeout(waiting);
      waiting = setTimeout(look, SOON);
    },
  }).open();
}

form.addEventListener("change", () => refresh().catch(failed));
form.addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", ({ currentTarget }) => busy(currentTarget, async () => show(await call(next), [...rows.children])));
byId("all-again")?.addEventListener("click", ({ currentTarget }) => busy(currentTarget, () => sendAgain([...rows.querySelectorAll("[data-state=dead]")].map(({ dataset }) => Number(dataset.id)))));
begin().catch((error) => {
  rows.replaceChildren();
  failed(error);
});

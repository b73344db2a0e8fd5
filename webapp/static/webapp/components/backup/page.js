// The page on backups: targets, plans and the queue, kept up to date by the topic `backup.progress`.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { busy, byId, copyOf, trouble } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { bytes } from "eyrie/quantities.js";
import { Reconnecting } from "eyrie/reconnecting.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";
import { PlanDialog } from "./plan-dialog.js";
import { Queue } from "./queue.js";
import { TargetDialog } from "./target-dialog.js";

const EVERY = 10_000; // ms; what moves comes by the websocket
const NOT_SOONER = 1_000;
const CONTENTS = {
  recordings: t("All recordings"),
  events: t("A clip of each event"),
  snapshots: t("A picture of each event"),
};
const TROUBLES = { away: t("Not reachable"), refused: t("Refused"), full: t("Full") };

const manages = byId("page").dataset.manages === "yes";
let targets = [];
let kinds = [];
let timer = 0;
let last = 0;

const queue = new Queue(manages, refresh);
const targetDialog = new TargetDialog(refresh);
const planDialog = new PlanDialog(refresh);

async function refresh() {
  clearTimeout(timer);
  last = Date.now();
  try {
    const [places, plans] = await Promise.all([call("backup/targets/"), call("backup/plans/")]);
    targets = places.results;
    showTargets();
    showPlans(plans.results);
    byId("queue-section").hidden = plans.results.length === 0;
    if (plans.results.length) await queue.refresh(plans.results);
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
  timer = setTimeout(refresh, EVERY);
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, Math.max(0, last + NOT_SOONER - Date.now()));
}

function showTargets() {
  const list = byId("targets");
  list.removeAttribute("aria-busy");
  fill(list, targets, targetCard);
  byId("no-targets").hidden = targets.length > 0;
  byId("plans-section").hidden = targets.length === 0;
}

function showPlans(plans) {
  fill(byId("plans"), plans, planCard);
  byId("no-plans").hidden = plans.length > 0;
}

// Cards are drawn anew only when what they tell has changed, so that the focus stays where it is.
function fill(list, rows, card) {
  const before = new Map([...list.children].map((one) => [one.dataset.seen, one]));
  list.replaceChildren(...rows.map((row) => {
    const seen = JSON.stringify([row, targets]);
    const one = before.get(seen) ?? card(row);
    one.dataset.seen = seen;
    return one;
  }));
}

function targetCard(target) {
  const one = copyOf("target");
  one.querySelector("h3").textContent = target.name;
  const [words, tone] = stateOf(target);
  setBadge(one, words, tone);
  const kind = kinds.find(({ name }) => name === target.kind);
  const { start, end } = target.window;
  one.querySelector(".what").textContent = [
    kind ? t(kind.title) : target.kind,
    target.cap ? t("at most {amount} a second", { amount: bytes(target.cap) }) : "",
    start ? t("from {start} until {end}", { start, end }) : "",
  ].filter(Boolean).join(" · ");
  const notice = one.querySelector(".notice");
  notice.hidden = !target.error;
  const again = target.retry ? ` ${t("Next try: {time}.", { time: dayAndTime(Date.parse(target.retry)) })}` : "";
  notice.textContent = target.error + again;
  if (!manages) return one;
  const look = one.querySelector(".look");
  look.hidden = false;
  look.href = `/system/backup/${target.id}/`;
  offer(one, ".alter", () => targetDialog.open(kinds, target));
  offerPause(one, target, "backup/targets");
  offer(one, ".delete", () => remove(`backup/targets/${target.id}/`, t("Forget this target?"), t("Its plans and their queues go with it. What was copied stays there.")));
  return one;
}

function stateOf({ enabled, trouble, at_work: atWork }) {
  if (!enabled) return [t("Paused"), "quiet"];
  if (trouble) return [TROUBLES[trouble] ?? trouble, trouble === "away" ? "warn" : "bad"];
  return atWork ? [t("Copying"), "good"] : [t("Ready"), "good"];
}

function planCard(plan) {
  const one = copyOf("plan");
  const target = targets.find(({ id }) => id === plan.target);
  one.querySelector("h3").textContent = plan.name;
  const [words, tone] = planState(plan);
  setBadge(one, words, tone);
  const chosen = plan.cameras.length || plan.groups.length;
  const whose = chosen ? t("of chosen cameras") : t("of all cameras");
  one.querySelector(".what").textContent = `${CONTENTS[plan.content]}, ${whose} → ${target?.name ?? ""}`;
  one.querySelector(".waiting").textContent = plan.waiting
    ? `${n("{count} file waits", "{count} files wait", plan.waiting)}, ${t("the oldest of {time}", { time: dayAndTime(Date.parse(plan.oldest)) })}`
    : t("Everything is copied.");
  one.querySelector(".kept").textContent = t("{files} at the target, {size}", { files: n("{count} file", "{count} files", plan.kept), size: bytes(plan.kept_bytes) });
  const lost = [
    plan.failed ? n("{count} file failed", "{count} files failed", plan.failed) : "",
    plan.missed ? n("{count} recording was deleted before it was copied", "{count} recordings were deleted before they were copied", plan.missed) : "",
  ].filter(Boolean).join(" · ");
  one.querySelector(".lost").textContent = lost;
  one.querySelector(".lost").hidden = !lost;
  if (!manages) return one;
  offer(one, ".alter", () => planDialog.open(targets, plan));
  offerPause(one, plan, "backup/plans");
  offer(one, ".delete", () => remove(`backup/plans/${plan.id}/`, t("Forget this plan?"), t("Its queue goes with it. What was copied stays at the target, and is no longer removed there.")));
  return one;
}

function planState({ enabled, lagging, waiting, failed }) {
  if (!enabled) return [t("Paused"), "quiet"];
  if (lagging) return [t("Behind"), "bad"];
  if (failed) return [t("Not all copied"), "warn"];
  return waiting ? [t("At it"), "good"] : [t("Up to date"), "good"];
}

function setBadge(one, words, tone) {
  const badge = one.querySelector(".badge");
  badge.textContent = words;
  badge.dataset.tone = tone;
}

function offer(one, what, work) {
  const button = one.querySelector(what);
  button.hidden = false;
  button.addEventListener("click", () => busy(button, work));
}

function offerPause(one, row, path) {
  one.querySelector(".pause").textContent = row.enabled ? t("Pause") : t("Continue");
  offer(one, ".pause", () => act(() => call(`${path}/${row.id}/`, { method: "PATCH", body: { enabled: !row.enabled } })));
}

async function remove(path, title, text) {
  if (await confirmed({ title, text, button: t("Forget") })) await act(() => call(path, { method: "DELETE" }));
}

async function act(work) {
  try {
    await work();
  } catch (error) {
    toast(error.message, "bad");
  }
  await refresh();
}

async function begin() {
  if (manages) {
    kinds = (await call("backup/kinds/")).results;
    byId("no-kinds").hidden = kinds.length > 0;
    for (const [id, open] of [["add-target", () => targetDialog.open(kinds)], ["add-plan", () => planDialog.open(targets)]]) {
      byId(id).hidden = kinds.length === 0;
      byId(id).addEventListener("click", open);
    }
  }
  await refresh();
  new Reconnecting("/ws/v1/", {
    opened: (socket) => socket.send(JSON.stringify({ op: "subscribe", topic: "backup.progress" })),
    message: (data) => JSON.parse(data).op === "message" && soon(),
  }).open();
}

begin().catch((error) => toast(error.message, "bad"));

// The log as it grows: what is new is asked for every second and a half, older lines on demand. At most MOST lines stay.

import { call } from "eyrie/api.js";
import { busy, byId, make, trouble } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { logLine } from "./log-line.js";

const EVERY = 1500; // ms
const PAUSE = 300; // ms after the last key
const MOST = 2000;
const ENOUGH = 50;
const LOOKS = 8;
const NAMES = ["level", "process", "logger", "text", "plugin"];
const form = byId("filter");
const frame = byId("frame");
const lines = byId("lines");
let older = null;
let newer = null;
let paused = false;
let asked = 0; // of several filters that are asked for at once, the last one counts
let typing = 0;

const query = (more) => new URLSearchParams({ ...Object.fromEntries(chosen()), ...more });
const chosen = () => NAMES.map((name) => [name, form.elements[name].value]).filter(([, value]) => value);
const atEnd = () => frame.scrollHeight - frame.scrollTop - frame.clientHeight < 40;

async function begin() {
  const mine = ++asked;
  lines.setAttribute("aria-busy", "true");
  history.replaceState(null, "", `?${new URLSearchParams(chosen())}`);
  byId("of-plugin").hidden = !form.elements.plugin.value;
  byId("plugin-name").textContent = t("Plugin {name}", { name: form.elements.plugin.value });
  await trying(async () => {
    const page = await call(`system/log/?${query({ page_size: 300 })}`);
    if (mine !== asked) return;
    lines.replaceChildren(...page.results.map(logLine));
    [older, newer] = [page.older, page.newer];
    frame.scrollTop = frame.scrollHeight;
    // What is rare is looked for further back, a piece of the log at a time.
    for (let look = 0; look < LOOKS && older && mine === asked && lines.childElementCount < ENOUGH; look++) {
      const earlier = await call(`system/log/?${query({ before: older })}`);
      if (mine !== asked) return;
      lines.prepend(...earlier.results.map(logLine));
      older = earlier.older;
      frame.scrollTop = frame.scrollHeight;
    }
  });
  lines.removeAttribute("aria-busy");
  tellStanding();
}

async function follow() {
  if (paused || document.hidden || lines.ariaBusy === "true") return;
  if (!newer) return begin();
  const mine = asked;
  await trying(async () => {
    const page = await call(`system/log/?${query({ after: newer, page_size: 1000 })}`);
    if (mine !== asked || paused) return;
    const down = atEnd();
    newer = page.newer;
    lines.append(...page.results.map(logLine));
    while (lines.childElementCount > MOST) {
      older = lines.children[1].dataset.id;
      lines.firstElementChild.remove();
    }
    if (down) frame.scrollTop = frame.scrollHeight;
  });
  tellStanding();
}

async function goBack() {
  const mine = asked;
  await trying(async () => {
    const page = await call(`system/log/?${query({ before: older })}`);
    if (mine !== asked) return;
    const below = frame.scrollHeight - frame.scrollTop;
    lines.prepend(...page.results.map(logLine));
    older = page.older;
    frame.scrollTop = frame.scrollHeight - below;
    if (lines.childElementCount > MOST && !paused) pause(true); // who reads back does not want to lose it again
  });
  tellStanding();
}

async function trying(work) {
  try {
    await work();
    trouble("");
  } catch (error) {
    trouble(error.message);
  }
}

function tellStanding() {
  const count = lines.querySelectorAll(".log-line").length;
  byId("older").hidden = !older;
  byId("nothing").hidden = count > 0 || lines.ariaBusy === "true";
  byId("standing").textContent = newer ? n("{count} line shown.", "{count} lines shown.", count) : t("There is no log: this Eyrie was not started by `manage.py serve`.");
}

function pause(wanted) {
  paused = wanted;
  byId("pause").setAttribute("aria-pressed", String(paused));
  if (!paused) follow();
}

async function offerProcesses() {
  const { processes } = await call("system/status/");
  const select = form.elements.process;
  for (const { name } of processes) select.append(make("option", { value: name }, name));
}

const given = new URLSearchParams(location.search);
await offerProcesses().catch(() => {}); // the choice is a convenience; the log itself says what is wrong
for (const name of NAMES) form.elements[name].value = given.get(name) ?? "";
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", begin);
form.addEventListener("input", ({ target }) => {
  clearTimeout(typing);
  if (target.tagName === "INPUT") typing = setTimeout(begin, PAUSE);
});
byId("pause").addEventListener("click", () => pause(!paused));
byId("older").addEventListener("click", ({ currentTarget }) => busy(currentTarget, goBack));
byId("all-plugins").addEventListener("click", () => {
  form.elements.plugin.value = "";
  begin();
});
await begin();
setInterval(follow, EVERY);

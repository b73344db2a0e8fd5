// Where one is signed in, and ending it.

import { call } from "eyrie/api.js";
import { byId, make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

export async function refreshSessions() {
  const { results } = await call("account/sessions/");
  byId("sessions").replaceChildren(...results.map(row));
  byId("end-others").hidden = results.length < 2;
}

function row(session) {
  const when = t("Since {since}, last used {used}", { since: dayAndTime(Date.parse(session.since)), used: dayAndTime(Date.parse(session.used)) });
  const what = make("span", { className: "what" }, make("strong", {}, session.device), make("span", { className: "small quiet-text" }, [session.address, when].filter(Boolean).join(" · ")));
  if (session.current) return make("li", {}, what, make("span", { className: "badge", "data-tone": "good" }, t("This one")));
  const end = make("button", { type: "button", className: "button plain", "aria-label": `${t("End")}: ${session.device}, ${session.address}` }, t("End"));
  end.addEventListener("click", () => ended(`account/sessions/${session.id}/`));
  return make("li", {}, what, end);
}

async function ended(path) {
  try {
    await call(path, { method: "DELETE" });
    toast(t("Ended."), "good");
  } catch (error) {
    toast(error.message, "bad");
  }
  await refreshSessions();
}

byId("end-others").addEventListener("click", () => ended("account/sessions/"));

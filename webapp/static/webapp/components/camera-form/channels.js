// Cameras that are added with others: further channels of a device, and many devices with one password.
//
//   const list = channelList(driver, settings, report.channels)   a list to choose from; settings: as they were tried
//   await saveChannels(list, body)   each chosen one is tried and saved like the first, whose fields are in body
//   await addTried(name, body)       tries settings, and saves the camera with what it told; answers { report, saved }

import { call } from "eyrie/api.js";
import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { toast } from "eyrie/toasts.js";

const SAME_NAME = 20; // cameras of one name, numbered

export function channelList(driver, tried, channels) {
  const rows = channels.map(({ title, settings }) => {
    const row = make("label", { className: "check" }, make("input", { type: "checkbox", checked: true }), title);
    row.channel = { title, settings: { ...tried, ...settings } };
    return row;
  });
  return make("fieldset", { className: "choices stack" }, make("legend", {}, t("This device has further cameras; add these too:")), ...rows);
}

export async function saveChannels(list, body) {
  const chosen = [...list.querySelectorAll("label")].filter((row) => row.querySelector("input").checked);
  for (const { channel: { title, settings } } of chosen) {
    const { report, saved } = await addTried(title, { ...body, settings });
    if (!saved) toast(`${title}: ${report.message}`, "bad");
  }
}

export async function addTried(name, body) {
  const { driver, settings } = body;
  const report = await call("cameras/probe/", { method: "POST", body: { driver, settings } });
  if (!report.ok) return { report, saved: null };
  return { report, saved: await savedAs(name, { ...body, settings: { ...settings, ...report.settings } }) };
}

// Devices of one kind have one name: the second is called "… 2".
async function savedAs(name, body) {
  for (let number = 1; ; number += 1) {
    try {
      return await call("cameras/", { method: "POST", body: { ...body, name: number > 1 ? `${name} ${number}` : name } });
    } catch (error) {
      if (!error.fields?.name || number === SAME_NAME) throw error;
    }
  }
}

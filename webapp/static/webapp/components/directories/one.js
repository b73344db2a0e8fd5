// One directory: its settings and a test that explains each step, its groups and their roles, its people.

import { call } from "eyrie/api.js";
import { byId, trouble } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { Groups } from "./groups.js";
import { People } from "./people.js";
import { Settings } from "./settings.js";

const page = byId("page");
const id = Number(page.dataset.directory) || null;

function show(row) {
  byId("title").textContent = row.title;
  const told = row.enabled ? row.held || row.error : t("It is paused: nobody signs in through it.");
  byId("state").textContent = told;
  byId("state").hidden = !told;
}

async function begin() {
  const [{ results: kinds }, row] = await Promise.all([call("directories/kinds/"), id && call(`directories/${id}/`)]);
  const settings = new Settings(kinds, row, show);
  settings.show();
  if (!row) return;
  show(row);
  const kind = kinds.find(({ name }) => name === row.kind);
  const groups = new Groups(row.id, kind, page.dataset.gives === "yes");
  if (kind?.lists_people) new People(row, show, () => groups.refresh());
  await groups.refresh();
}

begin().catch((error) => trouble(error.message));

// What the ids and names in a rule are called, asked for once a page.

import { call, everyPage } from "eyrie/api.js";

const NONE = { fields: [], zones: null, names: [] };

// What may be asked of events of these kinds, and what templates may name; nothing while none is chosen or one is gone.
export function fieldsOf(types) {
  return types.length ? call(`rules/fields/?type=${types.join(",")}`).catch(() => NONE) : Promise.resolve(NONE);
}

export async function namesOfAll() {
  const [choices, cameras, groups] = await Promise.all([call("rules/choices/"), everyPage("cameras/?page_size=1000"), call("groups/").catch(() => [])]);
  const rows = groups.results ?? groups;
  const names = {
    types: new Map(choices.types.map(({ name, title }) => [name, title])),
    actions: new Map(choices.actions.map(({ name, title }) => [name, title])),
    cameras: new Map(cameras.map(({ id, name }) => [id, name])),
    groups: new Map(rows.map(({ id, name }) => [id, name])),
  };
  return { choices, names };
}

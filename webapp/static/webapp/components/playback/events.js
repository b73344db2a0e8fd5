// The event before or after a moment.

import { call } from "eyrie/api.js";

const SAME = 1_000; // ms: events nearer than this are where one already is

// Its start in ms UTC, null when there is none. way: 1 for the next, -1 for the previous.
export async function nextEvent(cameras, at, way) {
  const query = new URLSearchParams({ page_size: 1 });
  for (const id of cameras) query.append("camera", id);
  if (way > 0) {
    query.set("order", "oldest");
    query.set("start", new Date(at + SAME).toISOString());
  } else {
    query.set("end", new Date(at - SAME).toISOString());
  }
  const { results } = await call(`events/?${query}`);
  return results.length ? Date.parse(results[0].start) : null;
}

// The server's time. A device's clock may be an hour off, and recordings, events and exports go by the server's.

const GOOD = 2_000; // ms; nearer than the page tells, the device's own clock is as good
const told = Number(document.documentElement.dataset.now);
const [loading] = performance.getEntriesByType("navigation");
const here = Date.now() - (performance.now() - (loading?.responseStart ?? 0)); // when the page came, by this device
const off = told && Math.abs(here - told) > GOOD ? here - told : 0;

// ms by which this device's clock is ahead; 0 where it is right.
export const ahead = off;

// UTC ms.
export function now() {
  return Date.now() - off;
}

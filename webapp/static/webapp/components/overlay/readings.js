// What was read in the picture, such as a plate: events that say `text` of an object, found again among those that are
// followed by their place and time, for the reader and the tracker each count in their own way.

const APART = 2000; // ms between where it was followed and where it was read
const ALIKE = 0.3; // of their union

// An event's reading: { at, label, box, text }; null for one that read nothing.
export function readingOf(at, { attributes, objects }) {
  const [seen] = objects ?? [], text = attributes?.text;
  return seen?.box && typeof text === "string" && text ? { at, label: seen.label, box: seen.box, text } : null;
}

// What was read of an object; "" for nothing. points: [[ms, left, top, width, height], …] of where it was.
export function textOf(readings, label, points) {
  const fits = (one) => points.some(([ms, ...box]) => Math.abs(ms - one.at) < APART && alike(one.box, box) > ALIKE);
  return readings.findLast((one) => one.label === label && fits(one))?.text ?? "";
}

function alike([left, top, width, height], [x, y, wide, high]) {
  const across = Math.min(left + width, x + wide) - Math.max(left, x), down = Math.min(top + height, y + high) - Math.max(top, y);
  const both = Math.max(across, 0) * Math.max(down, 0);
  return both / (width * height + wide * high - both || 1);
}

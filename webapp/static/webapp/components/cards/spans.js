// Stretches of time, [start, end) in ms: what of some is not in others.

// Of `whole`, what none of `parts` covers; both in order. Shorter ones than `least` are left out.
export function without(whole, parts, least) {
  const found = [];
  for (const { start, end } of whole) {
    let at = start;
    for (const part of parts) {
      if (part.end <= at || part.start >= end) continue;
      if (part.start - at >= least) found.push({ start: at, end: part.start });
      at = Math.max(at, part.end);
    }
    if (end - at >= least) found.push({ start: at, end });
  }
  return found;
}

export function within(spans, start, end) {
  return spans.filter((one) => one.start < end && one.end > start).map((one) => ({ start: Math.max(one.start, start), end: Math.min(one.end, end) }));
}

export function parsed(rows) {
  return rows.map(({ start, end }) => ({ start: Date.parse(start), end: Date.parse(end) })).sort((a, b) => a.start - b.start);
}

export const total = (spans) => spans.reduce((sum, { start, end }) => sum + end - start, 0);

// <small-plot>: a line over the last hour with its newest number, in words for who cannot see it.
//
//   plot.show({ title: t("Bitrate"), values: [1, null, 2], stepMs: 60000, words: bitrate })
//
// A gap in the values is a gap in the line. `least` is a top that the scale reaches in any case, so that noise stays small.

import { t } from "eyrie/i18n.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 40;

class SmallPlot extends HTMLElement {
  show({ title, values, stepMs, words, least = 0 }) {
    const told = values.filter((value) => value !== null);
    const newest = values.findLast((value) => value !== null);
    const top = Math.max(least, ...told) || 1;
    const minutes = Math.round((values.length * stepMs) / 60_000);
    const now = told.length ? words(newest) : "–";
    const summary = told.length
      ? t("{title}, last {minutes} minutes: now {now}, least {least}, most {most}", { title, minutes, now, least: words(Math.min(...told)), most: words(Math.max(...told)) })
      : t("{title}: nothing was told yet", { title });
    const picture = svg("svg", { viewBox: `0 0 ${Math.max(values.length - 1, 1)} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": summary });
    picture.append(svg("title", {}, summary), svg("line", { class: "ground", x1: 0, x2: values.length - 1, y1: HEIGHT, y2: HEIGHT }));
    for (const run of runs(values, top)) {
      const [first, last] = [run[0][0], run.at(-1)[0]];
      picture.append(svg("path", { class: "area", d: `M${first} ${HEIGHT}L${run.join("L")}L${last} ${HEIGHT}Z` }));
      picture.append(svg("path", { class: "line", d: run.length > 1 ? `M${run.join("L")}` : `M${first} ${run[0][1]}h.6` }));
    }
    const number = document.createElement("span");
    number.className = "now";
    number.textContent = now;
    this.replaceChildren(picture, number);
  }
}

// Stretches of values that were told, as points.
function runs(values, top) {
  const found = [];
  let run = null;
  values.forEach((value, at) => {
    if (value === null) {
      run = null;
      return;
    }
    if (!run) found.push((run = []));
    run.push([at, (HEIGHT * (1 - value / top)).toFixed(1)]);
  });
  return found;
}

function svg(tag, attributes, text) {
  const one = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  if (text) one.textContent = text;
  return one;
}

customElements.define("small-plot", SmallPlot);

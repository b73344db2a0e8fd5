// plot(title, starts, hourly, rows): bars beside each other for each hour or day, with a table of the same numbers for who
// cannot see them. rows: [{ title, values, mean }]; at most two.

import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { timeZone } from "eyrie/times.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LEFT, BELOW] = [640, 200, 36, 22];
const language = document.documentElement.lang;

export function plot(title, starts, hourly, rows) {
  const label = labeller(hourly);
  return make("section", { className: "card counting-plot" }, make("h2", {}, title), legend(rows), picture(title, starts, label, hourly, rows), table(starts, label, rows));
}

function legend(rows) {
  const words = ({ title, values, mean }) => (mean ? title : `${title}: ${values.reduce((sum, value) => sum + value, 0)}`);
  return make("p", { className: "counting-legend" }, ...rows.map((row, at) => make("span", { "data-row": `${at}` }, words(row))));
}

function picture(title, starts, label, hourly, rows) {
  const top = niceTop(Math.max(1, ...rows.flatMap(({ values }) => values)));
  const one = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("{title}: bars, the numbers stand in the table below", { title }) });
  const step = (WIDTH - LEFT) / starts.length;
  const height = (value) => ((HEIGHT - BELOW - 8) * value) / top;
  for (const value of [0, top / 2, top]) {
    const y = HEIGHT - BELOW - height(value);
    one.append(svg("line", { x1: LEFT, x2: WIDTH, y1: y, y2: y }), svg("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, `${value}`));
  }
  const each = Math.ceil(starts.length / (hourly ? 8 : 10));
  const bar = (step * 0.8) / rows.length;
  starts.forEach((start, at) => {
    const x = LEFT + at * step + step * 0.1;
    if (at % each === 0) one.append(svg("text", { x: LEFT + (at + 0.5) * step, y: HEIGHT - 6, "text-anchor": "middle" }, label(start)));
    rows.forEach(({ title: name, values }, number) => {
      const drawn = svg("rect", { x: x + number * bar, width: bar, y: HEIGHT - BELOW - height(values[at]), height: height(values[at]), "data-row": `${number}` });
      drawn.append(svg("title", {}, `${label(start)} ${name}: ${values[at]}`));
      one.append(drawn);
    });
  });
  return one;
}

function table(starts, label, rows) {
  const head = make("tr", {}, make("th", { scope: "col" }, t("From")), ...rows.map(({ title }) => make("th", { scope: "col" }, title)));
  const lines = starts.map((start, at) => make("tr", {}, make("th", { scope: "row" }, label(start)), ...rows.map(({ values }) => make("td", {}, `${values[at]}`))));
  const frame = make("div", { className: "table-frame", tabIndex: 0, role: "region", "aria-label": t("As a table") }, make("table", { className: "table" }, make("thead", {}, head), make("tbody", {}, ...lines)));
  return make("details", {}, make("summary", {}, t("As a table")), frame);
}

// The next of 2, 4, 10, 20, 40, 100 …: a top whose half is whole.
function niceTop(most) {
  for (let ten = 1; ; ten *= 10) for (const step of [2, 4, 10]) if (step * ten >= most) return step * ten;
}

function labeller(hourly) {
  const options = hourly ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } : { day: "numeric", month: "short" };
  const format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { timeZone, ...options });
  return (start) => format.format(new Date(start));
}

function svg(tag, attributes, text) {
  const one = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
  if (text) one.textContent = text;
  return one;
}

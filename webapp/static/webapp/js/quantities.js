// Quantities for people: bytes, bits a second, lengths of time.

const language = document.documentElement.lang;
const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

function scaled(value, digits) {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

export function bytes(count) {
  if (count === null || count === undefined) return "–";
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  const value = count / 1000 ** power;
  return `${scaled(value, value < 10 ? 1 : 0)}\u00a0${UNITS[power]}`;
}

export function bitrate(bits) {
  return bits >= 1e6 ? `${scaled(bits / 1e6, 1)}\u00a0Mbit/s` : `${scaled(bits / 1000, 0)}\u00a0kbit/s`;
}

export function number(value, digits = 0) {
  return scaled(value, digits);
}

// Texts of the portal's modules in the page's language. The English text is the key; `{name}` in it is a place for a value.
//
//   t("No answer for {seconds} s", { seconds: 40 })
//   n("{count} camera", "{count} cameras", 3)

const language = document.documentElement.lang;
const catalogue = language === "en" ? {} : await fetch(`/texts/${language}.json`).then((answer) => (answer.ok ? answer.json() : {}), () => ({}));

export function t(text, values) {
  return filled(catalogue[text] ?? text, values);
}

export function n(one, many, count, values) {
  const [single, plural] = catalogue[one] ?? [one, many];
  return filled(count === 1 ? single : plural, { count, ...values });
}

function filled(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

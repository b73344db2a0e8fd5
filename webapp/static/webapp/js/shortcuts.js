// Keys of a page. A page registers its own, and `?` lists all of them.
//
//   shortcuts(t("Live"), [{ keys: ["Escape"], shown: "Esc", text: t("Back to the wall"), run: () => … }])
//
// keys: KeyboardEvent.key values, "Ctrl+f" for a control key. A run that returns false leaves the event to the browser.

import { t } from "eyrie/i18n.js";

const groups = [];

export function shortcuts(title, entries) {
  groups.push({ title, entries });
}

export function showShortcuts() {
  const list = document.getElementById("shortcut-list");
  list.replaceChildren(...groups.flatMap(({ title, entries }) => [made("h3", title), ...entries.flatMap(row)]));
  document.getElementById("shortcuts").showModal();
}

function row({ shown, keys, text }) {
  return [made("kbd", shown ?? keys.join(" ")), made("span", text)];
}

function made(kind, text) {
  return Object.assign(document.createElement(kind), { textContent: text });
}

function types(target) {
  return target.closest?.("input:not([type=checkbox], [type=range]), textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.metaKey || types(event.target) || document.querySelector("dialog[open]")) return;
  const key = (event.ctrlKey ? "Ctrl+" : "") + event.key;
  for (const { entries } of groups) {
    const found = entries.find(({ keys }) => keys.includes(key));
    if (found && found.run(event) !== false) return event.preventDefault();
  }
});

shortcuts(t("Everywhere"), [{ keys: ["?"], text: t("Keyboard shortcuts"), run: showShortcuts }]);

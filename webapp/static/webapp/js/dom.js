// make("p", { className: "hint" }, "text", other): an element with properties, `data-…` and `aria-…` attributes, and what
// lies in it. Text goes in as text, whatever a camera or a person calls itself. copyOf("id"): what a <template> holds.
// trouble("…"): what is wrong, in the page's own notice; "" when nothing is any more.

export function make(tag, properties = {}, ...inside) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.includes("-") || name === "role") one.setAttribute(name, value);
    else one[name] = value;
  }
  one.append(...inside.filter((part) => part !== null && part !== undefined && part !== ""));
  return one;
}

export function copyOf(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

export const byId = (id) => document.getElementById(id);

export function trouble(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}

// While something is under way its button says so and cannot be pressed again.
export async function busy(button, work) {
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  try {
    return await work();
  } finally {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}

// make("p", { className: "hint" }, "text", other): an element with properties, `data-…` and `aria-…` attributes, and what
// lies in it. Text goes in as text, whatever a camera or a person calls itself. copyOf("id"): what a <template> holds.

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

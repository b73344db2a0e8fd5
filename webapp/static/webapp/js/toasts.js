// toast("Saved.", "good"): a short message that leaves by itself; trouble ("bad") stays until it is closed, as does what
// { stays: true } asks to.

const STAYS = 5000; // ms

export function toast(text, tone = "", { stays = tone === "bad" } = {}) {
  const one = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  one.dataset.tone = tone;
  one.querySelector("p").textContent = text;
  one.querySelector("button").addEventListener("click", () => one.remove());
  if (tone === "bad") one.setAttribute("role", "alert");
  if (!stays) setTimeout(() => one.remove(), STAYS);
  document.getElementById("toasts").append(one);
}

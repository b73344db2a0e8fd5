import { call } from "eyrie/api.js";

const form = document.getElementById("sign-in");
const trouble = document.getElementById("trouble");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  trouble.hidden = true;
  try {
    const body = { username: form.username.value, password: form.password.value };
    await call("auth/login/", { method: "POST", body, redirect: false });
    location.assign(next());
  } catch (error) {
    trouble.textContent = error.message;
    trouble.hidden = false;
    form.password.select();
  } finally {
    button.disabled = false;
  }
});

form.querySelector("button").disabled = false; // before this, the browser itself would have sent the form

// Where one wanted to go: a page of this very server, else the first one.
function next() {
  const wanted = new URL(new URLSearchParams(location.search).get("next") ?? "/", location.origin);
  return wanted.origin === location.origin ? wanted.href : "/";
}

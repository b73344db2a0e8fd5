import { call } from "./api.js";

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
    location.assign("/");
  } catch (error) {
    trouble.textContent = error.message;
    trouble.hidden = false;
    form.password.select();
  } finally {
    button.disabled = false;
  }
});

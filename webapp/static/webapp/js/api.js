// REST v1 for the portal: JSON in and out, the session cookie, and errors as one sentence.

import { t } from "eyrie/i18n.js";

const SIGN_IN = "/sign-in/";
const ACCOUNT = "/account/";

export class ApiError extends Error {
  // fields: sentences by field where the server tells which field is wrong
  constructor(status, message, fields = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

export async function call(path, options) {
  const answer = await send(path, options);
  return answer.status === 204 ? null : answer.json().catch(() => ({}));
}

// The answer itself, for what is no JSON. body: JSON values, or a FormData with files.
// Where the server wants to know again who is there, a dialog asks, and the request is sent once more.
export async function send(path, options = {}) {
  const { method = "GET", body, redirect = true, asked = false } = options;
  const form = body instanceof FormData;
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = cookie("__Host-csrftoken") || cookie("csrftoken");
  if (body !== undefined && !form) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(`/api/v1/${path}`, { method, headers, body: form ? body : body && JSON.stringify(body) });
  } catch {
    throw new ApiError(0, t("The server does not answer."));
  }
  if (answer.ok) return answer;
  const data = await answer.json().catch(() => ({}));
  if (answer.status === 401 && redirect) location.assign(SIGN_IN);
  if (data.code === "fresh_sign_in" && !asked && (await (await import("eyrie/fresh.js")).proved())) return send(path, { ...options, asked: true });
  if (data.code?.startsWith?.("must_") && redirect && location.pathname !== ACCOUNT) location.assign(ACCOUNT);
  throw new ApiError(answer.status, sentence(data) || t("The server answered {status}.", { status: answer.status }), answer.status === 400 ? data : {});
}

// All rows of a list that comes in pages.
export async function everyPage(path) {
  const found = [];
  for (let next = path; next; ) {
    const page = await call(next);
    found.push(...page.results);
    next = page.next && page.next.slice(page.next.indexOf("/api/v1/") + "/api/v1/".length);
  }
  return found;
}

// The cameras one may see; none for somebody who may see none.
export async function visibleCameras() {
  try {
    return await everyPage("cameras/?page_size=1000");
  } catch (error) {
    if (error.status === 403) return [];
    throw error;
  }
}

export function toSignIn() {
  location.assign(SIGN_IN);
}

function sentence(data) {
  if (data?.detail) return data.detail;
  return Object.entries(data ?? {}).map(([field, told]) => `${field}: ${texts(told).join(" ")}`).join(" ");
}

// What is told of one field: a sentence, several, or those of the rows and fields in it.
function texts(told) {
  return told && typeof told === "object" ? Object.values(told).flatMap(texts) : [String(told)];
}

function cookie(name) {
  return document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

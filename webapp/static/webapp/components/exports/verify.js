// <eyrie-export-verify>: checks an exported archive in this browser, in flat memory: the signature of its manifest, and
// the SHA-256 of each block of each file. The same as core/exports/verify.py does.

import { call } from "eyrie/api.js";
import { make } from "eyrie/dom.js";
import { t } from "eyrie/i18n.js";
import { bytes } from "eyrie/quantities.js";
import { dayAndTime } from "eyrie/times.js";
import { Damaged, dataOffset, directory } from "components/exports/zip.js";

const MANIFEST = "manifest.json", SIGNATURE = "manifest.sig", FORMAT = "eyrie-export/1";
const MOST_MANIFEST = 64 * 1024 * 1024;
const AT_ONCE = 8 * 1024 * 1024; // bytes read and hashed together

class Verify extends HTMLElement {
  #run = 0;

  connectedCallback() {
    const input = this.querySelector("input"), drop = this.part("drop");
    input.addEventListener("change", () => input.files[0] && this.#check(input.files[0]));
    for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
      drop.addEventListener(name, (event) => { event.preventDefault(); drop.toggleAttribute("data-over", over); });
    }
    drop.addEventListener("drop", ({ dataTransfer }) => dataTransfer.files[0] && this.#check(dataTransfer.files[0]));
    this.key = call("exports/key/").catch(() => null);
    this.key.then((key) => { if (key) document.getElementById("fingerprint").textContent = key.fingerprint; });
    if (!globalThis.crypto?.subtle) {
      input.disabled = true;
      this.#say("warn", t("This browser can verify archives only over HTTPS or on the server itself; use verify.py below."));
    }
  }

  part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  async #check(file) {
    const run = (this.#run += 1);
    for (const name of ["verdict", "facts", "files"]) this.part(name).hidden = true;
    this.part("progress").hidden = false;
    this.#advance(0, file.size);
    try {
      const report = await examined(file, await this.key, (done) => {
        if (run !== this.#run) throw new Superseded();
        this.#advance(done, file.size);
      });
      this.#show(file, report);
    } catch (error) {
      if (error instanceof Superseded) return;
      this.#say("bad", words(error, file));
    }
    this.part("progress").hidden = true;
  }

  #advance(done, size) {
    this.querySelector("progress").value = size ? done / size : 0;
    this.part("progress").querySelector("p").textContent = t("{done} of {total}", { done: bytes(done), total: bytes(size) });
  }

  #show(file, { signed, ours, fingerprint, manifest, files, strangers }) {
    const altered = files.filter(({ findings }) => findings.length).length + strangers.length;
    if (!signed) this.#say("bad", t("The manifest was altered after it was signed: what it says cannot be trusted."));
    else if (altered) this.#say("bad", t("This archive is NOT as it was made."));
    else if (!ours) this.#say("warn", t("Nothing was altered since it was signed, but not by this Eyrie. Compare the fingerprint."));
    else this.#say("good", t("This archive is as this Eyrie made it."));
    const facts = [
      [t("Archive"), `${file.name} (${bytes(file.size)})`],
      [t("Signed with"), fingerprint + (ours ? ` (${t("this Eyrie")})` : "")],
      [t("Asked for by"), manifest.exporter ?? ""],
      [t("Made"), when(manifest.made_at)],
    ];
    this.part("facts").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
    this.part("facts").hidden = false;
    const rows = [...files.map(row), ...strangers.map((name) => row({ name, findings: [t("was put into the archive afterwards")] }))];
    this.part("files").querySelector("tbody").replaceChildren(...rows);
    this.part("files").hidden = false;
  }

  #say(tone, sentence) {
    const verdict = this.part("verdict");
    verdict.dataset.tone = tone;
    verdict.textContent = sentence;
    verdict.hidden = false;
  }
}

class Superseded extends Error {}
class NoExport extends Error {}

async function examined(archive, own, advance) {
  const found = await directory(archive);
  const text = await small(archive, found.get(MANIFEST));
  const manifest = parsed(text);
  const key = decoded(manifest.public_key);
  const signature = decoded(new TextDecoder().decode(await small(archive, found.get(SIGNATURE))));
  const files = [];
  for (const file of manifest.files) files.push({ ...file, findings: await judged(archive, found.get(file.name), file, advance) });
  const known = new Set([MANIFEST, SIGNATURE, ...manifest.files.map(({ name }) => name)]);
  return {
    signed: await verifies(key, text, signature),
    ours: own?.public_key === manifest.public_key,
    fingerprint: fingerprint(await digest(key)),
    manifest, files,
    strangers: [...found.keys()].filter((name) => !known.has(name)),
  };
}

async function small(archive, entry) {
  if (!entry || entry.size > MOST_MANIFEST) throw new NoExport();
  const start = await dataOffset(archive, entry);
  return archive.slice(start, start + entry.size).arrayBuffer();
}

function parsed(text) {
  try {
    const manifest = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
    if (manifest.format === FORMAT && Array.isArray(manifest.files)) return manifest;
  } catch {
    throw new Damaged(MANIFEST);
  }
  throw new NoExport();
}

async function verifies(key, text, signature) {
  try {
    const known = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", known, signature, text);
  } catch (error) {
    if (error.name === "NotSupportedError") throw error;
    return false; // no key or no signature at all
  }
}

// Sentences of what is wrong with a file; none when every byte is as it was.
async function judged(archive, entry, file, advance) {
  if (!entry) return [t("is missing from the archive")];
  if (entry.method !== 0) return [t("was packed anew; verify the archive as it was downloaded")];
  const begin = await dataOffset(archive, entry);
  const sentences = entry.size === file.size ? [] : [t("has {found} bytes instead of {expected}", { found: entry.size, expected: file.size })];
  for (const [start, end] of await alterations(archive, begin, file, advance)) {
    sentences.push(t("altered in bytes {start} to {end} (bytes {first} to {last} of the archive)", { start, end: end - 1, first: begin + start, last: begin + end - 1 }));
  }
  return sentences;
}

async function alterations(archive, begin, { size, block_size: length, blocks }, advance) {
  const ranges = [];
  if (blocks.length !== Math.ceil(size / length)) return [[0, size]];
  const together = Math.max(1, Math.floor(AT_ONCE / length));
  for (let first = 0; first < blocks.length; first += together) {
    const start = first * length, end = Math.min(size, (first + together) * length);
    const data = await archive.slice(begin + start, begin + end).arrayBuffer();
    const digests = await Promise.all(blocks.slice(first, first + together).map((_, place) => digest(data.slice(place * length, (place + 1) * length))));
    digests.forEach((found, place) => {
      if (found !== blocks[first + place]) extend(ranges, start + place * length, Math.min(start + (place + 1) * length, size));
    });
    advance(begin + end);
  }
  return ranges;
}

function extend(ranges, start, end) {
  if (ranges.at(-1)?.[1] === start) ranges.at(-1)[1] = end;
  else ranges.push([start, end]);
}

async function digest(data) {
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", data))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

function fingerprint(digits) {
  return digits.slice(0, 32).match(/.{4}/g).join("-");
}

function decoded(text) {
  try {
    return Uint8Array.from(atob(text ?? ""), (letter) => letter.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

function words(error, file) {
  if (error instanceof NoExport) return t("{name} is no export of Eyrie, or was packed anew.", { name: file.name });
  if (error instanceof Damaged) return t("{name} is damaged or cut short: it cannot be read as an archive.", { name: file.name });
  if (error.name === "NotSupportedError") return t("This browser cannot check signatures (Ed25519); use verify.py below.");
  return t("{name} cannot be read: {reason}", { name: file.name, reason: error.message });
}

function row({ name, camera_name, start, findings }) {
  const finding = make("td", { "data-tone": findings.length ? "bad" : "good" }, findings.join("; ") || t("as it was made"));
  return make("tr", {}, make("td", {}, name), make("td", {}, camera_name ?? ""), make("td", {}, when(start)), finding);
}

function when(text) {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? "" : dayAndTime(ms);
}

customElements.define("eyrie-export-verify", Verify);

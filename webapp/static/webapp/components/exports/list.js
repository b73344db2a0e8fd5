// <eyrie-exports>: one's exports with their progress, kept up to date by the topic `exports.progress`.

import { call } from "eyrie/api.js";
import { confirmed } from "eyrie/confirm.js";
import { make } from "eyrie/dom.js";
import { n, t } from "eyrie/i18n.js";
import { bytes } from "eyrie/quantities.js";
import { Reconnecting } from "eyrie/reconnecting.js";
import { dayAndTime } from "eyrie/times.js";
import { toast } from "eyrie/toasts.js";

const LIST_EVERY = 10_000; // ms; progress itself comes by the websocket
const STATES = {
  queued: { text: t("Waiting"), tone: "quiet" },
  running: { text: t("Being made"), tone: "warn" },
  done: { text: t("Done"), tone: "good" },
  failed: { text: t("Failed"), tone: "bad" },
  cancelled: { text: t("Cancelled"), tone: "quiet" },
};
const REASONS = {
  nothing: t("nothing is recorded"),
  unreadable: t("the recording cannot be read"),
  "not recorded": t("not recorded"),
  offline: t("the camera was not reachable"),
  stalled: t("the camera sent no pictures"),
  auth: t("the camera refused the password"),
  disk_full: t("the disk was full"),
  storage_failed: t("the disk failed"),
  storage_slow: t("the disk was too slow"),
  recorder_down: t("the recorder did not run"),
  disabled: t("the camera was switched off"),
};

class Exports extends HTMLElement {
  #rows = new Map();
  #timer = 0;
  #link = null;
  #pages = 1;

  connectedCallback() {
    this.part("more").addEventListener("click", () => { this.#pages += 1; this.#refresh(); });
    this.#refresh();
    this.#link = new Reconnecting("/ws/v1/", {
      opened: (socket) => socket.send(JSON.stringify({ op: "subscribe", topic: "exports.progress" })),
      message: (data) => this.#heard(JSON.parse(data)),
    });
    this.#link.open();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#link.close();
  }

  part(name, within = this) {
    return within.querySelector(`[data-part=${name}]`);
  }

  async #refresh() {
    clearTimeout(this.#timer);
    try {
      const found = await call(`exports/?page_size=${this.#pages * 20}`);
      this.#show(found.results);
      this.part("more").hidden = !found.next;
      this.part("trouble").hidden = true;
    } catch (error) {
      this.part("trouble").textContent = error.message;
      this.part("trouble").hidden = false;
    }
    this.part("waiting").hidden = true;
    this.#timer = setTimeout(() => this.#refresh(), LIST_EVERY);
  }

  #show(exports) {
    const list = this.part("list");
    const present = new Set(exports.map(({ id }) => id));
    for (const [id, row] of this.#rows) if (!present.has(id)) { row.remove(); this.#rows.delete(id); }
    exports.forEach((one, place) => {
      const row = this.#rows.get(one.id) ?? this.#added(one);
      this.#fill(row, one);
      if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
    });
    this.part("empty").hidden = exports.length > 0;
  }

  #added(one) {
    const row = this.querySelector("template").content.firstElementChild.cloneNode(true);
    row.dataset.export = one.id;
    this.part("cancel", row).addEventListener("click", () => this.#act(`exports/${one.id}/cancel/`, "POST", t("The export ends.")));
    this.part("delete", row).addEventListener("click", () => this.#remove(one));
    this.#rows.set(one.id, row);
    return row;
  }

  #fill(row, one) {
    if (row.dataset.seen === JSON.stringify(one)) return;
    row.dataset.seen = JSON.stringify(one);
    row.querySelector("h2").textContent = one.title || t("Export {id}", { id: one.id });
    this.part("what", row).textContent = t("Asked for by {name}, {time}", { name: one.requester, time: dayAndTime(Date.parse(one.created)) })
      + (one.burn_in ? `, ${t("with time and name in the picture")}` : "")
      + (one.redact.length ? `, ${t("with parts of the picture covered")}` : "")
      + (one.watermark ? `, ${t("with a name all over the picture")}` : "")
      + (one.purpose.subject ? `, ${t("for {name}", { name: one.purpose.subject })}` : "");
    this.part("items", row).replaceChildren(...one.items.map(shownItem));
    this.#progress(row, one);
    this.part("error", row).textContent = one.error;
    this.part("error", row).hidden = one.state !== "failed";
    this.#notes(row, one);
    this.#files(row, one);
    const download = this.part("download", row);
    download.href = `/api/v1/exports/${one.id}/export.zip`;
    download.querySelector("span").textContent = t("Download ({size})", { size: bytes(one.size) });
    download.hidden = one.state !== "done";
    const letter = this.part("letter", row);
    letter.href = `/api/v1/exports/${one.id}/letter.txt`;
    letter.hidden = download.hidden || !one.purpose.subject;
    this.part("expiry", row).textContent = one.expires ? t("Kept until {time}", { time: dayAndTime(Date.parse(one.expires)) }) : "";
  }

  #progress(row, { state, done_bytes, total_bytes, cancelling }) {
    const badge = row.querySelector(".badge");
    badge.textContent = cancelling && state === "running" ? t("Being cancelled") : STATES[state].text;
    badge.dataset.tone = STATES[state].tone;
    badge.dataset.state = state;
    const running = state === "running" || state === "queued";
    this.part("progress", row).hidden = !running;
    const bar = row.querySelector("progress");
    bar.setAttribute("aria-label", t("Progress"));
    if (total_bytes) bar.value = done_bytes / total_bytes; else bar.removeAttribute("value");
    this.part("amount", row).textContent = total_bytes ? t("{done} of {total}", { done: bytes(done_bytes), total: bytes(total_bytes) }) : t("Looking at the recordings…");
    this.part("cancel", row).hidden = !running;
    this.part("delete", row).hidden = running;
  }

  #notes(row, { notes }) {
    const place = this.part("notes", row);
    place.hidden = notes.length === 0;
    place.querySelector("summary").textContent = n("{count} time is not in it", "{count} times are not in it", notes.length);
    place.querySelector("ul").replaceChildren(...notes.map(({ camera, start, end, reason }) => {
      const times = start ? `: ${dayAndTime(Date.parse(start))} – ${dayAndTime(Date.parse(end))}` : "";
      return make("li", {}, `${camera}${times}: ${REASONS[reason] ?? reason}`);
    }));
  }

  #files(row, one) {
    const place = this.part("files", row);
    place.hidden = one.files.length === 0;
    place.querySelector("ul").replaceChildren(...one.files.map((file) => {
      const address = `/api/v1/exports/${one.id}/files/${file.number}.mp4`;
      const name = make("a", { href: `${address}?download=1` }, `${file.name} (${bytes(file.size)})`);
      return make("li", {}, name, make("button", { type: "button", className: "button", onclick: () => show(address, file.name) }, t("Play")));
    }));
  }

  #heard({ op, message }) {
    const row = op === "message" && this.#rows.get(message.id);
    if (!row) return op === "message" ? this.#refresh() : null;
    const over = !["queued", "running"].includes(message.state);
    if (over) return this.#refresh();
    return this.#progress(row, message);
  }

  async #remove(one) {
    const sure = await confirmed({
      title: t("Delete this export?"),
      text: t("The archive is removed from the server. The recordings stay."),
      button: t("Delete"),
    });
    if (sure) await this.#act(`exports/${one.id}/`, "DELETE", t("The export was deleted."));
  }

  async #act(path, method, words) {
    try {
      await call(path, { method });
      toast(words, "good");
    } catch (error) {
      toast(error.message, "bad");
    }
    await this.#refresh();
  }
}

function shownItem({ name, start, end }) {
  return make("li", {}, make("strong", {}, name), make("span", {}, `${dayAndTime(Date.parse(start))} – ${dayAndTime(Date.parse(end))}`));
}

function show(address, name) {
  const dialog = document.getElementById("export-player");
  const video = dialog.querySelector("video");
  const failure = dialog.querySelector(".notice");
  dialog.querySelector("h2").textContent = name;
  failure.hidden = true;
  video.onerror = () => {
    failure.textContent = t("This browser cannot play the recording; it may be in a codec it does not know.");
    failure.hidden = false;
  };
  video.src = address;
  dialog.onclose = () => { video.onerror = null; video.removeAttribute("src"); video.load(); };
  dialog.showModal();
  video.play().catch(() => {});
}

customElements.define("eyrie-exports", Exports);

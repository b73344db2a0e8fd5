// <eyrie-region>: a rectangle drawn over a picture. Made by its page: region.lie(frame, ...pictures), the frame being what
// the pictures are fitted into. Property area: {left, top, right, bottom} in parts of the picture, null without one.
//
// Drag to draw it. With the keyboard the arrow keys move it, and with Shift they size it. Event: "drawn".

import { t } from "eyrie/i18n.js";

const LEAST = 0.02; // part of the picture: less is a click
const STEP = 0.05;
const FIRST = { left: 0.35, top: 0.35, right: 0.65, bottom: 0.65 }; // of who has no pointer
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const within = (value) => Math.max(0, Math.min(1, value));

class Region extends HTMLElement {
  #area = null;
  #from = null;
  #pictures = [];
  #resized = new ResizeObserver(() => this.#fit());

  connectedCallback() {
    this.box = Object.assign(document.createElement("span"), { className: "drawn", hidden: true });
    this.replaceChildren(this.box);
    this.tabIndex = 0;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", t("Where to look: drag, or use the arrow keys, with Shift to change the size"));
    for (const name of ["wheel", "dblclick"]) this.addEventListener(name, (event) => event.stopPropagation());
    this.addEventListener("pointerdown", (event) => this.#begin(event));
    this.addEventListener("pointermove", (event) => this.#stretch(event));
    this.addEventListener("pointerup", (event) => this.#end(event));
    this.addEventListener("pointercancel", () => { this.#from = null; });
    this.addEventListener("keydown", (event) => this.#key(event));
  }

  disconnectedCallback() {
    this.#resized.disconnect();
  }

  lie(frame, ...pictures) {
    this.#pictures = pictures;
    frame.append(this);
    this.#resized.observe(frame);
    for (const picture of pictures) for (const name of ["loadedmetadata", "resize", "load"]) picture.addEventListener(name, () => this.#fit());
    this.#fit();
  }

  get area() { return this.#area; }

  set area(area) {
    this.#area = area;
    this.box.hidden = !area;
    if (!area) return;
    const { left, top, right, bottom } = area, per = (value) => `${value * 100}%`;
    Object.assign(this.box.style, { left: per(left), top: per(top), width: per(right - left), height: per(bottom - top) });
  }

  // Lie on the picture, not on the bars beside it.
  #fit() {
    const shown = this.#pictures.find((picture) => !picture.hidden && (picture.videoWidth || picture.naturalWidth));
    const frame = this.parentElement;
    if (!frame) return;
    const wide = shown?.videoWidth || shown?.naturalWidth || 16, high = shown?.videoHeight || shown?.naturalHeight || 9;
    const scale = Math.min(frame.clientWidth / wide, frame.clientHeight / high), width = wide * scale, height = high * scale;
    const px = (value) => `${value}px`;
    Object.assign(this.style, {
      left: px((frame.clientWidth - width) / 2), top: px((frame.clientHeight - height) / 2), width: px(width), height: px(height),
    });
  }

  #at(event) {
    const box = this.getBoundingClientRect();
    return { x: within((event.clientX - box.left) / box.width), y: within((event.clientY - box.top) / box.height) };
  }

  #begin(event) {
    event.stopPropagation();
    if (event.button) return;
    this.setPointerCapture(event.pointerId);
    this.#from = this.#at(event);
  }

  #stretch(event) {
    event.stopPropagation();
    if (!this.#from) return;
    const { x, y } = this.#at(event), from = this.#from;
    this.area = { left: Math.min(x, from.x), right: Math.max(x, from.x), top: Math.min(y, from.y), bottom: Math.max(y, from.y) };
  }

  #end(event) {
    event.stopPropagation();
    if (!this.#from) return;
    this.#stretch(event);
    this.#from = null;
    const { left, right, top, bottom } = this.#area;
    if (right - left < LEAST || bottom - top < LEAST) this.area = null;
    this.dispatchEvent(new Event("drawn", { bubbles: true }));
  }

  #key(event) {
    const arrow = ARROWS[event.key];
    if (!arrow || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const area = this.#area ?? FIRST;
    if (!this.#area) this.area = FIRST;
    else if (event.shiftKey) this.area = sized(area, ...arrow);
    else this.area = moved(area, ...arrow);
    this.dispatchEvent(new Event("drawn", { bubbles: true }));
  }
}

function moved({ left, top, right, bottom }, x, y) {
  const across = Math.max(-left, Math.min(1 - right, x)), down = Math.max(-top, Math.min(1 - bottom, y));
  return { left: left + across, right: right + across, top: top + down, bottom: bottom + down };
}

function sized(area, x, y) {
  return { ...area, right: Math.max(area.left + STEP, within(area.right + x)), bottom: Math.max(area.top + STEP, within(area.bottom + y)) };
}

customElements.define("eyrie-region", Region);

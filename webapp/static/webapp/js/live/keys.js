// The keys of the live page.

import { t } from "eyrie/i18n.js";
import { shortcuts } from "eyrie/shortcuts.js";

const PAN = 0.1; // of the tile
const STEPS = { ArrowLeft: [-PAN, 0], ArrowRight: [PAN, 0], ArrowUp: [0, -PAN], ArrowDown: [0, PAN] };

export function keys({ wall, views, tour, stopTour, fullscreen, tray, closeTray }) {
  const tile = (does) => () => (wall.chosen ? does(wall.chosen) : false);
  const onButton = ({ target }) => Boolean(target.closest("button, a, summary"));

  function arrow(event) {
    if (event.target.closest("eyrie-tray, [popover]")) return false;
    if (!event.shiftKey && wall.hasAttribute("enlarged")) return wall.turn(STEPS[event.key][0] + STEPS[event.key][1] > 0 ? 1 : -1);
    if (!event.shiftKey) return wall.go(event.key);
    return tile(({ zoom }) => zoom.pan(...STEPS[event.key]))();
  }

  function back() {
    if (wall.enlarge(null) || wall.hasAttribute("enlarged")) return true;
    return wall.chosen?.hasAttribute("replaying") ? wall.chosen.backToLive() : closeTray();
  }

  function view({ key }) {
    const found = views.list[Number(key) - 1];
    if (!found) return false;
    stopTour();
    return views.open(found);
  }

  shortcuts(t("Wall"), [
    { keys: Object.keys(STEPS), shown: "← ↑ ↓ →", text: t("To the next tile, enlarged to the next camera; with Shift move a zoomed picture, with Alt a free tile, with Alt and Shift its size"), run: arrow },
    { keys: ["Enter"], text: t("Enlarge the tile, and back"), run: (event) => (onButton(event) ? false : tile((one) => one.camera && wall.enlarge(one))()) },
    { keys: ["Escape"], shown: "Esc", text: t("Back to the wall, back to live"), run: back },
    { keys: ["Delete"], shown: "Del", text: t("Take the camera off the wall"), run: tile((one) => one.camera && wall.clear(one)) },
    { keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], shown: "1 … 9", text: t("Open a view"), run: view },
    { keys: ["t"], shown: "T", text: t("Start or stop the tour of the views"), run: tour },
    { keys: ["c"], shown: "C", text: t("Show or hide the cameras"), run: tray },
    { keys: ["f"], shown: "F", text: t("Full screen"), run: fullscreen },
    { keys: ["v"], shown: "V", text: t("Save as a view"), run: () => views.ask() },
  ]);
  shortcuts(t("Tile"), [
    { keys: [" "], shown: t("Space"), text: t("Freeze the picture, and go on"), run: (event) => (onButton(event) ? false : tile((one) => one.toggleFrozen())()) },
    { keys: ["i"], shown: "I", text: t("Play the last 30 seconds, and back to live"), run: tile((one) => one.replay()) },
    { keys: ["p"], shown: "P", text: t("Move the camera, and done"), run: tile((one) => one.steer()) },
    { keys: ["h"], shown: "H", text: t("Hold to talk through the camera"), run: (event) => (event.repeat ? true : tile((one) => one.speak())()) },
    { keys: ["m"], shown: "M", text: t("Sound"), run: tile((one) => one.toggleMute()) },
    { keys: ["s"], shown: "S", text: t("Snapshot"), run: tile((one) => one.camera && one.snapshot()) },
    { keys: ["+", "="], shown: "+", text: t("Closer"), run: tile(({ zoom }) => zoom.by(1.25)) },
    { keys: ["-"], text: t("Farther"), run: tile(({ zoom }) => zoom.by(0.8)) },
    { keys: ["0"], text: t("The whole picture"), run: tile(({ zoom }) => zoom.reset()) },
  ]);
  shortcuts(t("While a camera is moved"), [
    { keys: [], shown: "← ↑ ↓ →", text: t("Turn it; with Shift quickly"), run: () => false },
    { keys: [], shown: "+ −", text: t("Zoom"), run: () => false },
    { keys: [], shown: "1 … 9", text: t("To a position"), run: () => false },
    { keys: [], shown: "Home", text: t("To the home position"), run: () => false },
    { keys: [], shown: t("Gamepad"), text: t("Left stick turns, right stick zooms, buttons are positions"), run: () => false },
  ]);
}

// Moving and sizing a tile of the free layout with the pointer, in whole cells; `done` gets its place on release.

import { FREE_GRID } from "components/wall/layouts.js";

export function freely(wall, tile, start, place, sizing, done) {
  start.preventDefault();
  const { width, height } = wall.getBoundingClientRect();
  let wanted = { ...place };
  const move = (event) => {
    const right = Math.round(((event.clientX - start.clientX) / width) * FREE_GRID);
    const down = Math.round(((event.clientY - start.clientY) / height) * FREE_GRID);
    wanted = sizing ? sized(place, right, down) : moved(place, right, down);
    tile.style.gridArea = `${wanted.row + 1} / ${wanted.column + 1} / span ${wanted.height} / span ${wanted.width}`;
  };
  const end = (event) => {
    for (const name of ["pointermove", "pointerup", "pointercancel"]) tile.removeEventListener(name, name === "pointermove" ? move : end);
    tile.toggleAttribute("moving", false);
    done(event.type === "pointerup" ? wanted : place);
  };
  tile.setPointerCapture(start.pointerId);
  tile.toggleAttribute("moving", true);
  tile.addEventListener("pointermove", move);
  tile.addEventListener("pointerup", end);
  tile.addEventListener("pointercancel", end);
}

function moved({ column, row, width, height }, right, down) {
  return { column: between(column + right, 0, FREE_GRID - width), row: between(row + down, 0, FREE_GRID - height), width, height };
}

function sized({ column, row, width, height }, right, down) {
  return { column, row, width: between(width + right, 1, FREE_GRID - column), height: between(height + down, 1, FREE_GRID - row) };
}

function between(value, least, most) {
  return Math.min(Math.max(value, least), most);
}

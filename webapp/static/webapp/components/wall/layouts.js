// The fixed layouts, as places {column, row, width, height} on a grid of so many columns and rows, in reading order; and
// the free one, whose tiles say their own places.

export const FREE = "free";
export const FREE_GRID = 12;

function even(n) {
  const places = Array.from({ length: n * n }, (_, at) => ({ column: at % n, row: Math.floor(at / n), width: 1, height: 1 }));
  return { columns: n, rows: n, places };
}

// One large tile at the top left, small ones right of it and below.
function oneLarge(n) {
  const large = { column: 0, row: 0, width: n - 1, height: n - 1 };
  const right = Array.from({ length: n - 1 }, (_, row) => ({ column: n - 1, row, width: 1, height: 1 }));
  const below = Array.from({ length: n }, (_, column) => ({ column, row: n - 1, width: 1, height: 1 }));
  return { columns: n, rows: n, places: [large, ...right, ...below] };
}

export const LAYOUTS = {
  "1x1": even(1),
  "2x2": even(2),
  "3x3": even(3),
  "4x4": even(4),
  "1+5": oneLarge(3),
  "1+7": oneLarge(4),
};

export const NAMES = [...Object.keys(LAYOUTS), FREE];

// The smallest even layout that holds so many cameras.
export function fitting(count) {
  return ["1x1", "2x2", "3x3"].find((name) => LAYOUTS[name].places.length >= count) ?? "4x4";
}

export function overlap(one, other) {
  return one.column < other.column + other.width && other.column < one.column + one.width
    && one.row < other.row + other.height && other.row < one.row + one.height;
}

export function inside({ column, row, width, height }) {
  return column >= 0 && row >= 0 && width >= 1 && height >= 1 && column + width <= FREE_GRID && row + height <= FREE_GRID;
}

// Where a further free tile fits: the largest of some sizes that finds room; null when the wall is full.
export function room(tiles) {
  for (const size of [6, 4, 3, 2]) {
    for (let row = 0; row + size <= FREE_GRID; row++) {
      for (let column = 0; column + size <= FREE_GRID; column++) {
        const place = { column, row, width: size, height: size };
        if (!tiles.some((tile) => overlap(tile, place))) return place;
      }
    }
  }
  return null;
}

// A little picture of a layout.
export function drawing(name, size = 18) {
  const { columns, rows, places } = LAYOUTS[name] ?? { columns: 6, rows: 6, places: [{ column: 0, row: 0, width: 4, height: 3 }, { column: 4, row: 1, width: 2, height: 2 }, { column: 1, row: 3, width: 3, height: 3 }] };
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${columns} ${rows}`, width: size, height: size, fill: "currentColor", "aria-hidden": "true" })) svg.setAttribute(key, value);
  const line = columns / 16;
  for (const { column, row, width, height } of places) {
    const cell = document.createElementNS(svg.namespaceURI, "rect");
    for (const [key, value] of Object.entries({ x: column + line, y: row + line, width: width - 2 * line, height: height - 2 * line })) cell.setAttribute(key, value);
    svg.append(cell);
  }
  return svg;
}

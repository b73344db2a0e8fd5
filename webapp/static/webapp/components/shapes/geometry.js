// Shapes on a picture: points are [x, y] in parts of it, from 0 (left, top) to 1.

const within = (value) => Math.min(Math.max(Math.round(value * 1000) / 1000, 0), 1);

export const inPicture = (point) => point.map(within);

// The whole shape, moved as far as the picture reaches.
export function shifted(points, by) {
  const room = by.map((step, axis) => {
    const places = points.map((point) => point[axis]);
    return Math.max(-Math.min(...places), Math.min(1 - Math.max(...places), step));
  });
  return points.map((point) => inPicture(point.map((value, axis) => value + room[axis])));
}

export function rectangle([x, y], [u, v]) {
  const [left, right] = [Math.min(x, u), Math.max(x, u)], [top, bottom] = [Math.min(y, v), Math.max(y, v)];
  return [[left, top], [right, top], [right, bottom], [left, bottom]].map(inPicture);
}

export const halfway = ([x, y], [u, v]) => [(x + u) / 2, (y + v) / 2];

export function middle(points) {
  return [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
}

// The edge a new corner is put into; an edge has the number of the corner it begins at.
export function longestEdge(points) {
  const length = (at) => Math.hypot(...points[at].map((value, axis) => value - points[(at + 1) % points.length][axis]));
  return points.map((_, at) => at).reduce((best, at) => (length(at) > length(best) ? at : best), 0);
}

export function withCorner(points, edge) {
  return points.toSpliced(edge + 1, 0, inPicture(halfway(points[edge], points[(edge + 1) % points.length])));
}

// Whether two edges that do not share a corner cut each other.
export function crossed(points) {
  const edges = points.map((corner, at) => [corner, points[(at + 1) % points.length]]);
  const side = ([[ax, ay], [bx, by]], [x, y]) => Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));
  return edges.some((one, i) => edges.some((other, j) => j > i + 1 && !(i === 0 && j === edges.length - 1)
    && side(one, other[0]) * side(one, other[1]) < 0 && side(other, one[0]) * side(other, one[1]) < 0));
}

// A point or a part of the picture, chosen upon it: a click is a point, a drag is a box.
//
//   aiming(surface, { place, chosen }): place() is the picture's own {left, top, width, height} in px of the surface;
//   chosen({x, y, part}): the middle as fractions of the picture, and how much of its width the box takes (1 for a point).

const BOX_FROM = 12; // px; a shorter drag is a click that slipped
const LEAST = 0.02;

export function aiming(surface, { place, chosen }) {
  const box = Object.assign(document.createElement("span"), { className: "box", hidden: true });
  surface.append(box);
  let from = null;

  const at = (event) => {
    const { left, top } = surface.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const draw = (to) => {
    const wide = Math.abs(to.x - from.x), high = Math.abs(to.y - from.y);
    box.hidden = Math.hypot(wide, high) < BOX_FROM;
    Object.assign(box.style, { left: `${Math.min(from.x, to.x)}px`, top: `${Math.min(from.y, to.y)}px`, width: `${wide}px`, height: `${high}px` });
  };
  const end = () => {
    from = null;
    box.hidden = true;
  };

  surface.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    from = at(event);
    surface.setPointerCapture(event.pointerId);
  });
  surface.addEventListener("pointermove", (event) => { if (from) draw(at(event)); });
  surface.addEventListener("pointercancel", end);
  surface.addEventListener("pointerup", (event) => {
    if (!from) return;
    const picture = place(), to = at(event), start = from;
    end();
    const x = ((start.x + to.x) / 2 - picture.left) / picture.width, y = ((start.y + to.y) / 2 - picture.top) / picture.height;
    if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) return;
    const slipped = Math.hypot(to.x - start.x, to.y - start.y) < BOX_FROM;
    const part = slipped ? 1 : Math.max(Math.abs(to.x - start.x) / picture.width, Math.abs(to.y - start.y) / picture.height, LEAST);
    chosen({ x, y, part: Math.min(1, part) });
  });
}

// Where a picture lies that is fitted whole into a surface.
export function fitted(surface, picture) {
  const { clientWidth: across, clientHeight: down } = surface;
  const width = picture?.videoWidth ?? picture?.naturalWidth ?? picture?.width, height = picture?.videoHeight ?? picture?.naturalHeight ?? picture?.height;
  const scale = width && height ? Math.min(across / width, down / height) : 0;
  if (!scale) return { left: 0, top: 0, width: across, height: down };
  return { left: (across - width * scale) / 2, top: (down - height * scale) / 2, width: width * scale, height: height * scale };
}

// Digital zoom of a picture by wheel, pinch and drag: zoomable(frame, ...pictures). A double click of the page's own is
// left alone. The frame must hide what overflows. Returns {reset(), by(factor), pan(right, down)}; panning is by parts of
// the frame. The frame sends "zoom-change", detail {scale}.

const MOST = 16;

export function zoomable(frame, ...pictures) {
  let scale = 1, x = 0, y = 0; // of the picture's centre, in px of the frame
  const pointers = new Map();
  let pinch = null;

  const show = () => {
    const wide = (frame.clientWidth * (scale - 1)) / 2, high = (frame.clientHeight * (scale - 1)) / 2;
    x = Math.max(-wide, Math.min(wide, x));
    y = Math.max(-high, Math.min(high, y));
    for (const picture of pictures) picture.style.transform = scale === 1 ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
    frame.toggleAttribute("data-zoomed", scale > 1);
    frame.dispatchEvent(new CustomEvent("zoom-change", { bubbles: true, detail: { scale } }));
  };
  const zoom = (factor, from = { x: 0, y: 0 }) => {
    const next = Math.max(1, Math.min(MOST, scale * factor)), by = next / scale;
    x = from.x - (from.x - x) * by;
    y = from.y - (from.y - y) * by;
    scale = next;
    show();
  };
  const place = (event) => {
    const box = frame.getBoundingClientRect();
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
  };
  const spread = ([one, other]) => Math.hypot(one.x - other.x, one.y - other.y);
  const leave = (event) => { pointers.delete(event.pointerId); pinch = null; };

  frame.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-Math.max(-200, Math.min(200, event.deltaY)) * 0.004), place(event));
  }, { passive: false });
  frame.addEventListener("pointerdown", (event) => {
    if (event.target.closest("button, a")) return;
    pointers.set(event.pointerId, place(event));
    if (pointers.size === 2) pinch = spread([...pointers.values()]);
  });
  frame.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId), now = place(event);
    if (!before) return;
    pointers.set(event.pointerId, now);
    if (pinch) {
      const [one, other] = [...pointers.values()], wide = spread([one, other]);
      zoom(wide / pinch, { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
      pinch = wide;
    } else if (scale > 1) {
      frame.setPointerCapture(event.pointerId);
      x += now.x - before.x;
      y += now.y - before.y;
      show();
    }
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) frame.addEventListener(name, leave);
  const pan = (right, down) => {
    x -= right * frame.clientWidth;
    y -= down * frame.clientHeight;
    show();
  };
  return { by: zoom, pan, reset: () => { scale = 1; x = y = 0; show(); } };
}

// A stroke of one finger: swipes(element, { may(event), swiped(way) }), way: "left", "right" or "down".
//
// A second finger makes it a pinch, which is somebody else's.

const FAR = 48; // px
const STEEP = 1.5; // times as far in one direction as in the other

export function swipes(element, { may, swiped }) {
  let from = null;
  element.addEventListener("pointerdown", (event) => {
    from = event.pointerType === "touch" && event.isPrimary && may(event) ? { x: event.clientX, y: event.clientY } : null;
  });
  element.addEventListener("pointercancel", () => { from = null; });
  element.addEventListener("pointerup", (event) => {
    if (!from || !event.isPrimary) return;
    const across = event.clientX - from.x, down = event.clientY - from.y;
    from = null;
    if (Math.abs(across) > FAR && Math.abs(across) > STEEP * Math.abs(down)) swiped(across < 0 ? "left" : "right");
    else if (down > FAR && down > STEEP * Math.abs(across)) swiped("down");
  });
}

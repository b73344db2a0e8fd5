// Rows that are put in order by dragging their grip, with mouse, pen or finger; the keyboard has its arrow buttons.

// dropped() is called when the order has changed. Returns a function that says whether a row is being dragged.
export function draggable(list, dropped) {
  let row = null, before = "";

  const order = () => [...list.children].map((one) => one.dataset.camera).join();

  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip");
    if (!grip || event.button) return;
    event.preventDefault();
    row = grip.closest("li");
    before = order();
    row.setAttribute("data-dragged", "");
    list.setPointerCapture(event.pointerId);
  });
  list.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (!row) return;
    const over = document.elementFromPoint(clientX, clientY)?.closest("li");
    if (!over || over === row || over.parentElement !== list) return;
    const { top, height } = over.getBoundingClientRect();
    if (clientY < top + height / 2) over.before(row);
    else over.after(row);
  });
  const end = () => {
    if (!row) return;
    row.removeAttribute("data-dragged");
    row = null;
    if (order() !== before) dropped();
  };
  list.addEventListener("pointerup", end);
  list.addEventListener("pointercancel", end);
  return () => row !== null;
}

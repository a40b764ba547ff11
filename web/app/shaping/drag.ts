/**
 * Drags an item of a list to another place, with a mouse, a pen or a finger.
 * @module
 */

/** So close to an edge of the window, the page scrolls. */
const EDGE_PIXELS = 70;

/** How far the page scrolls with each movement there. */
const SCROLL_PIXELS = 14;

/**
 * Starts to drag the list item of a handle, until the pointer is released. Escape ends it without a
 * change.
 *
 * @param event the press of the handle, which needs the style `touch-action: none`
 * @param drop called with the new index of the item, if it is another one
 */
export function startDrag(event: PointerEvent, drop: (to: number) => void): void {
  const handle = event.currentTarget as HTMLElement;
  const row = handle.closest("li");
  const list = row?.parentElement;
  if (!row || !list || event.button !== 0) return;
  event.preventDefault();
  const rows = [...list.children].filter((child) => child.matches("li")) as HTMLElement[];
  const from = rows.indexOf(row);
  const boxes = rows.map((one) => {
    const { top, height } = one.getBoundingClientRect();
    return { top: top + scrollY, height };
  });
  const startY = event.pageY;
  let to = from;
  const ended = new AbortController();
  const { signal } = ended;

  function move({ pageY, clientY }: PointerEvent): void {
    const offset = pageY - startY;
    to = placeAt(boxes, { from, offset });
    row!.style.transform = `translateY(${offset}px)`;
    rows.forEach((one, index) => {
      if (index === from) return;
      const isPassed = index > from ? index <= to : index >= to;
      const height = boxes[from]!.height;
      one.style.transform = isPassed ? `translateY(${index > from ? -height : height}px)` : "";
    });
    if (clientY < EDGE_PIXELS) scrollBy(0, -SCROLL_PIXELS);
    if (clientY > innerHeight - EDGE_PIXELS) scrollBy(0, SCROLL_PIXELS);
  }

  function end(isDropped: boolean): void {
    ended.abort();
    row!.classList.remove("dragged");
    list!.classList.remove("sorting");
    for (const one of rows) one.style.transform = "";
    if (isDropped && to !== from) drop(to);
  }

  handle.setPointerCapture(event.pointerId);
  row.classList.add("dragged");
  list.classList.add("sorting");
  handle.addEventListener("pointermove", move, { signal });
  handle.addEventListener("pointerup", () => end(true), { signal });
  handle.addEventListener("pointercancel", () => end(false), { signal });
  addEventListener("keydown", ({ key }) => key === "Escape" && end(false), { signal });
}

/**
 * Returns the index that a dragged row has at a position: behind all rows whose middle it has passed.
 *
 * @param boxes where the rows are, in pixels of the page
 * @param dragged `from`: its index before; `offset`: how far it was dragged
 */
export function placeAt(
  boxes: readonly { top: number; height: number }[],
  { from, offset }: { from: number; offset: number },
): number {
  const { top, height } = boxes[from]!;
  const [upper, lower] = [top + offset, top + offset + height];
  return boxes.filter((box, index) => {
    const middle = box.top + box.height / 2;
    return index < from ? upper > middle : index > from && lower > middle;
  }).length;
}

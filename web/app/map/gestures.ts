/**
 * How pointers, fingers, wheels and keys move a map.
 * @module
 */

/** What gestures ask for. Lengths are parts of the width of the map. */
export interface MapMoves {
  /** Moves the ground with the pointer. */
  pan(dx: number, dy: number): void;
  /** Zooms around a point that stays in place. */
  zoom(factor: number, at: { x: number; y: number }, isSmooth?: boolean): void;
  /** Shows the whole map. */
  reset(): void;
  /** Takes back the emphasis of a place. */
  leave(): void;
}

/** A pointer that moves less has clicked. */
const CLICK_PIXELS = 5;

/** How much a wheel zooms, for each of its pixels. */
const WHEEL_ZOOM = 0.004;

/** How far a key moves the map. */
const KEY_STEP = 0.15;

const KEY_ZOOM = 1.6;

const MIDDLE = { x: 0.5, y: 0.5 };

/**
 * Listens to gestures on a map.
 *
 * @returns a function that stops listening
 */
export function listenToGestures(element: HTMLElement, moves: MapMoves): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  listenToPointer(element, moves, signal);
  listenToWheel(element, moves, signal);
  listenToFingers(element, moves, signal);
  element.addEventListener("keydown", (event) => {
    if (followKey(event, moves)) event.preventDefault();
  }, { signal });
  return () => listeners.abort();
}

/** Returns a point of the window as a part of the width of the map. */
function pointOn(element: HTMLElement, { clientX, clientY }: MouseEvent | Touch) {
  const { left, top, width } = element.getBoundingClientRect();
  return { x: (clientX - left) / width, y: (clientY - top) / width, width };
}

/** Lets a mouse or a pen drag the map, and zoom with a double click. */
function listenToPointer(element: HTMLElement, moves: MapMoves, signal: AbortSignal): void {
  let last: PointerEvent | null = null;
  let isDragged = false;
  element.addEventListener("pointerdown", (event) => {
    const isControl = (event.target as Element).closest("button");
    isDragged = false;
    last = event.button === 0 && event.pointerType !== "touch" && !isControl ? event : null;
  }, { signal });
  element.addEventListener("pointermove", (event) => {
    if (!last) return;
    const [dx, dy] = [event.clientX - last.clientX, event.clientY - last.clientY];
    if (!isDragged && Math.hypot(dx, dy) < CLICK_PIXELS) return;
    if (!isDragged) element.setPointerCapture(event.pointerId);
    isDragged = true;
    element.classList.add("dragged");
    last = event;
    const width = element.clientWidth;
    moves.pan(dx / width, dy / width);
  }, { signal });
  for (const type of ["pointerup", "pointercancel"] as const) {
    element.addEventListener(type, () => {
      last = null;
      element.classList.remove("dragged");
    }, { signal });
  }
  // The click at the end of a drag is none. Links would be dragged in place of the map.
  element.addEventListener("click", (event) => {
    if (isDragged) event.stopPropagation();
    if (isDragged) event.preventDefault();
  }, { signal, capture: true });
  element.addEventListener("dragstart", (event) => event.preventDefault(), { signal });
  element.addEventListener("dblclick", (event) => {
    if ((event.target as Element).closest("button")) return;
    moves.zoom(event.shiftKey ? 0.5 : 2, pointOn(element, event), true);
  }, { signal });
}

/** A wheel scrolls the page, but with Ctrl, or after a click on the map, it zooms. */
function listenToWheel(element: HTMLElement, moves: MapMoves, signal: AbortSignal): void {
  let isChosen = false;
  element.addEventListener("pointerdown", () => void (isChosen = true), { signal });
  element.addEventListener("pointerleave", () => void (isChosen = false), { signal });
  element.addEventListener("wheel", (event) => {
    if (!isChosen && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL
      ? event.deltaY
      : event.deltaY * 16;
    moves.zoom(Math.exp(-pixels * WHEEL_ZOOM), pointOn(element, event));
  }, { signal, passive: false });
}

/** One finger scrolls the page, two fingers move the map. */
function listenToFingers(element: HTMLElement, moves: MapMoves, signal: AbortSignal): void {
  const pinchOf = ({ touches }: TouchEvent) => {
    const [a, b] = [pointOn(element, touches[0]!), pointOn(element, touches[1]!)];
    return {
      x: (a.x + b.x) / 2,
      y: (a.y + b.y) / 2,
      spread: Math.max(0.01, Math.hypot(a.x - b.x, a.y - b.y)),
    };
  };
  let last: ReturnType<typeof pinchOf> | null = null;
  element.addEventListener("touchstart", (event) => {
    last = event.touches.length === 2 ? pinchOf(event) : null;
    if (last && event.cancelable) event.preventDefault();
  }, { signal, passive: false });
  element.addEventListener("touchmove", (event) => {
    if (!last || event.touches.length !== 2) return;
    if (event.cancelable) event.preventDefault();
    const pinch = pinchOf(event);
    moves.pan(pinch.x - last.x, pinch.y - last.y);
    moves.zoom(pinch.spread / last.spread, pinch);
    last = pinch;
  }, { signal, passive: false });
  element.addEventListener("touchend", () => void (last = null), { signal });
}

/** Does what a key asks for. @returns whether the map knows the key */
function followKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, moves: MapMoves): boolean {
  if (ctrlKey || metaKey || altKey) return false;
  const keys: Record<string, () => void> = {
    ArrowLeft: () => moves.pan(KEY_STEP, 0),
    ArrowRight: () => moves.pan(-KEY_STEP, 0),
    ArrowUp: () => moves.pan(0, KEY_STEP),
    ArrowDown: () => moves.pan(0, -KEY_STEP),
    "+": () => moves.zoom(KEY_ZOOM, MIDDLE, true),
    "=": () => moves.zoom(KEY_ZOOM, MIDDLE, true),
    "-": () => moves.zoom(1 / KEY_ZOOM, MIDDLE, true),
    "0": moves.reset,
    Escape: moves.leave,
  };
  keys[key]?.();
  return key in keys;
}

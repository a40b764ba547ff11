/**
 * The activity or event that the reader looks at, in the list and on the map.
 * @module
 */
import { useState } from "preact/hooks";
import { stopId, type StopRef } from "../map/stop.ts";

/** Keeps the list and the map in step. */
export function useStopFocus() {
  const [focus, setFocus] = useState<StopRef | null>(null);

  function set(stop: StopRef | null): void {
    setFocus((before) => isSame(before, stop) ? before : stop);
  }

  /** Follows the pointer and the keyboard to the rows of a list, with one handler for all rows. */
  function follow({ target }: Event): void {
    const stop = stopOf((target as Element).closest("[id^=stop-]")?.id);
    if (stop) set(stop);
  }

  /** A row that scrolls under a resting pointer is not meant, and a finger scrolls. */
  function point(event: PointerEvent): void {
    if (event.pointerType === "mouse") follow(event);
  }

  return {
    focus,
    /** The handlers of the element that has the rows. */
    rowEvents: { onPointerMove: point, onFocusIn: follow, onClick: follow },
    /** Marks the row of a stop of the map and scrolls it into view. */
    show(stop: StopRef | null): void {
      set(stop);
      if (stop) scrollToStop(stop);
    },
  };
}

function scrollToStop(stop: StopRef): void {
  const row = document.getElementById(stopId(stop));
  if (!row) return;
  openAround(row);
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  row.scrollIntoView({ block: "center", behavior: isCalm ? "auto" : "smooth" });
}

/** Opens the closed day that an element is in, or that is the element. */
export function openAround(element: Element): void {
  // The menus in a day are `<details>` elements as well, so only a direct child is the day.
  const day = element.closest("details") ?? element.querySelector(":scope > details");
  if (day) day.open = true;
}

/** Reads the id of a row, as `stopId()` writes it. */
function stopOf(id = ""): StopRef | null {
  const [, part, index] = /^stop-(\d+)-(\d+)$/.exec(id) ?? [];
  return index === undefined ? null : { part: Number(part) - 1, index: Number(index) - 1 };
}

function isSame(a: StopRef | null, b: StopRef | null): boolean {
  return a?.part === b?.part && a?.index === b?.index;
}

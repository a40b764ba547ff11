/**
 * What components change outside of themselves: the title of the page, and where the focus is.
 * @module
 */
import { useEffect, useState } from "preact/hooks";

/** The title of a page, as tabs and bookmarks show it. Runs in browsers and on the server. */
export function pageTitle(title: string): string {
  return `${title} – Tripwright`;
}

/** Moves the focus from what goes to what stays, without moving the page. */
export function focusOn(id: string): void {
  document.getElementById(id)?.focus({ preventScroll: true });
}

/** Whether the script of the page runs; at first it shows what the server has written. */
export function useAwake(): boolean {
  const [isAwake, setAwake] = useState(false);
  useEffect(() => setAwake(true), []);
  return isAwake;
}

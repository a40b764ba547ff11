/**
 * Page-level state: the title, the focus, and whether the script runs.
 * @module
 */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { useWords } from "../words/words.ts";

/** Sets the title of the tab together with the content. `null` leaves it as it is. */
export function usePageTitle(title: string | null): void {
  const { pageTitle } = useWords().site;
  useLayoutEffect(() => {
    if (title !== null) document.title = pageTitle(title);
  }, [title]);
}

/** Moves the focus to an element without scrolling. Used before the focused element is removed. */
export function focusOn(id: string): void {
  document.getElementById(id)?.focus({ preventScroll: true });
}

/** Returns `false` in the first render, which must match the HTML of the server, then `true`. */
export function useAwake(): boolean {
  const [isAwake, setAwake] = useState(false);
  useEffect(() => setAwake(true), []);
  return isAwake;
}

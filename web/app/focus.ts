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

/** Whether the page has been hydrated. Effects run in browsers only. */
let wasHydrated = false;

/**
 * Returns `false` in the first render of the page, which must match the HTML of the server, then
 * `true`. What appears later starts with `true`, so that its text does not change at once.
 */
export function useAwake(): boolean {
  const [isAwake, setAwake] = useState(wasHydrated);
  useEffect(() => {
    wasHydrated = true;
    setAwake(true);
  }, []);
  return isAwake;
}

/**
 * Paper shows all days, also days that are closed on the screen.
 * @module
 */
import { useEffect } from "preact/hooks";

/**
 * Opens closed days while the browser prints. The style sheet does the same in browsers that know
 * `::details-content`.
 */
export function useWholePrint(): void {
  useEffect(() => {
    let closed: HTMLDetailsElement[] = [];
    const open = () => {
      closed = [...document.querySelectorAll<HTMLDetailsElement>(
        ".day > details:not([open]), .map-panel:not([open])",
      )];
      for (const day of closed) day.open = true;
    };
    const close = () => {
      for (const day of closed) day.open = false;
    };
    addEventListener("beforeprint", open);
    addEventListener("afterprint", close);
    return () => {
      removeEventListener("beforeprint", open);
      removeEventListener("afterprint", close);
    };
  }, []);
}

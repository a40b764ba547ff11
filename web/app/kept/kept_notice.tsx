/**
 * Tells that the page shows a copy in this browser.
 * @module
 */

/** Shows nothing yet. */
export function KeptNotice() {
  return null;
}

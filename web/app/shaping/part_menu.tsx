/**
 * The mark and the menu of a part of a plan, or of one of its items.
 * @module
 */

/** Shows nothing yet. It belongs into the list item of its part. */
export function PartMenu(_: { part: number; index?: number }) {
  return null;
}

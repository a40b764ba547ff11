/**
 * The color of a part of a plan, on the map and in lists.
 * @module
 */

/** How many colors there are; further parts begin again. */
const COLORS = 10;

/**
 * Returns the class of a part. It sets `--part`, the color of the part, and `--on-part`, the color
 * of text on it.
 *
 * @param part the index of the part
 */
export function partClass(part: number): string {
  return `part-${part % COLORS + 1}`;
}

/**
 * The colors of the pages' background, which browsers show around the page: `--paper` in the style
 * sheet.
 * @module
 */
export const COLORS = { light: "#faf8f4", dark: "#14171a" } as const;

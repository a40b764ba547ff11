/**
 * The icons of the categories of places: one path each, drawn with a round pen on 24 by 24 units.
 * @module
 */
import type { Category } from "./stop.ts";

const paths: Readonly<Record<Category, string>> = {
  sight: "M4 21h16M5 17.5h14M7 17v-7m5 7v-7m5 7v-7M4 10h16l-8-6z",
  museum: "M4 5h16v14H4zm0 11 5-5 4 4 3-3 4 4M15.5 8.7h.01",
  food: "M7 3v18M4 3v5a3 3 0 0 0 6 0V3m7 18v-7h-3V8q0-4 3-5z",
  nature: "M12 22v-6m0-14 5.5 7.5H15l4 6.5H5l4-6.5H6.5z",
  shopping: "M5 8h14l1 13H4zm3.5 2V7a3.5 3.5 0 0 1 7 0v3",
  nightlife: "M4 4h16l-8 9zm8 9v7m-4 0h8M8 8h8",
  entertainment:
    "M3 7h18v3.5a1.5 1.5 0 0 0 0 3V17H3v-3.5a1.5 1.5 0 0 0 0-3zm11 0v1.5m0 2.5v2m0 2.5V17",
  sport: "M3 9.5v5M6.5 6v12M6.5 12h11m0-6v12M21 9.5v5",
  relaxation: "M4 20h16M7 16c-2-3 2-5 0-9m5 9c-2-3 2-5 0-9m5 9c-2-3 2-5 0-9",
  transport: "M5 4h14v13H5zm0 7h14M8 17v3m8-3v3m-7.5-6h.01m6.99 0h.01",
  lodging: "M3 5v15m0-4h18v4m0-4v-3a3 3 0 0 0-3-3h-8v6M6.5 11.5h.01",
  other: "M12 21s7-6.5 7-12A7 7 0 0 0 5 9c0 5.5 7 12 7 12zm0-12h.01",
};

/** Returns the path of an icon; the API may add categories that this version does not know. */
export function iconPath(category: Category): string {
  return paths[category] ?? paths.other;
}

/** Shows the icon of a category in the color and size of the text around it. It has no name. */
export function CategoryIcon({ category }: { category: Category }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d={iconPath(category)} />
    </svg>
  );
}

/**
 * The English words of the web app.
 * @module
 */
import type { Language } from "./language.ts";

export const en = {
  language: "en" as Language,
  /** The name of the language in the language itself. */
  languageName: "English",

  /** The frame of all pages. */
  site: {
    skip: "Skip to the content",
    navigation: "Site",
    yourTrips: "Your trips",
    caution: "AI writes these plans. Check times and prices before you go.",
    forDevelopers: "For developers:",
    api: "API",
    errorCodes: "Error codes",
    language: "Language",
  },

  /** The page in place of one that stopped working. */
  broken: {
    title: "This page stopped working",
    text: "Your trips are not affected. Reload the page to continue.",
    reload: "Reload the page",
  },

  /** The map of a trip, and the names of the icons. */
  map: {
    summary: (places: number, parts: readonly string[]) =>
      `Map with ${places === 1 ? "1 place" : `${places} places`}${
        parts.length > 1 ? `, from “${parts[0]}” to “${parts.at(-1)}”` : ""
      }`,
    keys: "Map: the arrow keys move it, plus and minus zoom, 0 shows all",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    reset: "Show the whole trip",
    place: (
      part: string,
      { number, title, isLookedUp }: { number: number; title: string; isLookedUp: boolean },
    ) => `${part}, ${number}: ${title}${isLookedUp ? "" : " (position not confirmed)"}`,
    crowd: (count: number) => `${count} places close together`,
    legend: "On the map",
    showAll: "Show all",
    hideAll: "Hide all",
    about: "Hollow markers: we could not confirm the position.",
    credit: "Simplified outlines: Natural Earth.",
    detailed: "Detailed map",
    simple: "Simple map",
    detailedFailed: "The detailed map cannot be shown here. This is the simple one.",
    wheelHint: (key: string) => `Hold ${key} and scroll to zoom`,
    fingerHint: "Use two fingers to move the map",
    categories: {
      sight: "Sight",
      museum: "Museum",
      food: "Food",
      nature: "Nature",
      shopping: "Shopping",
      nightlife: "Nightlife",
      entertainment: "Entertainment",
      sport: "Sports",
      relaxation: "Relaxation",
      transport: "Getting around",
      lodging: "Place to stay",
      other: "Other",
    },
  },
};

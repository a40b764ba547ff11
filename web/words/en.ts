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

  /** Versions of a trip, and changes of its plan. */
  shaping: {
    /** The words for the parts of an itinerary. */
    day: {
      name: (number: number) => `Day ${number}`,
      options: (title: string) => `Options for the day “${title}”`,
      itemOptions: (title: string) => `Options for “${title}”`,
      anew: "Plan this day anew",
      another: "Another idea for this",
      describe: "Say what should be different",
      askedAnew: (number: number) => `Day ${number} planned anew`,
      askedAnother: (number: number) => `Another idea on day ${number}`,
      changed: (count: number) => `${count} days changed`,
    },
    /** The words for the parts of a weekend. */
    bundle: {
      name: (number: number) => `Bundle ${number}`,
      options: (title: string) => `Options for the bundle “${title}”`,
      itemOptions: (title: string) => `Options for “${title}”`,
      anew: "Another bundle",
      another: "Another idea for this",
      describe: "Say what should be different",
      askedAnew: (number: number) => `Another bundle ${number}`,
      askedAnother: (number: number) => `Another idea in bundle ${number}`,
      changed: (count: number) => `${count} bundles changed`,
    },
    menu: "Options",
    moveUp: "Move up",
    moveDown: "Move down",
    remove: "Remove",
    drag: "Drag to move",
    sending: "Sending…",
    moved: (title: string, { position, count }: { position: number; count: number }) =>
      `${title}: moved to place ${position} of ${count}.`,
    removed: (title: string) => `${title} removed.`,
    undo: "Undo",
    undone: "Undone.",
    restored: "This is the original plan again.",
    close: "Close",
    marks: { new: "New", changed: "Changed", writing: "Being written" },
    title: "Change this plan",
    textLabel: "What should be different?",
    textExample: "e.g. more food, less walking",
    partLabel: "Where",
    wholePlan: "In the whole plan",
    send: "Change the plan",
    hint: "You get a new version. This one stays as it is.",
    editedHint:
      "What you moved or removed stays in this browser. A new version keeps it wherever " +
      "the plan stays the same.",
    edited: "You changed this plan by hand.",
    reset: "Back to the original",
    again: "Edit your request and plan again",
    own: "Plan your own version",
    ownHint: "Only the person who planned this trip can change it here.",
    version: (number: number, count: number) => `Version ${number} of ${count}`,
    versions: "All versions",
    versionName: (number: number) => `Version ${number}`,
    first: "First plan",
    otherFacts: "Another request",
    ownWords: "changed on request",
    quoted: (text: string) => `“${text}”`,
    states: { processing: "being written", failed: "failed", canceled: "canceled" },
    changing: "We are changing your plan. The rest stays as it is.",
    since: (number: number) => `Compared with version ${number}:`,
    counts: { new: "new", changed: "changed", removed: "removed" },
    removedParts: (titles: string) => `Removed: ${titles}`,
    nothing: "nothing changed.",
    compare: (number: number) => `Compare with version ${number}`,
    compareTitle: (one: number, other: number) => `Version ${one} and version ${other}`,
    closeCompare: "Close the comparison",
    missing: "Not in this version",
    refusals: {
      invalid_request: "Say in a few words what should be different.",
      no_plan_to_refine: "This plan can't be changed. Plan the trip again instead.",
      job_not_found: "This trip has expired, so its plan can't be changed. Plan it again instead.",
      not_owner: "Only the person who planned this trip can change it. Plan your own version.",
    } as Partial<Record<string, string>>,
  },
};

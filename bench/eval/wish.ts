/**
 * A wish of the evaluation: a request, and what its plan is measured by beyond the request itself.
 * @module
 */
import type { z } from "zod";
import type { BundlesRequest } from "../../jobs/kinds/bundles/request.ts";
import type { ItineraryRequest } from "../../jobs/kinds/itinerary/request.ts";

/** Where the plan belongs: a centre, and how far its places may be from it. */
export interface Area {
  latitude: number;
  longitude: number;
  radiusKm: number;
}

/** The codes of traps as constraints. */
export const trapCodes = [
  "invented_place",
  "injection",
  "impossible_budget",
  "wrong_place",
  "past_date",
] as const;

/** What a wish tries to make the model do wrong, and what shows that it did. */
export interface Trap {
  code: typeof trapCodes[number];
  /**
   * Where the text must not be: in searches for a map, in all names of places, in dates, or anywhere.
   * Unset: anywhere.
   */
  in?: "map" | "names" | "dates" | "all";
  /** The text that must not be there. The wish does not contain it, because a plan may repeat the wish. */
  forbidden?: RegExp;
}

/** The second turn of a wish: a change of its plan. */
export interface SecondTurn {
  /** The body of the request. */
  change: Record<string, unknown>;
  /** The numbers of the days or bundles that may differ. */
  mayChange: readonly number[];
  /** What the changed plan must have. */
  shows: Shown;
}

/** How a change is visible in the plan. */
export type Shown =
  /** Day or bundle `part` has none of the titles that it had before. */
  | { newTitlesIn: number }
  /** Activity or event `item` of `part` has another title, and the others of `part` are as before. */
  | { newTitleOf: { part: number; item: number } }
  /** No activity or event of `part` has one of these categories. */
  | { part: number; without: readonly string[] }
  /** The plan has this many days. */
  | { days: number }
  /** All meals say how they meet the diet. */
  | { dietMet: true };

interface Measured {
  /** Unique, in Latin letters: other scripts do not align in a table. */
  label: string;
  /** The language of the plan (ISO 639-1). */
  language: string;
  /** Unset: the plan may be about any place. */
  area?: Area | undefined;
  /** What the plan must be about, because the wish asks for it: one pattern for each interest. */
  interests?: readonly RegExp[] | undefined;
  /** For trips to several cities: the names of each, as a pattern. */
  cities?: readonly RegExp[] | undefined;
  trap?: Trap | undefined;
  refine?: SecondTurn | undefined;
}

export type ItineraryWish = Measured & {
  kind: "itinerary";
  request: z.input<typeof ItineraryRequest>;
};

export type BundlesWish = Measured & {
  kind: "bundles";
  request: z.input<typeof BundlesRequest>;
};

export type Wish = ItineraryWish | BundlesWish;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Returns a date for wishes, which may be at most two years ahead.
 *
 * @param today such as `2026-11-28`
 */
export function inDays(today: string, days: number): string {
  return new Date(Date.parse(today) + days * DAY_MS).toISOString().slice(0, today.length);
}

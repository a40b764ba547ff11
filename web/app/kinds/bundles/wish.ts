/**
 * The requests of bundles.
 * @module
 */
import { hasVisibleCharacter } from "../../../../lib/characters.ts";
import type { GenerationWish } from "../../../client/job.ts";
import type { Words } from "../../../words/words.ts";
import { type FactField, factsIn, factValues, given } from "../fact_values.ts";
import { listIn, listOf, trimmed } from "../field.ts";
import { nameOf } from "../trip_facts.ts";
import type { WishView } from "../wish_view.ts";

type Preferences = GenerationWish["preferences"];

/** The fields for texts in own words. */
export type TextField = "musicProfile" | "timeframe" | "otherPreferences";
export type BundlesField = FactField | TextField | "city" | "endDate" | "interests";

/** The maximum length of a destination. */
const MAX_TITLE_CHARACTERS = 120;

export const bundlesWish: WishView<"bundles", BundlesField> = {
  bodyOf: (values) => ({
    preferences: {
      interests: listIn(values.interests),
      musicProfile: trimmed(values.musicProfile) || null,
      timeframe: trimmed(values.timeframe) || null,
      otherPreferences: trimmed(values.otherPreferences) || null,
      ...factsIn(values),
      ...given({ endDate: trimmed(values.endDate), city: trimmed(values.city) }),
    },
  }),
  valuesOf: ({ preferences }) => ({
    ...factValues(preferences),
    city: preferences.city ?? "",
    endDate: preferences.endDate ?? "",
    interests: listOf(preferences.interests),
    musicProfile: preferences.musicProfile ?? "",
    timeframe: preferences.timeframe ?? "",
    otherPreferences: preferences.otherPreferences ?? "",
  }),
  bodyOfJob: ({ preferences }) => ({ preferences }),
  titleOf: ({ preferences }, words) => titleOf(preferences, words),
};

/** Returns the title of bundles: where they are, and what they are about. */
export function titleOf({ city, ...preferences }: Preferences, words: Words): string {
  const title = city ? words.facts.bundlesIn(city) : words.facts.bundles;
  const interests = formatInterests(preferences, words);
  return interests === "" ? title : `${title}: ${shortened(interests)}`;
}

/** Returns all interests as text, which is empty without interests. */
export function formatInterests(
  { interests }: Pick<Preferences, "interests">,
  words: Words,
): string {
  return (interests ?? []).filter(hasVisibleCharacter)
    .map((interest) => nameOf(interest, words)).join(", ");
}

function shortened(text: string): string {
  const characters = [...text];
  if (characters.length <= MAX_TITLE_CHARACTERS) return text;
  return `${characters.slice(0, MAX_TITLE_CHARACTERS - 1).join("").trimEnd()}…`;
}

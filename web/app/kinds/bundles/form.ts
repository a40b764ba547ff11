/**
 * The form of bundles: preferences.
 * @module
 */
import type { GenerationWish } from "../../../client/job.ts";
import { listError, listIn, textError, trimmed } from "../field.ts";
import type { FormView } from "../form_view.ts";

type Preferences = GenerationWish["preferences"];
type Field = "interests" | "musicProfile" | "timeframe" | "otherPreferences";

/** The maximum length of a destination. */
const MAX_TITLE_CHARACTERS = 120;

export const bundlesForm: FormView<"bundles", Field> = {
  choice: {
    title: "Weekend bundles",
    text: "Sets of events to choose from, ready in 2 to 5 minutes",
  },
  verb: "Plan my weekend",
  fields: {
    interests: {
      label: "Interests",
      hint: "Separate them with commas",
      example: "music, nightlife, street food",
      input: "line",
      errorOf: listError,
    },
    musicProfile: {
      label: "Music",
      hint: "Genres or artists that you like",
      example: "Electronic, House",
      input: "line",
      errorOf: textError,
    },
    timeframe: {
      label: "When and where",
      hint: "Dates, and a city or region",
      example: "This weekend in Berlin",
      input: "line",
      errorOf: textError,
    },
    otherPreferences: {
      label: "Anything else",
      hint: "Who is coming, your budget, what to avoid",
      example: "Two of us, underground venues, no early mornings",
      input: "area",
      errorOf: textError,
    },
  },
  bodyOf: ({ interests, musicProfile, timeframe, otherPreferences }) => ({
    preferences: {
      interests: listIn(interests),
      musicProfile: trimmed(musicProfile) || null,
      timeframe: trimmed(timeframe) || null,
      otherPreferences: trimmed(otherPreferences) || null,
    },
  }),
  valuesOf: ({ preferences: { interests, musicProfile, timeframe, otherPreferences } }) => ({
    interests: interests?.join(", ") ?? "",
    musicProfile: musicProfile ?? "",
    timeframe: timeframe ?? "",
    otherPreferences: otherPreferences ?? "",
  }),
  bodyOfJob: ({ preferences }) => ({ preferences }),
  titleOf: ({ preferences }) => titleOf(preferences),
};

export function titleOf(preferences: Preferences): string {
  const interests = formatInterests(preferences);
  return interests === "" ? "Weekend bundles" : `Weekend bundles: ${shortened(interests)}`;
}

/** Returns all interests as text, which is empty without interests. */
export function formatInterests({ interests }: Preferences): string {
  return (interests ?? []).filter((interest) => interest !== "").join(", ");
}

function shortened(text: string): string {
  const characters = [...text];
  if (characters.length <= MAX_TITLE_CHARACTERS) return text;
  return `${characters.slice(0, MAX_TITLE_CHARACTERS - 1).join("").trimEnd()}…`;
}

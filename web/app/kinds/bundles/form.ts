/**
 * The form of bundles: a city and a time, and the other preferences as details.
 * @module
 */
import { hasVisibleCharacter } from "../../../../lib/characters.ts";
import type { Words } from "../../../words/words.ts";
import type { GenerationWish } from "../../../client/job.ts";
import { dateField, factFields, optionsOf } from "../fact_fields.ts";
import { type FactField, factsIn, factValues, given } from "../fact_values.ts";
import {
  type Check,
  dateError,
  type FieldView,
  listError,
  listIn,
  listOf,
  textError,
  trimmed,
} from "../field.ts";
import type { FormView } from "../form_view.ts";
import { nameOf } from "../trip_facts.ts";

type Preferences = GenerationWish["preferences"];

type TextField = "musicProfile" | "timeframe" | "otherPreferences";
type Field = FactField | TextField | "city" | "endDate" | "interests";

/** The maximum length of a destination. */
const MAX_TITLE_CHARACTERS = 120;

/** Returns what the texts in own words have in common. */
function ownWords(name: TextField | "city"): Omit<FieldView, "input"> {
  return {
    label: ({ form }) => form[name].label,
    hint: ({ form }) => form[name].hint,
    example: ({ form }) => form[name].example,
    errorOf: textError,
  };
}

const { startDate, adults, children, amount, currency, per, pace, ...others } = factFields;

export const bundlesForm: FormView<"bundles", Field> = {
  choice: {
    title: ({ form }) => form.bundles.title,
    text: ({ form }) => form.bundles.text,
  },
  verb: ({ form }) => form.bundles.verb,
  details: ({ form }) => form.bundles.details,
  fields: {
    // The API takes wishes without a place. A person who forgets it would wait for minutes.
    city: { ...ownWords("city"), input: "line", required: true, width: "half" },
    timeframe: { ...ownWords("timeframe"), input: "line", width: "half" },
    startDate,
    endDate: { ...dateField, label: ({ form }) => form.endDate.label, errorOf: endError },
    interests: {
      label: ({ form }) => form.interests.label,
      hint: ({ form }) => form.interests.other,
      example: ({ form }) => form.interests.example,
      input: "list",
      isDetail: true,
      options: optionsOf(
        ...["music", "nightlife", "art", "theater", "street food", "markets"],
        ...["nature", "sports", "for children", "hidden gems"],
      ),
      errorOf: listError,
    },
    musicProfile: { ...ownWords("musicProfile"), input: "line", isDetail: true },
    adults,
    children,
    amount,
    currency,
    per,
    pace,
    ...others,
    otherPreferences: { ...ownWords("otherPreferences"), input: "area", isDetail: true },
  },
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

function endError(value: string | undefined, check: Check): string | null {
  const { values, words } = check;
  const error = dateError(value, check);
  if (error !== null || trimmed(value) === "") return error;
  return trimmed(value) < trimmed(values.startDate) ? words.form.beforeStart : null;
}

/**
 * The form of bundles: a city and a time, and the other preferences as details.
 * @module
 */
import { endDateField, factFields, interestsField } from "../fact_fields.ts";
import { type Check, dateError, type FieldView, textError, trimmed } from "../field.ts";
import type { FormView } from "../form_view.ts";
import type { BundlesField, TextField } from "./wish.ts";

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

export const bundlesForm: FormView<BundlesField> = {
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
    endDate: endDateField(endError),
    interests: interestsField(
      ...["music", "nightlife", "art", "theater", "street food", "markets"],
      ...["nature", "sports", "for children", "hidden gems"],
    ),
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
};

function endError(value: string | undefined, check: Check): string | null {
  const { values, words } = check;
  const error = dateError(value, check);
  if (error !== null || trimmed(value) === "") return error;
  return trimmed(value) < trimmed(values.startDate) ? words.form.beforeStart : null;
}

/**
 * The form of itineraries: a destination and a number of days, and the other facts as details.
 * @module
 */
import { endDateField, factFields, interestsField } from "../fact_fields.ts";
import { type Check, dateError, numberError, textError, trimmed, wholeNumber } from "../field.ts";
import type { FormView } from "../form_view.ts";
import { daysIn, type ItineraryField, lastDay } from "./wish.ts";

const { startDate, adults, children, amount, currency, per, pace, ...others } = factFields;

export const itineraryForm: FormView<ItineraryField> = {
  choice: {
    title: ({ form }) => form.itinerary.title,
    text: ({ form }) => form.itinerary.text,
  },
  verb: ({ form }) => form.itinerary.verb,
  details: ({ form }) => form.itinerary.details,
  fields: {
    destination: {
      label: ({ form }) => form.destination.label,
      hint: ({ form }) => form.destination.hint,
      example: ({ form }) => form.destination.example,
      input: "line",
      required: true,
      width: "most",
      errorOf: textError,
    },
    durationDays: {
      label: ({ form }) => form.durationDays.label,
      input: "number",
      required: true,
      width: "third",
      initial: "3",
      errorOf: (_, check) => numberError(daysIn(check.values), check),
    },
    startDate,
    endDate: endDateField(endError),
    adults,
    children,
    amount,
    currency,
    per,
    pace,
    interests: interestsField(
      ...["food", "art", "history", "architecture", "nature", "beaches"],
      ...["nightlife", "markets", "for children", "hidden gems"],
    ),
    ...others,
    notes: {
      label: ({ form }) => form.notes.label,
      hint: ({ form }) => form.notes.hint,
      example: ({ form }) => form.notes.example,
      input: "area",
      isDetail: true,
      errorOf: textError,
    },
  },
  followersOf: (changed, values) => {
    const days = wholeNumber(values.durationDays);
    if (changed === "endDate") return { durationDays: daysIn(values) };
    if (!["startDate", "durationDays"].includes(changed) || days === null) return {};
    return { endDate: lastDay(values.startDate ?? "", days) };
  },
};

function endError(value: string | undefined, check: Check): string | null {
  const { values, words } = check;
  const end = trimmed(value);
  const start = trimmed(values.startDate);
  // The number of days has its own limit, and the last day may be later than any first one.
  const error = dateError(value, { ...check, limits: {} });
  if (error !== null || end === "") return error;
  if (start === "") return words.form.noStart;
  return end < start ? words.form.beforeStart : null;
}

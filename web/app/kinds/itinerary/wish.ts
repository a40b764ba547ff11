/**
 * The requests of itineraries.
 * @module
 */
import { type FactField, factsIn, factValues, given } from "../fact_values.ts";
import { dateOfDay, dayNumber, listIn, listOf, trimmed, wholeNumber } from "../field.ts";
import type { FormValues } from "../form_view.ts";
import { factsOf } from "../trip_facts.ts";
import type { WishView } from "../wish_view.ts";

/** The last day is no member of the request: with the first one, it says how many days there are. */
export type ItineraryField =
  | FactField
  | "destination"
  | "durationDays"
  | "endDate"
  | "interests"
  | "notes";

export const itineraryWish: WishView<"itinerary", ItineraryField> = {
  bodyOf: (values) => ({
    destination: trimmed(values.destination),
    durationDays: wholeNumber(daysIn(values)) ?? NaN,
    ...factsIn(values),
    ...given({ interests: listIn(values.interests), notes: trimmed(values.notes) }),
  }),
  valuesOf: ({ destination, durationDays, interests, notes, ...facts }) => ({
    destination,
    durationDays: String(durationDays),
    ...factValues(facts),
    endDate: lastDay(facts.startDate ?? "", durationDays),
    interests: listOf(interests),
    notes: notes ?? "",
  }),
  bodyOfJob: (job) => {
    const { destination, durationDays } = job;
    return { destination, durationDays, ...factsOf(job) };
  },
  titleOf: ({ destination }) => destination,
  durationLabel: ({ durationDays }, { plan }) => plan.dayCount(durationDays),
};

/** Returns the number of days: that between the dates if both are given, else that of the field. */
export function daysIn({ startDate, endDate, durationDays }: FormValues): string | undefined {
  const [start, end] = [startDate, endDate].map((date) => dayNumber(trimmed(date)));
  if (start == null || end == null || end < start) return durationDays;
  return String(end - start + 1);
}

/** Returns the last day of a trip; without a first day, nothing. */
export function lastDay(startDate: string, days: number): string {
  const start = dayNumber(startDate);
  return start === null || !(days > 0) ? "" : dateOfDay(start + days - 1);
}

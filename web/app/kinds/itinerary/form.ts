/**
 * The form of itineraries: a destination and a number of days.
 * @module
 */
import { numberError, textError, trimmed, wholeNumber } from "../field.ts";
import type { FormView } from "../form_view.ts";
import { factsOf } from "../trip_facts.ts";

export const itineraryForm: FormView<"itinerary", "destination" | "durationDays"> = {
  choice: { title: "Itinerary", text: "A day-by-day plan, ready in about 20 seconds" },
  verb: "Plan my trip",
  fields: {
    destination: {
      label: "Destination",
      hint: "A city, region, or country",
      example: "Tokyo, Japan",
      input: "line",
      required: true,
      errorOf: textError,
    },
    durationDays: {
      label: "Days",
      hint: "Length of stay",
      example: "5",
      input: "number",
      required: true,
      errorOf: numberError,
    },
  },
  bodyOf: ({ destination, durationDays }) => ({
    destination: trimmed(destination),
    durationDays: wholeNumber(durationDays) ?? NaN,
  }),
  valuesOf: ({ destination, durationDays }) => ({
    destination,
    durationDays: String(durationDays),
  }),
  bodyOfJob: (job) => {
    const { destination, durationDays } = job;
    return { destination, durationDays, ...factsOf(job) };
  },
  titleOf: ({ destination }) => destination,
  durationLabel: ({ durationDays }) => durationDays === 1 ? "1 day" : `${durationDays} days`,
};

/**
 * The form of itineraries: a destination and a number of days, and the other facts as details.
 * @module
 */
import type { Words } from "../../../words/words.ts";
import { dateField, factFields, optionsOf } from "../fact_fields.ts";
import { type FactField, factsIn, factValues, given } from "../fact_values.ts";
import {
  type Check,
  dateError,
  dateOfDay,
  dayNumber,
  listError,
  listIn,
  listOf,
  numberError,
  textError,
  trimmed,
  wholeNumber,
} from "../field.ts";
import type { FormValues, FormView } from "../form_view.ts";
import { factsOf } from "../trip_facts.ts";

/** The last day is no member of the request: with the first one, it says how many days there are. */
type Field = FactField | "destination" | "durationDays" | "endDate" | "interests" | "notes";

const { startDate, adults, children, amount, currency, per, pace, ...others } = factFields;

export const itineraryForm: FormView<"itinerary", Field> = {
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
    endDate: { ...dateField, label: ({ form }) => form.endDate.label, errorOf: endError },
    adults,
    children,
    amount,
    currency,
    per,
    pace,
    interests: {
      label: ({ form }) => form.interests.label,
      hint: ({ form }) => form.interests.other,
      example: ({ form }) => form.interests.example,
      input: "list",
      isDetail: true,
      options: optionsOf(
        ...["food", "art", "history", "architecture", "nature", "beaches"],
        ...["nightlife", "markets", "for children", "hidden gems"],
      ),
      errorOf: listError,
    },
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
  followersOf: (changed, values) => {
    const days = wholeNumber(values.durationDays);
    if (changed === "endDate") return { durationDays: daysIn(values) };
    if (!["startDate", "durationDays"].includes(changed) || days === null) return {};
    return { endDate: lastDay(values.startDate ?? "", days) };
  },
  bodyOfJob: (job) => {
    const { destination, durationDays } = job;
    return { destination, durationDays, ...factsOf(job) };
  },
  titleOf: ({ destination }) => destination,
  durationLabel: ({ durationDays }, { plan }: Words) => plan.dayCount(durationDays),
};

/** Returns the number of days: that between the dates if both are given, else that of the field. */
function daysIn({ startDate, endDate, durationDays }: FormValues): string | undefined {
  const [start, end] = [startDate, endDate].map((date) => dayNumber(trimmed(date)));
  if (start == null || end == null || end < start) return durationDays;
  return String(end - start + 1);
}

/** Returns the last day of a trip; without a first day, nothing. */
function lastDay(startDate: string, days: number): string {
  const start = dayNumber(startDate);
  return start === null || !(days > 0) ? "" : dateOfDay(start + days - 1);
}

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

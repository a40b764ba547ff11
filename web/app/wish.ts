/**
 * Wishes: as a form has them, as the API wants them, and what a form says of one that the API would
 * not accept. Runs in browsers and on the server.
 * @module
 */
import type { GenerationWish, ItineraryWish, Job } from "../client/client.ts";

/** A wish as the API takes it; `kind` is the API's noun. */
export type Wish =
  | { kind: "itinerary"; body: ItineraryWish }
  | { kind: "generation"; body: GenerationWish };

export type TripKind = Wish["kind"];

/** What there is to fill in, by kind. */
export const fieldsOf = {
  itinerary: ["destination", "durationDays"],
  generation: ["interests", "musicProfile", "timeframe", "otherPreferences"],
} as const satisfies Record<TripKind, readonly string[]>;

export type FieldName = (typeof fieldsOf)[TripKind][number];

/** A form as it is filled in. */
export type FormValues = Partial<Record<FieldName, string | undefined>>;

/** What is wrong with a field, one sentence for people. */
export type FieldErrors = Partial<Record<FieldName, string>>;

/** What the API accepts in a field; characters are Unicode code points. */
export interface Limits {
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
}

export type FormLimits = Record<FieldName, Limits>;

/** Commas as several scripts write them, and line breaks. */
const SEPARATORS = /[,،、，\n]/;

/** As long as the longest destination. */
const MAX_TITLE_CHARACTERS = 120;

/** The wish that a form says. Whether the API accepts it is {@link errorsOf}'s business. */
export function wishOf(kind: TripKind, values: FormValues): Wish {
  const text = (name: FieldName) => trimmed(values[name]) || null;
  if (kind === "itinerary") {
    const durationDays = wholeNumber(values.durationDays) ?? NaN;
    return { kind, body: { destination: trimmed(values.destination), durationDays } };
  }
  const preferences = {
    interests: interestsOf(values),
    musicProfile: text("musicProfile"),
    timeframe: text("timeframe"),
    otherPreferences: text("otherPreferences"),
  };
  return { kind, body: { preferences } };
}

/** The form that says this wish. */
export function valuesOf(wish: Wish): FormValues {
  if (wish.kind === "itinerary") {
    const { destination, durationDays } = wish.body;
    return { destination, durationDays: String(durationDays) };
  }
  const { interests, musicProfile, timeframe, otherPreferences } = wish.body.preferences;
  return {
    interests: interests?.join(", ") ?? "",
    musicProfile: musicProfile ?? "",
    timeframe: timeframe ?? "",
    otherPreferences: otherPreferences ?? "",
  };
}

/** The wish that a job is to fulfil. */
export function wishOfJob(job: Job): Wish {
  if ("jobId" in job) {
    const { destination, durationDays } = job;
    return { kind: "itinerary", body: { destination, durationDays } };
  }
  return { kind: "generation", body: { preferences: job.preferences } };
}

/** What a wish is called in headings and lists: a line or a few of them. */
export function titleOf(wish: Wish): string {
  if (wish.kind === "itinerary") return wish.body.destination;
  const interests = sayInterests(wish.body.preferences);
  return interests === "" ? "Weekend bundles" : `Weekend bundles: ${shortened(interests)}`;
}

/** All interests; empty if there are none. */
export function sayInterests({ interests }: GenerationWish["preferences"]): string {
  return (interests ?? []).filter((interest) => interest !== "").join(", ");
}

function shortened(text: string): string {
  const characters = [...text];
  if (characters.length <= MAX_TITLE_CHARACTERS) return text;
  return `${characters.slice(0, MAX_TITLE_CHARACTERS - 1).join("").trimEnd()}…`;
}

/** How much it is, beside its title; `null` where that is open. */
export function extentOf(wish: Wish): string | null {
  if (wish.kind === "generation") return null;
  const { durationDays } = wish.body;
  return durationDays === 1 ? "1 day" : `${durationDays} days`;
}

/** The page with the form that says this wish. */
export function formUrl(wish: Wish): string {
  const filledIn = new URLSearchParams({ kind: wish.kind });
  for (const [name, value] of Object.entries(valuesOf(wish))) {
    if (value) filledIn.set(name, value);
  }
  return `/?${filledIn}`;
}

/** Each field that the API would not accept, with what is wrong. */
export function errorsOf(kind: TripKind, values: FormValues, limits: FormLimits): FieldErrors {
  const errors: FieldErrors = {};
  for (const name of fieldsOf[kind]) {
    const error = errorOf(name, values, limits[name]);
    if (error !== null) errors[name] = error;
  }
  return errors;
}

function errorOf(name: FieldName, values: FormValues, limits: Limits): string | null {
  if (name === "durationDays") return numberError(values[name], limits);
  if (name === "interests") return interestsError(interestsOf(values), limits);
  return textError(trimmed(values[name]), limits);
}

function textError(text: string, { minLength = 0, maxLength = Infinity }: Limits): string | null {
  const count = [...text].length;
  if (count > maxLength) return `At most ${maxLength} characters; these are ${count}.`;
  return count < minLength ? "Please fill this in." : null;
}

function numberError(value: string | undefined, { minimum, maximum }: Limits): string | null {
  const number = wholeNumber(value);
  const isFine = number !== null && number >= (minimum ?? number) && number <= (maximum ?? number);
  return isFine ? null : `A whole number from ${minimum} to ${maximum}.`;
}

function interestsError(interests: string[], limits: Limits): string | null {
  const { maxItems = Infinity } = limits;
  if (interests.length > maxItems) return `At most ${maxItems}; these are ${interests.length}.`;
  const tooLong = interests.find((interest) => textError(interest, limits) !== null);
  return tooLong === undefined ? null : `Each: ${textError(tooLong, limits)}`;
}

function interestsOf({ interests = "" }: FormValues): string[] {
  return interests.split(SEPARATORS).map(trimmed).filter((interest) => interest !== "");
}

/** What a number field holds, if it is digits: `1e1` is no number of days. */
function wholeNumber(value: string | undefined): number | null {
  const text = trimmed(value);
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** As the API trims. Half a surrogate pair counts as the one character that replaces it. */
function trimmed(text = ""): string {
  return text.trim();
}

/**
 * Wishes: as a form holds them, as the API takes them, and what is wrong with those that the API would
 * not accept. Runs in browsers and on the server.
 * @module
 */
import { capitalNoun } from "../../jobs/contract.ts";
import { contracts, type KindName, type Noun } from "../../jobs/kinds/contracts.ts";
import { type Job, kindOf, type Wishes } from "../client/job.ts";
import type { Limits } from "./kinds/field.ts";
import { viewOf, wishViewOf } from "./kinds/registry.ts";
import type { FormValues } from "./kinds/view.ts";

/** A wish as the API takes it. */
export interface Wish {
  /** What the API calls the kind. */
  kind: Noun;
  /** The body of `POST`. */
  body: Wishes[KindName];
}

/** What is wrong with the fields of a form, one sentence for people each. */
export type FieldErrors = Partial<Record<string, string>>;

/** What the API accepts in the fields of all forms. */
export type FormLimits = Readonly<Partial<Record<string, Limits>>>;

/** The names of the fields of a form, in order. */
export function fieldsOf(kind: Noun): string[] {
  return Object.keys(viewOf(kind).fields);
}

/** The wish that a form holds. {@link errorsOf} says whether the API accepts it. */
export function wishOf(kind: Noun, values: FormValues): Wish {
  return { kind, body: viewOf(kind).bodyOf(values) };
}

/** What to type into the form for this wish. */
export function valuesOf({ kind, body }: Wish): FormValues {
  return viewOf(kind).valuesOf(body);
}

/** The wish of a job; `null` if there is no form for its kind. */
export function wishOfJob(job: Job): Wish | null {
  const view = wishViewOf(job);
  return view && { kind: nounOf(job), body: view.bodyOfJob(job) };
}

/** What the API calls the kind of a job. */
export function nounOf(job: Job): Noun {
  return contracts[kindOf(job)].noun;
}

/** What a wish is called in headings and lists: a line or a few of them. */
export function titleOf({ kind, body }: Wish): string {
  return viewOf(kind).titleOf(body);
}

/** What a trip is called: as its wish is, or by the noun of its kind. */
export function titleOfJob(job: Job): string {
  const wish = wishOfJob(job);
  return wish ? titleOf(wish) : capitalNoun(contracts[kindOf(job)]);
}

/** How much a wish is for, beside its title; `null` where that is open. */
export function durationLabel({ kind, body }: Wish): string | null {
  return viewOf(kind).durationLabel?.(body) ?? null;
}

/** The page with a form that holds this wish. */
export function formUrl(wish: Wish): string {
  const filledIn = new URLSearchParams({ kind: wish.kind });
  for (const [name, value] of Object.entries(valuesOf(wish))) {
    if (value) filledIn.set(name, value);
  }
  return `/?${filledIn}`;
}

/** Each field that the API would not accept, with what is wrong. */
export function errorsOf(kind: Noun, values: FormValues, limits: FormLimits): FieldErrors {
  const errors: FieldErrors = {};
  for (const [name, field] of Object.entries(viewOf(kind).fields)) {
    const error = field.errorOf(values[name], limits[name] ?? {});
    if (error !== null) errors[name] = error;
  }
  return errors;
}

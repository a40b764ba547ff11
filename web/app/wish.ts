/**
 * Converts wishes between the values of a form and the body of a request, and checks them. Runs in
 * browsers and on the server.
 * @module
 */
import { capitalNoun } from "../../jobs/contract.ts";
import { contracts, type KindName, type Noun } from "../../jobs/kinds/contracts.ts";
import { type Job, kindOf, type Wishes } from "../client/job.ts";
import type { Limits } from "./kinds/field.ts";
import { viewOf, wishViewOf } from "./kinds/registry.ts";
import type { FormValues } from "./kinds/form_view.ts";

/** A wish as the API accepts it. */
export interface Wish {
  /** The noun of the kind in the API. */
  kind: Noun;
  /** The body of `POST`. */
  body: Wishes[KindName];
}

/** The errors of a form: one sentence for each invalid field, by the name of the field. */
export type FieldErrors = Partial<Record<string, string>>;

/** The limits that the API sets for the fields of all forms. */
export type FormLimits = Readonly<Partial<Record<string, Limits>>>;

/** Returns the names of the fields of a form, in order. */
export function fieldsOf(kind: Noun): string[] {
  return Object.keys(viewOf(kind).fields);
}

/** Returns the wish that a form contains. {@link errorsOf} tells whether the API accepts it. */
export function wishOf(kind: Noun, values: FormValues): Wish {
  return { kind, body: viewOf(kind).bodyOf(values) };
}

/** Returns the values of the form fields for a wish. */
export function valuesOf({ kind, body }: Wish): FormValues {
  return viewOf(kind).valuesOf(body);
}

/** Returns the wish of a job, or `null` if its kind has no form. */
export function wishOfJob(job: Job): Wish | null {
  const view = wishViewOf(job);
  return view && { kind: nounOf(job), body: view.bodyOfJob(job) };
}

/** Returns the noun of the kind of a job. */
export function nounOf(job: Job): Noun {
  return contracts[kindOf(job)].noun;
}

/** Returns the title of a wish for headings and lists: one line or a few. */
export function titleOf({ kind, body }: Wish): string {
  return viewOf(kind).titleOf(body);
}

/** Returns the title of a trip: the title of its wish, or the noun of its kind. */
export function titleOfJob(job: Job): string {
  const wish = wishOfJob(job);
  return wish ? titleOf(wish) : capitalNoun(contracts[kindOf(job)]);
}

/** Returns the extent of a wish, such as `3 days`, or `null` if its kind has none. */
export function durationLabel({ kind, body }: Wish): string | null {
  return viewOf(kind).durationLabel?.(body) ?? null;
}

/** Returns whether the form has a field for each detail of a wish. The API takes more details. */
export function fitsForm({ kind, body }: Wish): boolean {
  const fields = fieldsOf(kind);
  return givenNames(body).every((name) => fields.includes(name));
}

/** Returns the names of the members with a value, also of those in other members. */
function givenNames(members: object): string[] {
  return Object.entries(members).flatMap(([name, value]) => {
    if (value === null || value === undefined || value === "") return [];
    return typeof value === "object" && !Array.isArray(value) ? givenNames(value) : [name];
  });
}

/** Returns the URL of the home page with the form filled in for a wish. */
export function formUrl(wish: Wish): string {
  const filledIn = new URLSearchParams({ kind: wish.kind });
  for (const [name, value] of Object.entries(valuesOf(wish))) {
    if (value) filledIn.set(name, value);
  }
  return `/?${filledIn}`;
}

/** Returns an error for each field that the API would not accept. */
export function errorsOf(kind: Noun, values: FormValues, limits: FormLimits): FieldErrors {
  const errors: FieldErrors = {};
  for (const [name, field] of Object.entries(viewOf(kind).fields)) {
    const error = field.errorOf(values[name], limits[name] ?? {});
    if (error !== null) errors[name] = error;
  }
  return errors;
}

/**
 * Converts wishes between the values of a form and the body of a request. Runs in browsers and on the
 * server.
 * @module
 */
import { capitalNoun } from "../../jobs/contract.ts";
import { contracts, type KindName, type Noun } from "../../jobs/kinds/contracts.ts";
import { type Job, kindOf, type Wishes } from "../client/job.ts";
import type { Words } from "../words/words.ts";
import { viewOf, wishViewOf } from "./kinds/registry.ts";
import type { FormValues } from "./kinds/form_view.ts";

/** A wish as the API accepts it. */
export interface Wish {
  /** The noun of the kind in the API. */
  kind: Noun;
  /** The body of `POST`. */
  body: Wishes[KindName];
}

/** Returns the wish that a form contains. `errorsOf` of its form tells whether the API accepts it. */
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
export function titleOf({ kind, body }: Wish, words: Words): string {
  return viewOf(kind).titleOf(body, words);
}

/** Returns the title of a trip: the title of its wish, or the noun of its kind. */
export function titleOfJob(job: Job, words: Words): string {
  const wish = wishOfJob(job);
  return wish ? titleOf(wish, words) : capitalNoun(contracts[kindOf(job)]);
}

/** Returns the extent of a wish, such as `3 days`, or `null` if its kind has none. */
export function durationLabel({ kind, body }: Wish, words: Words): string | null {
  return viewOf(kind).durationLabel?.(body, words) ?? null;
}

/**
 * Returns whether a form can ask for exactly this wish. The API takes more, such as interests with
 * a comma in them.
 */
export function fitsForm(wish: Wish): boolean {
  const again = wishOf(wish.kind, valuesOf(wish));
  return JSON.stringify(plain(again.body)) === JSON.stringify(plain(wish.body));
}

/** Returns a value without members that count as not given. The members have a fixed order. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((entry) => entry !== "");
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, plain(member)] as const)
    .filter(([, member]) =>
      member !== null && member !== undefined && member !== "" &&
      (typeof member !== "object" || Object.keys(member).length > 0)
    );
  return Object.fromEntries(members.sort(([a], [b]) => a < b ? -1 : 1));
}

/** Returns the URL of the home page with the form filled in for a wish. */
export function formUrl(wish: Wish): string {
  const filledIn = new URLSearchParams({ kind: wish.kind });
  for (const [name, value] of Object.entries(valuesOf(wish))) {
    if (value) filledIn.set(name, value);
  }
  return `/?${filledIn}`;
}

/**
 * What the changes of plans have in common, for all kinds.
 * @module
 */
import { z } from "zod";
import { hashJson } from "../../../lib/hash.ts";
import type { RequestIssue } from "../../kind.ts";
import { travellerText } from "../text.ts";

/** As long as the notes of a wish. */
const MAX_INSTRUCTION = 1_000;

/** What a caller wants to be different, in own words. */
export const Instruction = travellerText({ min: 1, max: MAX_INSTRUCTION }).describe(
  "What should be different, in own words, such as `less walking on day 2`",
);

/** A change of some members of a wish; `null`: the member is to be removed. */
export type ChangedMembers = Record<string, unknown>;

/**
 * Returns the schema of changed members of a wish: each is optional. The result has `null` for a
 * member that is to be removed.
 */
export function changedMembers<Shape extends z.ZodRawShape>(
  wish: z.ZodObject<Shape>,
): z.ZodType<ChangedMembers, Partial<z.input<z.ZodObject<Shape>>>> {
  // A schema with checks of its own, for all members together, cannot be made partial.
  const members = z.object(wish.shape, { error: "expected an object" }).partial().transform((
    members,
  ) => Object.fromEntries(Object.entries(members).map(([name, value]) => [name, value ?? null])));
  // The cast: TypeScript does not see that a partial input stays one.
  return members as unknown as z.ZodType<ChangedMembers, Partial<z.input<z.ZodObject<Shape>>>>;
}

/** The names of the ways to describe a change, and of the part within a part. */
export interface ChangeForms {
  /** Exactly one of these members must be given. */
  forms: readonly string[];
  /** A member that is only possible with another one. */
  detail: { name: string; of: string };
}

/** Returns a check that a change has exactly one form. */
export function hasOneForm({ forms, detail }: ChangeForms) {
  return ({ value, issues }: z.core.ParsePayload<Record<string, unknown>>): void => {
    const given = forms.filter((name) => value[name] !== undefined);
    if (given.length !== 1) {
      // Only here, because the first use of `Intl` takes 12 ms and some megabytes.
      const names = new Intl.ListFormat("en", { type: "disjunction" }).format(forms);
      const message = given.length === 0 ? `Expected ${names}` : `Expected only one of ${names}`;
      issues.push({ code: "custom", path: [], message, input: value });
    } else if (value[detail.name] !== undefined && given[0] !== detail.of) {
      const message = `expected only together with ${detail.of}`;
      issues.push({ code: "custom", path: [detail.name], message, input: value });
    }
  };
}

/** Describes the same to readers of JSON Schema. */
export function describeForms({ forms, detail }: ChangeForms) {
  return {
    description: `A change of a plan: exactly one of \`${forms.join("`, `")}\``,
    oneOf: forms.map((name) => ({ required: [name] })),
    dependentRequired: { [detail.name]: [detail.of] },
  };
}

/**
 * Merges changed members into those of a wish.
 *
 * @returns the members, and the names of the members that differ now
 */
export function mergeMembers(
  members: Readonly<Record<string, unknown>>,
  changes: ChangedMembers,
): { merged: Record<string, unknown>; changed: string[] } {
  const merged: Record<string, unknown> = { ...members };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete merged[name];
    else merged[name] = value;
  }
  const differs = (name: string) =>
    hashJson(members[name] ?? null) !== hashJson(merged[name] ?? null);
  return { merged, changed: Object.keys(changes).filter(differs) };
}

/** Returns the problem of a wish that changes nothing. */
export const NOTHING_CHANGES = "expected at least one member that differs from the present wish";

/** Returns the problems that a schema has found in a merged wish. */
export function issuesOf(
  error: z.ZodError,
  below: readonly PropertyKey[],
): { issues: RequestIssue[] } {
  return {
    issues: error.issues.map(({ path, message }) => ({ path: [...below, ...path], message })),
  };
}

/** Returns a schema for the number of a part of a plan, counted from 1. */
export function partNumber(max: number) {
  const error = `expected a whole number from 1 to ${max}`;
  return z.int({ error }).min(1, { error }).max(max, { error });
}

/** Returns a number with its noun: `3 days`. */
export function countOf(items: readonly unknown[], one: string, many = `${one}s`): string {
  return `${items.length} ${items.length === 1 ? one : many}`;
}

/** Returns the whole numbers from the first to the last one. */
export function numbersFrom(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** Joins numbers for the model: `1, 2, and 5`. */
export function joinNumbers(numbers: readonly number[]): string {
  return new Intl.ListFormat("en").format(numbers.map(String));
}

/**
 * Returns what is wrong with the numbers of the parts that a model has written; `null`: nothing.
 *
 * @param numbers in ascending order
 * @param options `noun`: the name of a part; `count`: the largest number; `required`: the numbers
 * that must not be missing
 */
export function faultOfNumbers(
  numbers: readonly number[],
  { noun, count, required }: { noun: string; count: number; required: readonly number[] },
): string | null {
  const repeated = numbers.find((number, index) => number === numbers[index - 1]);
  if (repeated !== undefined) return `has ${noun} ${repeated} twice`;
  const unknown = numbers.find((number) => number > count);
  if (unknown !== undefined) {
    return `has ${noun} ${unknown}, but the plan ends with ${noun} ${count}`;
  }
  const missing = required.filter((number) => !numbers.includes(number));
  return missing.length === 0 ? null : `must have ${noun} ${joinNumbers(missing)}`;
}

/** Returns the first number from 1 to `count` that a text has, else 1. For samples. */
export function numberIn(text: string, count: number): number {
  const numbers = text.match(/\d+/g)?.map(Number) ?? [];
  return numbers.find((number) => number >= 1 && number <= count) ?? 1;
}

/**
 * The doorway to `@std/assert`. It re-exports the build on npm, which has no types, with the types that
 * the original has. Where JSR can be reached, one line of `deno.json` takes its place:
 * `"@std/assert": "jsr:@std/assert@^1"`.
 * @module
 */
import * as std from "deno-std/assert/mod.js";

// deno-lint-ignore no-explicit-any -- as in the original
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

interface AssertThrows {
  (fn: () => unknown, msg?: string): unknown;
  <E extends Error>(fn: () => unknown, ErrorClass: ErrorClass<E>, msgIncludes?: string): E;
}

interface AssertRejects {
  (fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  <E extends Error>(
    fn: () => PromiseLike<unknown>,
    ErrorClass: ErrorClass<E>,
    msgIncludes?: string,
  ): Promise<E>;
}

/** Throws unless the value is truthy. */
export const assert: (expr: unknown, msg?: string) => asserts expr = std.assert;

/** Throws unless the values are deeply equal. */
export const assertEquals: <T>(actual: T, expected: T, msg?: string) => void = std.assertEquals;

/** Throws if the values are deeply equal. */
export const assertNotEquals: <T>(actual: T, expected: T, msg?: string) => void =
  std.assertNotEquals;

/** Throws unless the values are the same by `Object.is()`. */
export const assertStrictEquals: <T>(
  actual: unknown,
  expected: T,
  msg?: string,
) => asserts actual is T = std.assertStrictEquals;

/** Throws if the values are the same by `Object.is()`. */
export const assertNotStrictEquals: <T>(actual: T, expected: T, msg?: string) => void =
  std.assertNotStrictEquals;

/** Throws if the value is `null` or `undefined`. */
export const assertExists: <T>(actual: T, msg?: string) => asserts actual is NonNullable<T> =
  std.assertExists;

/** Throws unless the text matches the pattern. */
export const assertMatch: (actual: string, expected: RegExp, msg?: string) => void =
  std.assertMatch;

/** Throws if the text matches the pattern. */
export const assertNotMatch: (actual: string, expected: RegExp, msg?: string) => void =
  std.assertNotMatch;

/** Throws unless the function throws. @returns what it threw */
export const assertThrows: AssertThrows = std.assertThrows;

/** Throws unless the promise is rejected. @returns the reason */
export const assertRejects: AssertRejects = std.assertRejects;

/** Throws. */
export const fail: (msg?: string) => never = std.fail;

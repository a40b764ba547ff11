/**
 * Reads single query parameters.
 * @module
 */
import type { Context } from "hono";
import { ProblemError } from "./problem.ts";

/**
 * Returns the value of a query parameter.
 *
 * @throws {ProblemError} 400 if it is given twice
 */
export function singleQuery(c: Context, name: string): string | undefined {
  const values = c.req.queries(name) ?? [];
  if (values.length > 1) throw invalidParameter(name, "expected only once");
  return values[0];
}

/** Returns the problem of a query parameter that is not valid. */
export function invalidParameter(parameter: string, detail: string): ProblemError {
  return new ProblemError({
    code: "invalid_request",
    detail: `${parameter}: ${detail}`,
    errors: [{ parameter, detail }],
  });
}

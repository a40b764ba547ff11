/**
 * Reads single query parameters.
 * @module
 */
import type { Context } from "hono";
import { z } from "zod";
import { ProblemError } from "./problem.ts";

const JobId = z.uuid();

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

/**
 * Returns whether a query parameter is `1`. Unset or `0`: it is not.
 *
 * @throws {ProblemError} 400 for another value, or if it is given twice
 */
export function readFlag(c: Context, name: string): boolean {
  const value = singleQuery(c, name) ?? "0";
  if (value === "0" || value === "1") return value === "1";
  throw invalidParameter(name, "expected 0 or 1");
}

/**
 * Returns the id of a job that a query parameter names. Unset: it is not given.
 *
 * @throws {ProblemError} 400 for another value, or if it is given twice
 */
export function readJobId(c: Context, name: string): string | undefined {
  const value = singleQuery(c, name);
  if (value === undefined || JobId.safeParse(value).success) return value?.toLowerCase();
  throw invalidParameter(name, "expected the id of a job");
}

/** Returns the problem of a query parameter that is not valid. */
export function invalidParameter(parameter: string, detail: string): ProblemError {
  return new ProblemError({
    code: "invalid_request",
    detail: `${parameter}: ${detail}`,
    errors: [{ parameter, detail }],
  });
}

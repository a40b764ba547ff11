/**
 * Reads the filters in the URLs of the dashboard.
 * @module
 */
import type { Context } from "hono";
import type { z } from "zod";
import { ProblemError } from "../../http/problem.ts";
import { singleQuery } from "../../http/query.ts";

/**
 * Reads the parameters of a schema. A form with GET also sends its empty fields, which count as unset.
 *
 * @throws {ProblemError} 400 for a parameter that is not valid or is given twice
 */
export function readFilters<Schema extends z.ZodObject>(
  c: Context,
  schema: Schema,
): z.output<Schema> {
  const filled = Object.keys(schema.shape).flatMap((name) => {
    const value = singleQuery(c, name)?.trim();
    return value ? [[name, value]] : [];
  });
  const filters = schema.safeParse(Object.fromEntries(filled));
  if (filters.success) return filters.data;
  const detail = filters.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new ProblemError({ code: "invalid_request", detail: detail.join("; ") });
}

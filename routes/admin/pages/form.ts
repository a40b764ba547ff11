/**
 * Reads the forms of the dashboard.
 * @module
 */
import type { Context } from "hono";
import type { z } from "zod";
import type { Clock } from "../../../lib/clock.ts";
import { readLimited } from "../../http/body.ts";
import { ProblemError } from "../../http/problem.ts";

/**
 * Reads a form and checks its fields.
 *
 * @throws {ProblemError} 400 for a form that the schema does not accept, and all problems of
 * {@link readLimited}
 */
export async function readForm<T>(
  c: Context,
  schema: z.ZodType<T>,
  { clock }: { clock: Clock },
): Promise<T> {
  const fields = Object.fromEntries(new URLSearchParams(await readLimited(c, { clock })));
  const form = schema.safeParse(fields);
  if (form.success) return form.data;
  const detail = form.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new ProblemError({ code: "invalid_request", detail: detail.join("; ") });
}

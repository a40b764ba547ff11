/**
 * Sends problem details.
 * @module
 */
import type { Context } from "hono";
import { type Problem, problemBody, problemTypes } from "../lib/problem.ts";

/** Answers with a problem (RFC 9457); what middleware has set on the response stays. */
export function sendProblem(c: Context, problem: Problem): Response {
  return c.body(JSON.stringify(problemBody(problem)), problemTypes[problem.code].status, {
    // About this one request; nobody shall keep it.
    "cache-control": "no-store",
    ...problem.headers,
    "content-type": "application/problem+json",
  });
}

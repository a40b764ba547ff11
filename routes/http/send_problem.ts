/**
 * Sends problem details.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Context } from "hono";
import { describeError } from "../../lib/log.ts";
import { type Problem, problemBody, problemTypes } from "./problem.ts";

const log = getLogger(["tripwright", "http"]);

/** Answers with a problem (RFC 9457). Headers that middleware has set stay. */
export function sendProblem(c: Context, problem: Problem): Response {
  return c.body(JSON.stringify(problemBody(problem)), problemTypes[problem.code].status, {
    // A problem is about one request, so caches must not store it.
    "cache-control": "no-store",
    ...problem.headers,
    "content-type": "application/problem+json",
  });
}

/** Logs an internal error, and returns a problem that shows no details of it. */
export function internalProblem(c: Context, error: unknown): Problem {
  const id = c.get("requestId");
  log.error("request failed", { requestId: id, path: c.req.path, error: describeError(error) });
  return { code: "internal", detail: "Something went wrong on our side" };
}

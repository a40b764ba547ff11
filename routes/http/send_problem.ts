/**
 * Sends problem details.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Context } from "hono";
import { describeError } from "../../lib/log.ts";
import { type Problem, problemBody, problemTypes } from "./problem.ts";

const log = getLogger(["tripwright", "http"]);

/** Answers with a problem (RFC 9457); what middleware has set on the response stays. */
export function sendProblem(c: Context, problem: Problem): Response {
  return c.body(JSON.stringify(problemBody(problem)), problemTypes[problem.code].status, {
    // About this one request; nobody shall keep it.
    "cache-control": "no-store",
    ...problem.headers,
    "content-type": "application/problem+json",
  });
}

/** The problem of a request that met a fault of ours: the log tells more of it than the answer. */
export function internalProblem(c: Context, error: unknown): Problem {
  const id = c.get("requestId");
  log.error("request failed", { requestId: id, path: c.req.path, error: describeError(error) });
  return { code: "internal", detail: "Something went wrong on our side" };
}

/**
 * Sends problem details.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Context } from "hono";
import { describeError } from "../../lib/log.ts";
import { isUnwritable } from "../../lib/store/storage_space.ts";
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

/** How long a client should wait when the disk is full: until an operator has made room. */
const STORAGE_FULL_RETRY_SECONDS = 60;

/** The problem of a request that needs space on a disk that is full. */
export const storageFullProblem: Problem = {
  code: "storage_full",
  detail: "The service cannot store anything new at the moment. Please try again later",
  headers: { "retry-after": String(STORAGE_FULL_RETRY_SECONDS) },
};

/** Logs an internal error, and returns a problem that shows no details of it. */
export function internalProblem(c: Context, error: unknown): Problem {
  const id = c.get("requestId");
  const reads = c.req.method === "GET" || c.req.method === "HEAD";
  // A read may fail with the same message, of a disk that is damaged.
  if (!reads && isUnwritable(error)) {
    log.warning("request refused: storage full", { requestId: id, path: c.req.path });
    return storageFullProblem;
  }
  log.error("request failed", { requestId: id, path: c.req.path, error: describeError(error) });
  return { code: "internal", detail: "Something went wrong on our side" };
}

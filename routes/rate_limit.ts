/**
 * How many requests a caller may send, and how that is said.
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import type { Budget } from "../jobs/admission.ts";
import { ProblemError } from "../lib/problem.ts";
import { type RateLimiter, rateLimitHeaders } from "../lib/rate_limiter.ts";
import type { AppEnv } from "./caller.ts";

export interface RateLimiters {
  /** Counts every request; unset, nobody is held up. */
  requests?: RateLimiter | undefined;
  /** Counts requests that make a job. */
  jobs?: RateLimiter | undefined;
}

const DAY_MS = 86_400_000;

/** Tells the caller what is left of its jobs of today, beside the limits of this minute. */
export function showBudget(c: Context, { limit, left, resetMs }: Budget): void {
  const verdict = { allowed: left > 0, limit, remaining: left, resetMs };
  const headers = rateLimitHeaders([{ name: "jobs-per-day", windowMs: DAY_MS, verdict }]);
  for (const [name, value] of Object.entries(headers)) c.header(name, value, { append: true });
}

/**
 * Counts a request, and tells the caller where it stands.
 *
 * @throws {ProblemError} 429 from the handler when a limit is reached; a request that one limit refuses
 * counts for the others all the same
 */
export function limitRate({ requests, jobs }: RateLimiters): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    // A preflight is the browser's idea, not the caller's.
    if (c.req.method === "OPTIONS") return await next();
    const limiters = c.req.method === "POST" ? [requests, jobs] : [requests];
    const limits = limiters.filter((limiter) => limiter !== undefined).map((limiter) => ({
      ...limiter.policy,
      verdict: limiter.take(c.get("countedAs")),
    }));
    for (const [name, value] of Object.entries(rateLimitHeaders(limits))) c.header(name, value);
    const exceeded = limits.find(({ verdict }) => !verdict.allowed);
    if (exceeded) {
      const { limit, windowMs, verdict } = exceeded;
      throw new ProblemError({
        code: "rate_limited",
        detail: `More than ${limit} ${exceeded.name} in ${windowMs / 1_000} seconds`,
        headers: { "retry-after": String(Math.ceil(verdict.resetMs / 1_000)) },
      });
    }
    await next();
  };
}

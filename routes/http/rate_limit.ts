/**
 * How many requests a caller may send, and how that is said.
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import type { Budget } from "../../jobs/engine/admission.ts";
import { DAY_MS } from "../../lib/clock.ts";
import { ProblemError } from "./problem.ts";
import type { RateLimiter, RateVerdict } from "../../lib/store/rate_limiter.ts";
import type { AppEnv } from "./caller.ts";

export interface RateLimiters {
  /** Counts every request; unset, nobody is held up. */
  requests?: RateLimiter | undefined;
  /** Counts the jobs that are made. */
  jobs?: RateLimiter | undefined;
}

/** Tells the caller what is left of its jobs of today, beside the limits of this minute. */
export function showBudget(c: Context, { limit, left, resetMs }: Budget): void {
  const verdict = { allowed: left > 0, limit, remaining: left, resetMs };
  const headers = rateLimitHeaders([{ name: "jobs-per-day", windowMs: DAY_MS, verdict }]);
  for (const [name, value] of Object.entries(headers)) c.header(name, value, { append: true });
}

/**
 * Counts a request.
 *
 * @throws {ProblemError} 429 from the handler when the limit is reached
 */
export function limitRate(requests: RateLimiter | undefined): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    // A preflight is the browser's idea, not the caller's.
    if (c.req.method !== "OPTIONS") countFor(c, requests);
    await next();
  };
}

/**
 * Counts one more of what is limited, and tells the caller where it stands.
 *
 * @param limiter unset, nobody is held up
 * @throws {ProblemError} 429 when the limit is reached
 */
export function countFor(c: Context<AppEnv>, limiter: RateLimiter | undefined): void {
  if (!limiter) return;
  const verdict = limiter.take(c.get("countedAs"));
  const { name, limit, windowMs } = limiter.policy;
  const headers = rateLimitHeaders([{ name, windowMs, verdict }]);
  for (const [name, value] of Object.entries(headers)) c.header(name, value, { append: true });
  if (verdict.allowed) return;
  throw new ProblemError({
    code: "rate_limited",
    detail: `More than ${limit} ${name} in ${windowMs / 1_000} seconds`,
    headers: { "retry-after": String(Math.ceil(verdict.resetMs / 1_000)) },
  });
}

/**
 * Header fields that tell a client where it stands, with one item for each limit it is under.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (draft 11)
 *
 * @returns `RateLimit-Policy: "requests";q=600;w=60` and `RateLimit: "requests";r=599;t=42`; nothing
 * if there is no limit
 */
export function rateLimitHeaders(
  limits: { name: string; windowMs: number; verdict: RateVerdict }[],
): Record<string, string> {
  // A field without an item is none (RFC 9651).
  if (limits.length === 0) return {};
  const policies = [], states = [];
  for (const { name, windowMs, verdict: { limit, remaining, resetMs } } of limits) {
    // In printable ASCII, JSON and structured fields quote alike.
    const item = JSON.stringify(name);
    policies.push(`${item};q=${limit};w=${Math.ceil(windowMs / 1000)}`);
    // Rounded up: a client that waits so long is not too early.
    states.push(`${item};r=${remaining};t=${Math.ceil(resetMs / 1000)}`);
  }
  return { "RateLimit-Policy": policies.join(", "), "RateLimit": states.join(", ") };
}

/**
 * Limits the requests of a caller, and describes the limits in headers.
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import type { Budget } from "../../jobs/engine/admission.ts";
import { isKey } from "../../lib/caller.ts";
import { DAY_MS } from "../../lib/clock.ts";
import { addToHeader } from "./answer.ts";
import { ProblemError } from "./problem.ts";
import type { RateLimiter, RateVerdict } from "../../lib/store/rate_limiter.ts";
import type { AppEnv } from "./caller.ts";

export interface RateLimiters {
  /** Counts every request. Unset: there is no limit. */
  requests?: RateLimiter | undefined;
  /** Counts the jobs that are created. */
  jobs?: RateLimiter | undefined;
  /** Counts the jobs of callers without an API key in 24 hours. */
  jobsPerDay?: RateLimiter | undefined;
}

/** Adds the caller's daily job limit to the headers, in addition to the limits per minute. */
export function showBudget(c: Context, { limit, left, resetMs }: Budget): void {
  const verdict = { allowed: left > 0, limit, remaining: left, resetMs };
  addRateLimit(c, { name: "jobs-per-day", windowMs: DAY_MS, verdict });
}

/**
 * Counts a request.
 *
 * @throws {ProblemError} 429 from the handler when the limit is reached
 */
export function limitRate(requests: RateLimiter | undefined): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    // The browser sends preflights by itself, so they do not count.
    if (c.req.method !== "OPTIONS") await countFor(c, requests);
    await next();
  };
}

/**
 * Counts one request or job, and sets the headers that describe the limit.
 *
 * @param limiter unset: there is no limit
 * @throws {ProblemError} 429 when the limit is reached
 */
export async function countFor(
  c: Context<AppEnv>,
  limiter: RateLimiter | undefined,
): Promise<void> {
  if (!limiter) return;
  const verdict = await take(c, limiter);
  if (verdict.allowed) return;
  const { name, limit, windowMs } = limiter.policy;
  throw new ProblemError({
    code: "rate_limited",
    detail: `The limit for ${name} is ${limit} in ${windowMs / 1_000} seconds`,
    headers: { "retry-after": String(Math.ceil(verdict.resetMs / 1_000)) },
  });
}

/**
 * Counts one job of a caller without an API key, and sets the headers that describe the limit.
 *
 * @param limiter unset: there is no limit
 * @throws {ProblemError} 429 when the limit is reached
 */
export async function countForDay(
  c: Context<AppEnv>,
  limiter: RateLimiter | undefined,
): Promise<void> {
  if (!limiter || isKey(c.get("caller").owner)) return;
  const verdict = await take(c, limiter);
  if (verdict.allowed) return;
  const { limit } = limiter.policy;
  throw new ProblemError({
    code: "daily_budget_spent",
    detail: `Your network address has reached its limit of ${limit} jobs in 24 hours`,
    headers: { "retry-after": String(Math.ceil(verdict.resetMs / 1_000)) },
  });
}

async function take(c: Context<AppEnv>, limiter: RateLimiter): Promise<RateVerdict> {
  const verdict = await limiter.take(c.get("countedAs"));
  const { name, windowMs } = limiter.policy;
  addRateLimit(c, { name, windowMs, verdict });
  return verdict;
}

/** A limit, and what is left of it. */
interface LimitState {
  name: string;
  windowMs: number;
  verdict: RateVerdict;
}

function addRateLimit(c: Context, state: LimitState): void {
  const { policy, rest } = rateLimitItems(state);
  addToHeader(c, "ratelimit-policy", policy);
  addToHeader(c, "ratelimit", rest);
}

/**
 * Describes a limit as an item of two header fields, which are lists with one item for each limit.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (draft 11)
 *
 * @returns for `RateLimit-Policy`: `"requests";q=600;w=60`, for `RateLimit`: `"requests";r=599;t=42`
 */
export function rateLimitItems({ name, windowMs, verdict }: LimitState) {
  const { limit, remaining, resetMs } = verdict;
  // For printable ASCII, JSON and structured fields use the same quoting.
  const item = JSON.stringify(name);
  return {
    policy: `${item};q=${limit};w=${Math.ceil(windowMs / 1_000)}`,
    // Rounded up, so that a client that waits this long is not too early.
    rest: `${item};r=${remaining};t=${Math.ceil(resetMs / 1_000)}`,
  };
}

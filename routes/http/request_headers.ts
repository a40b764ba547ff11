/**
 * Reads the request headers that change how a request is answered.
 * @module
 */
import type { Context } from "hono";
import { z } from "zod";
import { ProblemError } from "./problem.ts";

/** A random string that a client keeps, such as a UUID. */
export const ClientToken = z.string().regex(/^[A-Za-z0-9_.~+/=-]{16,128}$/);

/**
 * Visible ASCII without quotes, commas and backslashes. A key therefore has one value, whether the
 * client sends it as a string of RFC 9651 (as the draft asks) or without quotes (as most clients
 * do).
 */
export const IdempotencyKey = z.string().regex(/^[!#-+\--[\]-~]{1,255}$/);

/**
 * Returns the `Idempotency-Key`, if the request has one.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 *
 * @throws {ProblemError} 400 for a key that is empty, too long, or was sent twice
 */
export function idempotencyKeyOf(c: Context): string | undefined {
  const value = c.req.header("idempotency-key");
  if (value === undefined) return undefined;
  const key = IdempotencyKey.safeParse(value.match(/^"(.*)"$/)?.[1] ?? value);
  if (key.success) return key.data;
  throw new ProblemError({
    code: "invalid_header",
    detail: "Idempotency-Key: expected 1 to 255 visible ASCII characters without quotes, commas " +
      "or backslashes",
  });
}

/** Proxies and browsers close connections that are silent for more than about a minute. */
const MAX_WAIT_SECONDS = 60;

/**
 * Returns how many seconds the client agrees to wait: `Prefer: wait=N` (RFC 7240, section 4.3).
 * Only the first `wait` counts, and a value that cannot be parsed is ignored (section 2).
 */
export function preferredWaitSeconds(c: Context): number {
  const preferences = (c.req.header("prefer") ?? "").split(",");
  const wait = preferences.find((preference) => /^\s*wait\s*(=|;|$)/i.test(preference));
  const seconds = wait?.match(/=\s*"?(\d+)"?\s*(?:;|$)/)?.[1];
  return Math.min(Number(seconds ?? 0), MAX_WAIT_SECONDS);
}

/**
 * Tells whether the client has this version already (RFC 9110, section 13.1.2). The comparison is
 * weak, because a proxy that compresses an answer marks its tag as weak.
 *
 * @param etag with its quotes
 */
export function isKnown(c: Context, etag: string): boolean {
  const tags = (c.req.header("if-none-match") ?? "").split(",").map((tag) => tag.trim());
  return tags.some((tag) => tag === "*" || tag.replace(/^W\//, "") === etag);
}

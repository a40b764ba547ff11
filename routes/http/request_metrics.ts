/**
 * Measures requests by route, method and status.
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Metrics } from "../../lib/metrics/metrics.ts";

/** The route of a path that does not exist, so that callers cannot invent routes. */
const UNKNOWN_ROUTE = "unknown";

/** The methods of RFC 9110 and RFC 5789. Any other one counts as `_OTHER`, so that they are few. */
const METHODS: ReadonlySet<string> = new Set(
  ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"],
);

const SECOND_MS = 1_000;

/** Creates a middleware that measures the time to the headers of each answer. */
export function measureRequests(
  metrics: Metrics,
  /** Returns milliseconds with fractions. */
  now: () => number = () => performance.now(),
): MiddlewareHandler {
  return async (c, next) => {
    const startedAt = now();
    await next();
    metrics.record("http.server.request.duration", (now() - startedAt) / SECOND_MS, {
      "http.request.method": METHODS.has(c.req.method) ? c.req.method : "_OTHER",
      "http.route": routeOf(c),
      "http.response.status_code": c.res.status,
    });
  };
}

/** Returns the pattern of the route. A middleware is not a route. */
function routeOf(c: Context): string {
  const route = matchedRoutes(c).at(-1);
  return route && route.method !== "ALL" ? route.path : UNKNOWN_ROUTE;
}

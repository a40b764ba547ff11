/**
 * Measures requests by route, method and status. Each request pays for it, so it looks up nothing
 * by a text that it would have to build.
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Clock } from "../../lib/clock.ts";
import type { Metrics } from "../../lib/metrics/metrics.ts";

/** Adds a value to one series. */
type Series = (value: number) => void;

/** The route of a path that does not exist, so that callers cannot invent routes. */
const UNKNOWN_ROUTE = "unknown";

/** The method of the semantic conventions for all that are not known. */
const OTHER_METHOD = "_OTHER";

/** The methods of RFC 9110 and RFC 5789. */
const METHODS: ReadonlySet<string> = new Set(
  ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"],
);

const SECOND_MS = 1_000;

/**
 * Creates a middleware that measures the time to the headers of each answer. The clock counts whole
 * milliseconds: a finer one would take half of the time of the measurement.
 */
export function measureRequests(metrics: Metrics, clock: Clock): MiddlewareHandler {
  const series = new RequestSeries(metrics);
  return async (c, next) => {
    const startedAt = clock.now();
    await next();
    // The clock may have been set back.
    const ms = Math.max(0, clock.now() - startedAt);
    series.of(c)(ms / SECOND_MS);
  };
}

/** The series of all requests. There are few routes, methods and statuses. */
class RequestSeries {
  readonly #metrics: Metrics;
  readonly #known = new Map<string, Map<string, Series[]>>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  /** Returns the series of an answer. */
  of(c: Context): Series {
    const route = routeOf(c);
    const { status } = c.res;
    const sentMethod = c.req.method;
    const method = METHODS.has(sentMethod) ? sentMethod : OTHER_METHOD;
    return this.#known.get(route)?.get(method)?.[status] ?? this.#add({ route, method, status });
  }

  #add({ route, method, status }: { route: string; method: string; status: number }): Series {
    const series = this.#metrics.series("http.server.request.duration", {
      "http.request.method": method,
      "http.route": route,
      "http.response.status_code": status,
    });
    const byMethod = this.#known.get(route) ?? new Map<string, Series[]>();
    const byStatus = byMethod.get(method) ?? [];
    byStatus[status] = series;
    this.#known.set(route, byMethod.set(method, byStatus));
    return series;
  }
}

/** Returns the pattern of the route. Neither a middleware nor an answer to all paths is a route. */
function routeOf(c: Context): string {
  return matchedRoutes(c).findLast(({ method }) => method !== "ALL")?.path ?? UNKNOWN_ROUTE;
}

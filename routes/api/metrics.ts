/**
 * The metrics of this instance in the text format of Prometheus, for the operator.
 * @module
 */
import { Hono } from "hono";
import type { Metrics } from "../../lib/metrics/metrics.ts";
import { answer, setHeaders } from "../http/answer.ts";
import type { AdminCheck } from "../http/admin_token.ts";

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Creates the route `GET /metrics`. For all other callers it does not exist. */
export function metricsRoutes(metrics: Metrics, isAdmin: AdminCheck): Hono {
  return new Hono().get("/metrics", async (c) => {
    if (!await isAdmin(c)) return c.notFound();
    setHeaders(c, { "content-type": CONTENT_TYPE, "cache-control": "no-store" });
    return answer(c, await metrics.prometheusText());
  });
}

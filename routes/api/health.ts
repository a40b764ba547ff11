/**
 * Health checks: whether the process is alive, and whether the service is ready. The operator also
 * gets details.
 * @module
 */
import { type Context, Hono } from "hono";
import type { Health, HealthReport, InstanceHealth, KindHealth } from "../../jobs/engine/health.ts";
import type { JobService } from "../../jobs/engine/job_service.ts";
import { type Clock, isoTime, withDeadline } from "../../lib/clock.ts";
import type { AdminCheck } from "../http/admin_token.ts";
import { answerJson, setHeaders } from "../http/answer.ts";
import { sendProblem } from "../http/send_problem.ts";
import type { HealthDetails } from "./schemas.ts";

/** A database that takes longer counts as unavailable. */
const PING_MS = 2_000;

export interface HealthRouteOptions {
  clock: Clock;
  health: Health;
  /** Returns what the operator should do soon, one sentence each. */
  warnings: () => readonly string[];
  isAdmin: AdminCheck;
}

/** Creates the routes `GET /livez` and `GET /readyz`. */
export function healthRoutes(jobs: JobService, options: HealthRouteOptions): Hono {
  const routes = new Hono();
  routes.get("/livez", (c) => answerJson(c, { status: "ok" }));
  routes.get("/readyz", async (c) => {
    const reason = await notReady(jobs, options.clock);
    return await options.isAdmin(c)
      ? await sendDetails(c, reason, options)
      : sendStatus(c, reason !== null);
  });
  return routes;
}

/** Returns why the service is not ready; `null` if it is. */
async function notReady(jobs: JobService, clock: Clock): Promise<string | null> {
  if (jobs.stopping) return "The service is shutting down";
  if (!jobs.acceptsJobs) return "The disk of the database is full, or will soon be";
  try {
    await withDeadline(() => jobs.ping(), { ms: PING_MS, clock });
    return null;
  } catch {
    return "The database does not respond";
  }
}

function sendStatus(c: Context, isNotReady: boolean): Response {
  if (!isNotReady) return answerJson(c, { status: "ok" });
  return sendProblem(c, { code: "not_ready", detail: "The service is not ready" });
}

/** Answers the operator: with the same status, but also with the reason and all details. */
async function sendDetails(
  c: Context,
  reason: string | null,
  { health, warnings }: HealthRouteOptions,
): Promise<Response> {
  const details = presentHealth(await health.read(), warnings());
  if (reason !== null) {
    return sendProblem(c, { code: "not_ready", detail: reason, extensions: { details } });
  }
  setHeaders(c, { "cache-control": "no-store" });
  return answerJson(c, { status: "ok", details });
}

/** Returns a report as operators see it. */
export function presentHealth(report: HealthReport, warnings: readonly string[]): HealthDetails {
  const { storage, databaseMs, running, kinds, instances } = report;
  return {
    storage,
    databaseMs,
    running,
    kinds: kinds?.map(presentKind) ?? null,
    instances: instances?.map(presentInstance) ?? null,
    warnings: [...warnings],
  };
}

/** Builds the answer about a kind. */
export function presentKind({ openUntil, lastCall, ...kind }: KindHealth) {
  return {
    ...kind,
    openUntil: isoOrNull(openUntil),
    lastCall: lastCall && { ...lastCall, at: isoTime(lastCall.at) },
  };
}

/** Builds the answer about an instance. */
export function presentInstance({ heartbeatAt, ...instance }: InstanceHealth) {
  return { ...instance, heartbeatAt: isoOrNull(heartbeatAt) };
}

function isoOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoTime(epochMs);
}

/**
 * Health checks: whether the process is alive, and whether the service is ready.
 * @module
 */
import { Hono } from "hono";
import type { JobService } from "../../jobs/engine/job_service.ts";
import { type Clock, withDeadline } from "../../lib/clock.ts";
import { sendProblem } from "../http/send_problem.ts";

/** A database that takes longer counts as unavailable. */
const PING_MS = 2_000;

/**
 * Creates the routes `GET /livez` and `GET /readyz`.
 *
 * @param options `warnings` returns what the operator should do soon, one sentence each
 */
export function healthRoutes(
  jobs: JobService,
  { clock, warnings }: { clock: Clock; warnings: () => readonly string[] },
): Hono {
  const routes = new Hono();
  routes.get("/livez", (c) => c.json({ status: "ok" }));
  routes.get("/readyz", async (c) => {
    const reason = await notReady(jobs, clock);
    if (reason === null) return c.json({ status: "ok", warnings: warnings() });
    return sendProblem(c, { code: "not_ready", detail: reason });
  });
  return routes;
}

/** Returns why the service is not ready; `null` if it is. */
async function notReady(jobs: JobService, clock: Clock): Promise<string | null> {
  if (jobs.stopping) return "The service is shutting down";
  if (!jobs.acceptsJobs) return "The disk is full";
  try {
    await withDeadline(() => jobs.ping(), { ms: PING_MS, clock });
    return null;
  } catch {
    return "The database does not respond";
  }
}

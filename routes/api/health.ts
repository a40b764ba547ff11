/**
 * Health checks: is the process there, and can it work?
 * @module
 */
import { Hono } from "hono";
import type { JobService } from "../../jobs/engine/job_service.ts";
import { type Clock, withDeadline } from "../../lib/clock.ts";
import { sendProblem } from "../http/send_problem.ts";

/** A database that takes longer than this is as good as gone. */
const PING_MS = 2_000;

/** `GET /livez` and `GET /readyz`. */
export function healthRoutes(jobs: JobService, clock: Clock): Hono {
  const routes = new Hono();
  routes.get("/livez", (c) => c.json({ status: "ok" }));
  routes.get("/readyz", async (c) => {
    const reason = await notReady(jobs, clock);
    if (reason === null) return c.json({ status: "ok" });
    return sendProblem(c, { code: "not_ready", detail: reason });
  });
  return routes;
}

async function notReady(jobs: JobService, clock: Clock): Promise<string | null> {
  if (jobs.stopping) return "The service is shutting down";
  try {
    await withDeadline(() => jobs.ping(), { ms: PING_MS, clock });
    return null;
  } catch {
    return "The database does not answer";
  }
}

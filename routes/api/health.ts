/**
 * Health checks: is the process there, and can it work?
 * @module
 */
import { Hono } from "hono";
import type { Engine } from "../../jobs/engine/engine.ts";
import { sendProblem } from "../http/send_problem.ts";

/** A database that takes longer than this is as good as gone. */
const PING_MS = 2_000;

/** `GET /livez` and `GET /readyz`. */
export function healthRoutes(engine: Engine): Hono {
  const routes = new Hono();
  routes.get("/livez", (c) => c.json({ status: "ok" }));
  routes.get("/readyz", async (c) => {
    const reason = await notReady(engine);
    if (reason === null) return c.json({ status: "ok" });
    return sendProblem(c, { code: "not_ready", detail: reason });
  });
  return routes;
}

async function notReady(engine: Engine): Promise<string | null> {
  if (engine.stopping) return "The service is shutting down";
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("no answer")), PING_MS);
  try {
    await Promise.race([engine.ping(), late.promise]);
    return null;
  } catch {
    return "The database does not answer";
  } finally {
    clearTimeout(timer);
  }
}

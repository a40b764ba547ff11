/**
 * The routes of a kind of job: the same for every kind.
 * @module
 */
import { Hono } from "hono";
import { z } from "zod";
import { QueueFullError } from "../jobs/admission.ts";
import type { Engine } from "../jobs/engine.ts";
import type { JobKind } from "../jobs/kind.ts";
import { describeError } from "../lib/log.ts";
import { ProblemError } from "../lib/problem.ts";
import { getLogger } from "@logtape/logtape";
import { readBody } from "./body.ts";
import { locationOf, presentJob, presentNewJob, retryAfterSeconds } from "./presenter.ts";

const JobId = z.uuid();

/** How long a client that was refused for lack of room had better wait. */
const QUEUE_FULL_RETRY_SECONDS = 30;

const log = getLogger(["tripwright", "http"]);

/** `POST` and `GET` of one kind of job, relative to its path. */
export function jobRoutes(kind: JobKind, engine: Engine, now: () => number): Hono {
  const routes = new Hono();

  routes.post("/", async (c) => {
    const request = await readBody(c, kind.request);
    const job = await engine.submit(kind, request).catch(refuse);
    c.header("location", locationOf(kind, job));
    c.header("retry-after", String(retryAfterSeconds(job, now())));
    return c.json(presentNewJob(kind, job), kind.http.acceptedStatus);
  });

  routes.get("/:id", async (c) => {
    const id = JobId.safeParse(c.req.param("id"));
    const snapshot = id.success ? await engine.read(kind, id.data.toLowerCase()) : null;
    if (!snapshot) {
      throw new ProblemError({ status: 404, code: "job_not_found", detail: kind.http.notFound });
    }
    const seconds = retryAfterSeconds(snapshot.job, now());
    if (seconds !== null) c.header("retry-after", String(seconds));
    c.header("cache-control", "private, no-cache");
    return c.json(presentJob(kind, snapshot));
  });

  return routes;
}

function refuse(error: unknown): never {
  if (error instanceof QueueFullError) {
    throw new ProblemError({
      status: 503,
      code: "queue_full",
      detail: "Too many jobs are waiting, please try again later",
      headers: { "retry-after": String(QUEUE_FULL_RETRY_SECONDS) },
    });
  }
  log.error("accept failed", { error: describeError(error) });
  throw new ProblemError({
    status: 500,
    code: "accept_failed",
    detail: "Failed to initiate generation",
  });
}

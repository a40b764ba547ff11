/**
 * The routes of a kind of job: the same for every kind.
 * @module
 */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { QueueFullError } from "../jobs/admission.ts";
import { type Engine, StoppingError } from "../jobs/engine.ts";
import type { JobKind } from "../jobs/kind.ts";
import type { JobSnapshot } from "../lib/job_store.ts";
import { describeError } from "../lib/log.ts";
import { ProblemError } from "../lib/problem.ts";
import { getLogger } from "@logtape/logtape";
import { readBody } from "./body.ts";
import {
  locationOf,
  presentJob,
  presentNewJob,
  presentTimeline,
  retryAfterSeconds,
  statusOf,
} from "./presenter.ts";

const JobId = z.uuid();

/** How long a client that was refused for lack of room had better wait. */
const QUEUE_FULL_RETRY_SECONDS = 30;

/** By then an instance that is stopping has gone, and another one answers. */
const STOPPING_RETRY_SECONDS = 5;

const log = getLogger(["tripwright", "http"]);

export interface JobRouteOptions {
  /** Now, in epoch milliseconds. */
  now: () => number;
  /** Who sends a request; no secret. */
  callerOf: (c: Context) => string;
}

/** `POST`, `GET` and `DELETE` of one kind of job, relative to its path. */
export function jobRoutes(
  kind: JobKind,
  engine: Engine,
  { now, callerOf }: JobRouteOptions,
): Hono {
  const routes = new Hono();

  routes.post("/", async (c) => {
    const request = await readBody(c, kind.request);
    const job = await engine.submit(kind, request, { caller: callerOf(c) }).catch(refuse);
    c.header("location", locationOf(kind, job));
    c.header("retry-after", String(retryAfterSeconds(job, now())));
    return c.json(presentNewJob(kind, job), kind.http.acceptedStatus);
  });

  routes.get("/:id", async (c) => {
    const snapshot = await find(c, (id) => engine.read(kind, id));
    const seconds = retryAfterSeconds(snapshot.job, now());
    if (seconds !== null) c.header("retry-after", String(seconds));
    c.header("cache-control", "private, no-cache");
    return c.json(presentJob(kind, snapshot));
  });

  routes.get("/:id/timeline", async (c) => {
    const timeline = await find(c, (id) => engine.timeline(kind, id));
    c.header("cache-control", "private, no-cache");
    return c.json(presentTimeline(kind, timeline));
  });

  routes.delete("/:id", async (c) => {
    const snapshot = await find(c, (id) => engine.cancel(kind, id));
    if (snapshot.job.state !== "canceled") {
      const status = statusOf(snapshot.job);
      throw new ProblemError({
        code: "job_finished",
        detail: `The job cannot be canceled: it is ${status} already`,
        extensions: { state: status },
      });
    }
    return c.json(presentJob(kind, snapshot), 202);
  });

  /** The job that the path names. */
  async function find<T extends JobSnapshot>(
    c: Context,
    look: (id: string) => Promise<T | null>,
  ): Promise<T> {
    const id = JobId.safeParse(c.req.param("id"));
    const snapshot = id.success ? await look(id.data.toLowerCase()) : null;
    if (snapshot) return snapshot;
    throw new ProblemError({ code: "job_not_found", detail: kind.http.notFound });
  }

  return routes;
}

function refuse(error: unknown): never {
  if (error instanceof QueueFullError) {
    throw new ProblemError({
      code: "queue_full",
      detail: "Too many jobs are waiting, please try again later",
      headers: { "retry-after": String(QUEUE_FULL_RETRY_SECONDS) },
    });
  }
  if (error instanceof StoppingError) {
    throw new ProblemError({
      code: "stopping",
      detail: "This instance is shutting down, please try again",
      headers: { "retry-after": String(STOPPING_RETRY_SECONDS) },
    });
  }
  log.error("accept failed", { error: describeError(error) });
  throw new ProblemError({
    code: "accept_failed",
    detail: "Failed to initiate generation",
  });
}

/**
 * The routes of a kind of job: the same for every kind.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { JobService } from "../../jobs/engine/job_service.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { isKey } from "../../lib/caller.ts";
import type { Clock } from "../../lib/clock.ts";
import { isEnded, type JobRecord } from "../../lib/job/job_record.ts";
import { describeError } from "../../lib/log.ts";
import { ProblemError } from "../http/problem.ts";
import { readBody } from "../http/body.ts";
import { type AccessOptions, type AppEnv, isOwnJob, maySee } from "../http/caller.ts";
import { acceptJob } from "./accept_job.ts";
import { sendEvents } from "./event_stream.ts";
import { END } from "./job_events.ts";
import type { JobView, JobViews } from "./job_views.ts";
import { cursorOf, readPage, singleQuery } from "./pagination.ts";
import {
  locationOf,
  presentJob,
  presentNewJob,
  presentSummary,
  presentTimeline,
  retryAfterSeconds,
} from "./presenter.ts";
import { callbackNotAllowed, notOwner, tooLate, unknownCaller } from "./refusals.ts";
import { type RateLimiters, showBudget } from "../http/rate_limit.ts";
import { requestBody } from "./request_body.ts";
import { idempotencyKeyOf, isKnown, preferredWaitSeconds } from "../http/request_headers.ts";

const JobId = z.uuid();

const log = getLogger(["tripwright", "http"]);

export interface JobRouteOptions {
  jobs: JobService;
  views: JobViews;
  clock: Clock;
  access: AccessOptions;
  rateLimiters: RateLimiters;
  /** Hosts that may be called back although they are private; see `objectionTo()`. */
  privateHosts: readonly string[];
}

/** All routes of one kind of job, relative to its path. */
export function jobRoutes(kind: PublicKind, options: JobRouteOptions): Hono<AppEnv> {
  const { jobs, views, clock, access, rateLimiters } = options;
  const body = requestBody(kind, options);
  const routes = new Hono<AppEnv>();

  routes.post("/", async (c) => {
    const idempotencyKey = idempotencyKeyOf(c);
    const { callbackUrl, ...request } = await readBody(c, body);
    if (callbackUrl && !isKey(c.get("caller").owner)) throw callbackNotAllowed();
    const wish = { jobs, rateLimiters, request, idempotencyKey, callbackUrl };
    const { job, isRepeated, budget } = await acceptJob(c, kind, wish);
    if (budget) showBudget(c, budget);
    if (isRepeated) c.header("idempotency-replayed", "true");
    c.header("location", locationOf(kind, job));
    const ended = await untilEnd(c, job);
    if (ended) return ended;
    c.header("cache-control", "no-store");
    c.header("retry-after", String(retryAfterSeconds(kind, job, clock.now())));
    return c.json(presentNewJob(kind, job), kind.http.acceptedStatus);
  });

  routes.get("/", async (c) => {
    const { owner } = c.get("caller");
    if (owner === null) throw unknownCaller(access);
    const page = readPage(c);
    const { jobs: found, next } = await jobs.list(kind, { owner, ...page });
    const nextCursor = next && cursorOf(next);
    if (nextCursor) c.header("link", nextLink(kind, page.limit, nextCursor));
    c.header("cache-control", "private, no-cache");
    return c.json({ items: found.flatMap((job) => summaryOf(kind, job)), nextCursor });
  });

  routes.get("/:id", async (c) => {
    const view = await find(c, (id) => views.read(kind, id));
    return sendView(c, await changed(c, view));
  });

  routes.get("/:id/timeline", async (c) => {
    const timeline = await find(c, (id) => jobs.timeline(kind, id));
    c.header("cache-control", "private, no-cache");
    return c.json(presentTimeline(kind, timeline));
  });

  routes.get("/:id/events", async (c) => {
    const snapshot = await find(c, (id) => jobs.read(kind, id));
    const { job } = snapshot;
    const after = singleQuery(c, "after");
    const position = c.req.header("last-event-id") ?? after;
    // Browsers come back when a stream ends; this tells them not to (HTML, server-sent events).
    if (position === END && isEnded(job)) return c.body(null, 204);
    // What cannot be shown is said now, by a status: browsers would come back to a broken stream.
    presentJob(kind, snapshot);
    return sendEvents(c, { kind, jobs, clock, id: job.id, position });
  });

  routes.delete("/:id", async (c) => {
    const found = await find(c, (id) => jobs.read(kind, id));
    if (!isOwnJob(c.get("caller"), found.job, access)) throw notOwner();
    const snapshot = await jobs.cancel(kind, found.job.id);
    if (!snapshot) throw notFound();
    if (snapshot.job.state !== "canceled") throw tooLate(snapshot.job);
    return c.json(presentJob(kind, snapshot), 202);
  });

  /** The job that the path names, if the caller may see it. */
  async function find<T extends { job: JobRecord }>(
    c: Context<AppEnv>,
    look: (id: string) => Promise<T | null>,
  ): Promise<T> {
    const id = JobId.safeParse(c.req.param("id"));
    const found = id.success ? await look(id.data.toLowerCase()) : null;
    if (found && maySee(c.get("caller"), found.job, access)) return found;
    throw notFound();
  }

  function notFound(): ProblemError {
    return new ProblemError({ code: "job_not_found", detail: kind.http.notFound });
  }

  /** The job as soon as it is no longer as the client knows it, if the client is ready to wait. */
  async function changed(c: Context<AppEnv>, view: JobView): Promise<JobView> {
    const seconds = preferredWaitSeconds(c);
    if (seconds === 0) return view;
    c.header("preference-applied", `wait=${seconds}`);
    const isNew = c.req.header("if-none-match") !== undefined && !isKnown(c, view.etag);
    if (isNew || isEnded(view.job)) return view;
    const { version, job } = view;
    const options = { version, ms: 1_000 * seconds, signal: c.req.raw.signal };
    const snapshot = await jobs.waitFor(job.id, options);
    if (!snapshot) throw notFound();
    return views.viewOf(kind, snapshot);
  }

  function sendView(c: Context<AppEnv>, view: JobView, status?: 200 | 202): Response {
    const seconds = retryAfterSeconds(kind, view.job, clock.now());
    if (seconds !== null) c.header("retry-after", String(seconds));
    c.header("cache-control", "private, no-cache");
    c.header("etag", view.etag);
    if (status === undefined && isKnown(c, view.etag)) return c.body(null, 304);
    c.header("content-type", "application/json");
    return c.body(view.body, status ?? 200);
  }

  /**
   * The answer to a `POST` whose client is ready to wait: the job as it is when it has ended, or when
   * the client's patience has. `null` if there is nothing to be said of it beyond that it was accepted.
   */
  async function untilEnd(c: Context<AppEnv>, { id }: JobRecord): Promise<Response | null> {
    const seconds = preferredWaitSeconds(c);
    if (seconds === 0) return null;
    const options = { ms: 1_000 * seconds, signal: c.req.raw.signal };
    const snapshot = await jobs.waitFor(id, options).catch((error) => {
      // It was accepted; whoever were told otherwise would send it again.
      log.warning("not waited for", { jobId: id, error: describeError(error) });
      return null;
    });
    if (!snapshot) return null;
    c.header("preference-applied", `wait=${seconds}`);
    c.header("content-location", locationOf(kind, snapshot.job));
    const isOver = isEnded(snapshot.job);
    return sendView(c, views.viewOf(kind, snapshot), isOver ? 200 : kind.http.acceptedStatus);
  }

  return routes;
}

/** One that this version cannot show hides no other. */
function summaryOf(kind: PublicKind, job: JobRecord) {
  try {
    return [presentSummary(kind, job)];
  } catch (error) {
    log.error("job not shown", { jobId: job.id, error: describeError(error) });
    return [];
  }
}

function nextLink(kind: PublicKind, limit: number, cursor: string): string {
  return `<${kind.http.path}?limit=${limit}&cursor=${cursor}>; rel="next"`;
}

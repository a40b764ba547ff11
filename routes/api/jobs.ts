/**
 * The API routes of a kind of job. They are the same for every kind.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { JobService } from "../../jobs/engine/job_service.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { type Clock, isoTime } from "../../lib/clock.ts";
import { isEnded, type JobRecord } from "../../lib/job/job_record.ts";
import { describeError } from "../../lib/log.ts";
import { answer, answerJson, setHeaders } from "../http/answer.ts";
import type { ProblemError } from "../http/problem.ts";
import {
  type AccessOptions,
  type AppEnv,
  hasScope,
  mayCancel,
  maySee,
  readerOf,
  scopeMissing,
  withScope,
} from "../http/caller.ts";
import { sendEvents } from "./event_stream.ts";
import { END, type JobContents } from "./job_content.ts";
import { JobCreation } from "./job_creation.ts";
import { keyEndOf, sendView } from "./job_reads.ts";
import type { JobView, JobViews } from "./job_views.ts";
import { cursorOf, readPage } from "./pagination.ts";
import { presentJob, presentSummary, presentTimeline } from "./presenter.ts";
import {
  jobFinished,
  jobNotFound,
  keyEnded,
  notOwner,
  readTokenNotNeeded,
  unknownCaller,
} from "./refusals.ts";
import { readFlag, readJobId, singleQuery } from "../http/query.ts";
import type { OpenStreams } from "../http/open_streams.ts";
import type { RateLimiters } from "../http/rate_limit.ts";
import type { ReadToken } from "./schemas.ts";
import { isKnown, preferredWaitSeconds } from "../http/request_headers.ts";

const JobId = z.uuid();

/** How long a read token is valid at most. It is in a URL, which proxies may write to their logs. */
const READ_TOKEN_MS = 60 * 60_000;

const log = getLogger(["tripwright", "http"]);

export interface JobRouteOptions {
  jobs: JobService;
  views: JobViews;
  contents: JobContents;
  clock: Clock;
  access: AccessOptions;
  rateLimiters: RateLimiters;
  openStreams: OpenStreams;
  /** Private hosts that callbacks may go to; see `objectionTo()`. */
  privateHosts: readonly string[];
}

/** Creates all routes of one kind of job, relative to its path. */
export function jobRoutes(kind: PublicKind, options: JobRouteOptions): Hono<AppEnv> {
  const calls = new JobCalls(kind, options);
  const creation = new JobCreation(kind, options);
  const { publicReads } = options.access;
  type Call = (c: ApiContext) => Promise<Response>;
  const reading = (call: Call): Call => publicReads ? call : withScope("read", call);
  const routes = new Hono<AppEnv>()
    .post("/", withScope("make", (c) => creation.create(c)))
    .get("/", withScope("read", (c) => calls.list(c)))
    .get("/:id", reading((c) => calls.get(c)))
    .get("/:id/timeline", reading((c) => calls.getTimeline(c)))
    .get("/:id/events", reading((c) => calls.stream(c)))
    .post("/:id/read-tokens", reading((c) => calls.createReadToken(c)))
    .delete("/:id", withScope("make", (c) => calls.cancel(c)));
  if (!kind.refinement) return routes;
  const refine = reading((c) => creation.refine(c));
  return routes.post("/:id/refinements", withScope("make", refine));
}

type ApiContext = Context<AppEnv>;

/** Answers the calls of one kind of job. */
class JobCalls {
  readonly #kind: PublicKind;
  readonly #options: JobRouteOptions;

  constructor(kind: PublicKind, options: JobRouteOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  async list(c: ApiContext): Promise<Response> {
    const { jobs, access } = this.#options;
    const caller = c.get("caller");
    const { owner } = caller;
    if (owner === null) throw unknownCaller(access);
    const all = readFlag(c, "all");
    if (all && !hasScope(caller, "read_all")) throw scopeMissing("read_all");
    const refines = readJobId(c, "refines");
    const page = { ...readPage(c), refines };
    const { jobs: found, next } = all
      ? await jobs.listAll(this.#kind, page)
      : await jobs.list(this.#kind, { owner, ...page });
    const nextCursor = next && cursorOf(next);
    const query = {
      limit: String(page.limit),
      ...(all && { all: "1" }),
      ...(refines !== undefined && { refines }),
    };
    if (nextCursor) setHeaders(c, { link: nextLink(this.#kind, { ...query, cursor: nextCursor }) });
    setHeaders(c, { "cache-control": "private, no-cache" });
    return answerJson(c, { items: found.flatMap((job) => summaryOf(this.#kind, job)), nextCursor });
  }

  async get(c: ApiContext): Promise<Response> {
    const view = await this.#find(c, (id) => this.#options.views.read(this.#kind, id));
    const kind = this.#kind;
    const { clock } = this.#options;
    return sendView(c, await this.#waitForChange(c, view), { kind, clock });
  }

  async getTimeline(c: ApiContext): Promise<Response> {
    const timeline = await this.#find(c, (id) => this.#options.jobs.timeline(this.#kind, id));
    setHeaders(c, { "cache-control": "private, no-cache" });
    return answerJson(c, presentTimeline(this.#kind, timeline));
  }

  async stream(c: ApiContext): Promise<Response> {
    const kind = this.#kind;
    const { jobs, views, contents, clock, openStreams } = this.#options;
    const view = await this.#find(c, (id) => views.read(kind, id));
    const { job, version } = view;
    const after = singleQuery(c, "after");
    const position = c.req.header("last-event-id") ?? after;
    // Browsers reconnect when a stream ends, unless the status is 204 (HTML, server-sent events).
    if (position === END && isEnded(job)) return answer(c, null, 204);
    // Throws before the stream begins if the job cannot be presented. If the stream broke later,
    // browsers would reconnect again and again.
    void view.body;
    const ended = isEnded(job) ? contents.find(job, version) : undefined;
    // Hono answers `HEAD` with the response to `GET`, but no client would read that stream.
    const opened = c.req.method === "HEAD" ? null : openStreams.open(c);
    const keyEnd = keyEndOf(c, this.#options.access);
    const options = { kind, jobs, contents, clock, id: job.id, ended, position, opened, keyEnd };
    return sendEvents(c, options);
  }

  async createReadToken(c: ApiContext): Promise<Response> {
    const { jobs, clock, access: { apiKeys, publicReads } } = this.#options;
    if (!apiKeys.isRequired || publicReads) throw readTokenNotNeeded();
    const { job } = await this.#find(c, (id) => jobs.read(this.#kind, id));
    const latest = Math.min(clock.now() + READ_TOKEN_MS, job.expiresAt);
    // A token has whole seconds.
    const expiresAt = latest - latest % 1_000;
    const grant = { purpose: "read", jobId: job.id, expiresAt } as const;
    const token = await apiKeys.signReadToken(c.get("caller"), grant);
    setHeaders(c, { "cache-control": "no-store" });
    return answerJson(c, { token, expiresAt: isoTime(expiresAt) } satisfies ReadToken, 201);
  }

  async cancel(c: ApiContext): Promise<Response> {
    const kind = this.#kind;
    const { jobs, access } = this.#options;
    const found = await this.#find(c, (id) => jobs.read(kind, id), mayCancel);
    if (!mayCancel(c.get("caller"), found.job, access)) throw notOwner();
    const snapshot = await jobs.cancel(kind, found.job.id, c.get("countedAs"));
    if (!snapshot) throw this.#notFound();
    if (snapshot.job.state !== "canceled") throw jobFinished(snapshot.job);
    return answerJson(c, presentJob(kind, snapshot), 202);
  }

  /**
   * Reads the job that the path names.
   *
   * @param mayAlso who may know that the job exists, beside its readers
   * @throws {ProblemError} 404 if it does not exist or the caller may not see it, 401 for a read
   * token that is not valid
   */
  async #find<T extends { job: JobRecord }>(
    c: ApiContext,
    read: (id: string) => Promise<T | null>,
    mayAlso: typeof maySee = maySee,
  ): Promise<T> {
    const { access, clock } = this.#options;
    const jobId = c.req.param("id")!;
    const reader = await readerOf(c, access, { jobId, now: clock.now() });
    c.set("reader", reader);
    const id = JobId.safeParse(jobId);
    const found = id.success ? await read(id.data.toLowerCase()) : null;
    if (!found) throw this.#notFound();
    const { job } = found;
    if (maySee(reader, job, access) || mayAlso(reader, job, access)) return found;
    throw this.#notFound();
  }

  #notFound(): ProblemError {
    return jobNotFound(this.#kind);
  }

  /** Waits until the job differs from the client's version, if the request has `Prefer: wait`. */
  async #waitForChange(c: ApiContext, view: JobView): Promise<JobView> {
    const { jobs, views, openStreams } = this.#options;
    const seconds = preferredWaitSeconds(c);
    // A server may ignore a preference, and a client then waits as long as `Retry-After` says.
    using opened = seconds === 0 ? null : openStreams.tryOpen(c);
    if (!opened) return view;
    setHeaders(c, { "preference-applied": `wait=${seconds}` });
    const isNewToClient = c.req.header("if-none-match") !== undefined && !isKnown(c, view.etag);
    if (isNewToClient || isEnded(view.job)) return view;
    const { version, job } = view;
    const keyEnd = keyEndOf(c, this.#options.access);
    const signals = [c.req.raw.signal, ...keyEnd ? [keyEnd] : []];
    const snapshot = await jobs.waitFor(job.id, { version, ms: 1_000 * seconds, signals });
    if (keyEnd?.aborted) throw keyEnded();
    if (!snapshot) throw this.#notFound();
    return views.viewOf(this.#kind, snapshot);
  }
}

/** Presents a job of a list. A job that this version cannot present is left out. */
function summaryOf(kind: PublicKind, job: JobRecord) {
  try {
    return [presentSummary(kind, job)];
  } catch (error) {
    log.error("cannot present job", { jobId: job.id, error: describeError(error) });
    return [];
  }
}

function nextLink(kind: PublicKind, query: Record<string, string>): string {
  return `<${kind.http.path}?${new URLSearchParams(query)}>; rel="next"`;
}

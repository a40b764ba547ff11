/**
 * The API routes of a kind of job. They are the same for every kind.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { JobService } from "../../jobs/engine/job_service.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { isKey } from "../../lib/caller.ts";
import { type Clock, isoTime } from "../../lib/clock.ts";
import { isEnded, type JobRecord } from "../../lib/job/job_record.ts";
import { describeError } from "../../lib/log.ts";
import { answer, answerJson, setHeaders } from "../http/answer.ts";
import { ProblemError } from "../http/problem.ts";
import { readBody } from "../http/body.ts";
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
import { acceptJob } from "./accept_job.ts";
import { sendEvents } from "./event_stream.ts";
import { END, type JobContents } from "./job_content.ts";
import type { JobView, JobViews } from "./job_views.ts";
import { cursorOf, readPage } from "./pagination.ts";
import {
  locationOf,
  presentJob,
  presentNewJob,
  presentSummary,
  presentTimeline,
} from "./presenter.ts";
import {
  callbackNotAllowed,
  jobFinished,
  keyEnded,
  notOwner,
  readTokenNotNeeded,
  unknownCaller,
} from "./refusals.ts";
import { readFlag, singleQuery } from "../http/query.ts";
import type { OpenStreams } from "../http/open_streams.ts";
import { type RateLimiters, showBudget } from "../http/rate_limit.ts";
import { retryAfterSeconds } from "./poll_interval.ts";
import { requestBody } from "./request_body.ts";
import type { ReadToken } from "./schemas.ts";
import { idempotencyKeyOf, isKnown, preferredWaitSeconds } from "../http/request_headers.ts";

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
  const { publicReads } = options.access;
  type Call = (c: ApiContext) => Promise<Response>;
  const reading = (call: Call): Call => publicReads ? call : withScope("read", call);
  return new Hono<AppEnv>()
    .post("/", withScope("make", (c) => calls.create(c)))
    .get("/", withScope("read", (c) => calls.list(c)))
    .get("/:id", reading((c) => calls.get(c)))
    .get("/:id/timeline", reading((c) => calls.getTimeline(c)))
    .get("/:id/events", reading((c) => calls.stream(c)))
    .post("/:id/read-tokens", reading((c) => calls.createReadToken(c)))
    .delete("/:id", withScope("make", (c) => calls.cancel(c)));
}

type ApiContext = Context<AppEnv>;

/** Answers the calls of one kind of job. */
class JobCalls {
  readonly #kind: PublicKind;
  readonly #options: JobRouteOptions;
  readonly #body: ReturnType<typeof requestBody>;

  constructor(kind: PublicKind, options: JobRouteOptions) {
    this.#kind = kind;
    this.#options = options;
    this.#body = requestBody(kind, options);
  }

  async create(c: ApiContext): Promise<Response> {
    const kind = this.#kind;
    const { jobs, clock, rateLimiters } = this.#options;
    const idempotencyKey = idempotencyKeyOf(c);
    const { callbackUrl, ...request } = await readBody(c, this.#body, { clock });
    if (callbackUrl && !isKey(c.get("caller").owner)) throw callbackNotAllowed();
    const options = { jobs, rateLimiters, request, idempotencyKey, callbackUrl };
    const { job, isRepeated, budget } = await acceptJob(c, kind, options);
    if (budget) showBudget(c, budget);
    if (isRepeated) setHeaders(c, { "idempotency-replayed": "true" });
    setHeaders(c, { location: locationOf(kind, job) });
    const ended = await this.#waitForEnd(c, job);
    if (ended) return ended;
    const retryAfter = String(retryAfterSeconds(kind, job, clock.now()));
    setHeaders(c, { "cache-control": "no-store", "retry-after": retryAfter });
    const body = presentNewJob(kind, job, jobs.queueOf(job));
    return answerJson(c, body, kind.http.acceptedStatus);
  }

  async list(c: ApiContext): Promise<Response> {
    const { jobs, access } = this.#options;
    const caller = c.get("caller");
    const { owner } = caller;
    if (owner === null) throw unknownCaller(access);
    const all = readFlag(c, "all");
    if (all && !hasScope(caller, "read_all")) throw scopeMissing("read_all");
    const page = readPage(c);
    const { jobs: found, next } = all
      ? await jobs.listAll(this.#kind, page)
      : await jobs.list(this.#kind, { owner, ...page });
    const nextCursor = next && cursorOf(next);
    const query = { limit: String(page.limit), ...(all && { all: "1" }) };
    if (nextCursor) setHeaders(c, { link: nextLink(this.#kind, { ...query, cursor: nextCursor }) });
    setHeaders(c, { "cache-control": "private, no-cache" });
    return answerJson(c, { items: found.flatMap((job) => summaryOf(this.#kind, job)), nextCursor });
  }

  async get(c: ApiContext): Promise<Response> {
    const view = await this.#find(c, (id) => this.#options.views.read(this.#kind, id));
    return this.#sendView(c, await this.#waitForChange(c, view));
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
    const keyEnd = this.#keyEndOf(c);
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

  /**
   * Returns the signal that aborts when the reader may no longer read, see {@link ApiKeys.endOf};
   * `null`: without a key, it always may.
   */
  #keyEndOf(c: ApiContext): AbortSignal | null {
    const { apiKeys, publicReads } = this.#options.access;
    const reader = c.get("reader") ?? c.get("caller");
    return publicReads && !reader.rights ? null : apiKeys.endOf(reader);
  }

  #notFound(): ProblemError {
    return new ProblemError({ code: "job_not_found", detail: this.#kind.http.notFound });
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
    const keyEnd = this.#keyEndOf(c);
    const signals = [c.req.raw.signal, ...keyEnd ? [keyEnd] : []];
    const snapshot = await jobs.waitFor(job.id, { version, ms: 1_000 * seconds, signals });
    if (keyEnd?.aborted) throw keyEnded();
    if (!snapshot) throw this.#notFound();
    return views.viewOf(this.#kind, snapshot);
  }

  #sendView(c: ApiContext, view: JobView, status?: 200 | 202): Response {
    const seconds = retryAfterSeconds(this.#kind, view.job, this.#options.clock.now());
    if (seconds !== null) setHeaders(c, { "retry-after": String(seconds) });
    setHeaders(c, { "cache-control": "private, no-cache", etag: view.etag });
    if (status === undefined && isKnown(c, view.etag)) return answer(c, null, 304);
    setHeaders(c, { "content-type": "application/json" });
    return answer(c, view.body, status);
  }

  /**
   * Answers a `POST` with `Prefer: wait`: with the job when it has ended, or when the time is up.
   *
   * @returns `null` if the request asks for no wait, if its key may not read the plan, or if the wait
   * fails. `create()` then answers with the new job.
   */
  async #waitForEnd(c: ApiContext, { id }: JobRecord): Promise<Response | null> {
    const kind = this.#kind;
    const { jobs, views, openStreams } = this.#options;
    const caller = c.get("caller");
    const seconds = caller.rights && !hasScope(caller, "read") ? 0 : preferredWaitSeconds(c);
    using opened = seconds === 0 ? null : openStreams.tryOpen(c);
    if (!opened) return null;
    const keyEnd = this.#keyEndOf(c);
    const signals = [c.req.raw.signal, ...keyEnd ? [keyEnd] : []];
    const snapshot = await jobs.waitFor(id, { ms: 1_000 * seconds, signals }).catch((error) => {
      // The job exists, but an error would make the client send the request again.
      log.warning("wait for job failed", { jobId: id, error: describeError(error) });
      return null;
    });
    if (!snapshot || keyEnd?.aborted) return null;
    setHeaders(c, {
      "preference-applied": `wait=${seconds}`,
      "content-location": locationOf(kind, snapshot.job),
    });
    const status = isEnded(snapshot.job) ? 200 : kind.http.acceptedStatus;
    return this.#sendView(c, views.viewOf(kind, snapshot), status);
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

/**
 * The calls that create jobs: new plans, and changes of plans. Both answer in the same way.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Context } from "hono";
import { z } from "zod";
import type { PublicKind } from "../../jobs/kind.ts";
import { isKey } from "../../lib/caller.ts";
import { isEnded, type JobRecord } from "../../lib/job/job_record.ts";
import { describeError } from "../../lib/log.ts";
import { answerJson, setHeaders } from "../http/answer.ts";
import { readBody } from "../http/body.ts";
import { type AppEnv, hasScope, maySee } from "../http/caller.ts";
import { showBudget } from "../http/rate_limit.ts";
import { idempotencyKeyOf, preferredWaitSeconds } from "../http/request_headers.ts";
import { acceptJob, acceptRefinement, type CreateOptions } from "./accept_job.ts";
import { keyEndOf, sendView } from "./job_reads.ts";
import type { JobRouteOptions } from "./jobs.ts";
import { retryAfterSeconds } from "./poll_interval.ts";
import { locationOf, presentNewJob } from "./presenter.ts";
import { callbackNotAllowed, jobNotFound } from "./refusals.ts";
import { changeBody, requestBody } from "./request_body.ts";

const JobId = z.uuid();

const log = getLogger(["tripwright", "http"]);

/** Answers the calls that create jobs of one kind. */
export class JobCreation {
  readonly #kind: PublicKind;
  readonly #options: JobRouteOptions;
  readonly #request: ReturnType<typeof requestBody>;
  readonly #change: ReturnType<typeof changeBody> | null;

  constructor(kind: PublicKind, options: JobRouteOptions) {
    this.#kind = kind;
    this.#options = options;
    this.#request = requestBody(kind, options);
    const { http, refinement } = kind;
    this.#change = refinement ? changeBody({ http, refinement }, options) : null;
  }

  /** Creates a job that writes a plan. */
  async create(c: Context<AppEnv>): Promise<Response> {
    const idempotencyKey = idempotencyKeyOf(c);
    const { callbackUrl, ...request } = await readBody(c, this.#request, this.#options);
    return await this.#answer(
      c,
      { idempotencyKey, callbackUrl },
      (options) => acceptJob(c, this.#kind, { ...options, request }),
    );
  }

  /** Creates a job that changes the plan of the job in the path. */
  async refine(c: Context<AppEnv>): Promise<Response> {
    const { access } = this.#options;
    const parentId = JobId.safeParse(c.req.param("id")).data?.toLowerCase();
    if (parentId === undefined) throw jobNotFound(this.#kind);
    const idempotencyKey = idempotencyKeyOf(c);
    const { callbackUrl, ...change } = await readBody(c, this.#change!, this.#options);
    const caller = c.get("caller");
    return await this.#answer(
      c,
      { idempotencyKey, callbackUrl },
      (options) =>
        acceptRefinement(c, this.#kind, {
          ...options,
          parentId,
          change,
          maySee: (job) => maySee(caller, job, access),
        }),
    );
  }

  /** @param accept creates the job, or finds the job of the same earlier request */
  async #answer(
    c: Context<AppEnv>,
    sent: Pick<CreateOptions, "idempotencyKey" | "callbackUrl">,
    accept: (options: CreateOptions) => ReturnType<typeof acceptJob>,
  ): Promise<Response> {
    const kind = this.#kind;
    const { jobs, clock, rateLimiters } = this.#options;
    if (sent.callbackUrl && !isKey(c.get("caller").owner)) throw callbackNotAllowed();
    const { job, isRepeated, budget } = await accept({ jobs, rateLimiters, ...sent });
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

  /**
   * Answers a `POST` with `Prefer: wait`: with the job when it has ended, or when the time is up.
   *
   * @returns `null` if the request asks for no wait, if its key may not read the plan, or if the wait
   * fails. The answer is then the new job.
   */
  async #waitForEnd(c: Context<AppEnv>, { id }: JobRecord): Promise<Response | null> {
    const kind = this.#kind;
    const { jobs, views, openStreams, access, clock } = this.#options;
    const caller = c.get("caller");
    const seconds = caller.rights && !hasScope(caller, "read") ? 0 : preferredWaitSeconds(c);
    using opened = seconds === 0 ? null : openStreams.tryOpen(c);
    if (!opened) return null;
    const keyEnd = keyEndOf(c, access);
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
    return sendView(c, views.viewOf(kind, snapshot), { kind, clock, status });
  }
}

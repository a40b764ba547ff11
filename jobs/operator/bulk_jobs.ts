/**
 * Bulk jobs for operators: preview, start, progress, undo.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Failure } from "../../lib/job/failure.ts";
import { hashJson } from "../../lib/hash.ts";
import { newJobId } from "../../lib/job/job_id.ts";
import { isEnded, type JobRecord, newJob } from "../../lib/job/job_record.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import type { JobService } from "../engine/job_service.ts";
import { isMeant, listsOf } from "../kinds/bulk/kind.ts";
import {
  BULK,
  BULK_VERSION,
  type BulkAction,
  BulkRequest,
  BulkResult,
  type MatchCount,
  MAX_BULK_JOBS,
  noTotals,
  type ReplaySteps,
  type Totals,
} from "../kinds/bulk/pages.ts";
import type { Actor, Audit, AuditDetails } from "./audit.ts";
import { queryBefore } from "./bulk_access.ts";
import { BulkReport, type BulkSummary, type ReportedPage } from "./bulk_report.ts";
import { type BulkOrder, type BulkTarget, DEFAULT_LIMIT } from "./bulk_order.ts";
import type { JobFilter } from "./job_filter.ts";

export type { MatchCount };

/** How long a bulk job waits before it begins, so that it can be undone without a trace. */
export const UNDO_MS = 15_000;

/** A preview counts up to here. */
export const MAX_PREVIEW = 1_000;

/** How many pages of lists a preview reads. Each page examines a bounded number of jobs. */
const PREVIEW_PAGES = 20;

const PREVIEW_PAGE_JOBS = 200;

/**
 * When the jobs of a stopped bulk job are canceled. By then its worker has heard the bell, and
 * creates no more.
 */
const CLEAN_UP_MS = 3_000;

/** A killed process uses up an attempt. Deploys do not. */
const MAX_ATTEMPTS = 20;

/** The deadline as a share of the lifetime. The rest is time to read what it has done. */
const DEADLINE_SHARE = 7 / 8;

/**
 * `scheduled`: it has not begun. `running`: it works, or waits for its turn or for room in the queue.
 * `undone`: it was canceled before it began. `stopped`: it was canceled later.
 */
export type BulkState = "scheduled" | "running" | "completed" | "failed" | "undone" | "stopped";

/** A bulk job for operators. Times are in epoch milliseconds. */
export interface BulkJob {
  id: string;
  action: BulkAction;
  filter: JobFilter;
  /** The bulk job whose jobs it cancels, in place of the filter. */
  createdBy: string | null;
  steps: ReplaySteps;
  limit: number;
  /** How many jobs matched when it was started. */
  expected: MatchCount;
  /** The name of the operator. */
  by: string;
  state: BulkState;
  createdAt: number;
  /** When it begins, or continues after a pause; `null`: it works now, or has ended. */
  dueAt: number | null;
  startedAt: number | null;
  finishedAt: number | null;
  totals: Totals;
  pages: number;
  /** Whether it ended at its limit; `null`: it has not completed. */
  hasReachedLimit: boolean | null;
  failure: Failure | null;
}

/** What an undo has done. */
export interface Undo {
  /** `ended`: there was nothing left to stop. */
  outcome: "undone" | "stopped" | "ended";
  bulkJob: BulkJob;
  /** The bulk job that cancels what this one has created; `null`: none. */
  cleanUp: BulkJob | null;
}

export interface BulkJobsOptions {
  store: JobStore;
  jobs: Pick<JobService, "cancelById">;
  audit: Audit;
  clock: Clock;
  /** How long a job lives, in milliseconds. */
  ttlMs: number;
  /** The names of the kinds on which bulk jobs act. */
  kinds: ReadonlySet<string>;
}

/** Starts, shows and stops bulk jobs. */
export class BulkJobs {
  readonly #options: BulkJobsOptions;
  readonly #report: BulkReport;

  constructor(options: BulkJobsOptions) {
    this.#options = options;
    this.#report = new BulkReport(options);
  }

  /** Counts the jobs on which a bulk job would act, as far as a bounded number of reads tells. */
  async preview({ action, filter }: BulkTarget): Promise<MatchCount> {
    const { store: { listing }, clock, kinds } = this.#options;
    const before = clock.now();
    let count = 0;
    let pages = 0;
    // A bulk job reads the waiting jobs twice.
    const lists = new Map(listsOf({ action, filter }).map((list) => [list.state, list]));
    for (const list of lists.values()) {
      let cursor: string | null = null;
      do {
        if (pages++ === PREVIEW_PAGES || count >= MAX_PREVIEW) return { count, isMore: true };
        const page = await listing.page(queryBefore(list, before), {
          limit: PREVIEW_PAGE_JOBS,
          cursor,
        });
        cursor = page.cursor;
        count += page.jobs.filter((job) =>
          kinds.has(job.kind) && job.replayedAs === null && isMeant(job, { action, before })
        ).length;
      } while (cursor !== null);
    }
    return { count: Math.min(count, MAX_PREVIEW), isMore: count > MAX_PREVIEW };
  }

  /** Starts a bulk job. It begins after {@link UNDO_MS}. */
  async start(
    actor: Actor,
    { action, filter, limit = DEFAULT_LIMIT, steps = "reuse" }: BulkOrder,
  ): Promise<BulkJob> {
    const id = newJobId(this.#options.clock.now());
    const details = { bulkAction: action, limit, steps, ...factsOf(filter) };
    return await this.#options.audit.record(
      actor,
      { action: "bulk.start", target: id, details },
      async () => {
        const expected = await this.preview({ action, filter });
        const choices = { action, filter, steps, limit, expected };
        const job = await this.#accept(
          { ...choices, createdBy: null, by: actor.name },
          { id, delayMs: UNDO_MS },
        );
        return this.#present(job, { totals: noTotals(), pages: 0 }, null);
      },
    );
  }

  async #accept(
    request: Omit<BulkRequest, "before">,
    { id, delayMs, key }: { id: string; delayMs: number; key?: string },
  ): Promise<JobRecord> {
    const { store, clock, ttlMs } = this.#options;
    const now = clock.now();
    const job = newJob({
      id,
      kind: BULK,
      request: { ...request, before: now } satisfies BulkRequest,
      promptVersion: BULK_VERSION,
      now,
      ttlMs,
      limits: { maxAttempts: MAX_ATTEMPTS, timeoutMs: DEADLINE_SHARE * ttlMs },
    });
    const idempotency = key === undefined ? undefined : { key, fingerprint: key };
    // A sweep starts it, because it is not due yet.
    const accepted = await store.accept(
      { ...job, runAt: now + delayMs },
      { idempotency, startsHere: true },
    );
    return accepted.outcome === "repeated" ? accepted.job : { ...job, runAt: now + delayMs };
  }

  /** Returns a bulk job; `null` if there is none with this id. */
  async read(id: string): Promise<BulkJob | null> {
    const snapshot = await this.#options.store.read(id);
    if (snapshot?.job.kind !== BULK) return null;
    const { job, result } = snapshot;
    return this.#present(job, await this.#report.summarize(job), result);
  }

  /** Lists bulk jobs, newest first. */
  async list(
    options: { limit: number; cursor?: string | null | undefined },
  ): Promise<{ bulkJobs: BulkJob[]; cursor: string | null }> {
    const { jobs, cursor } = await this.#options.store.listing.page({ kind: BULK }, options);
    const found = await Promise.all(jobs.map(({ id }) => this.read(id)));
    return { bulkJobs: found.flatMap((bulkJob) => bulkJob ?? []), cursor };
  }

  /**
   * Returns a page of the jobs on which a bulk job acts.
   *
   * @param page counted from 1
   * @returns `null` if there is no such bulk job, or no such page yet
   */
  async page(id: string, page: number): Promise<ReportedPage | null> {
    const job = (await this.#options.store.read(id))?.job;
    return job?.kind === BULK ? await this.#report.page(job, page) : null;
  }

  /**
   * Stops what is left of a bulk job. Before it has begun, that leaves no trace on the jobs.
   *
   * @param options `cancelCreated`: also cancels the replays that it has created and that have never
   * started
   * @returns `null` if there is no such bulk job
   */
  async undo(
    actor: Actor,
    id: string,
    { cancelCreated }: { cancelCreated: boolean },
  ): Promise<Undo | null> {
    if (!await this.read(id)) return null;
    const change = { action: "bulk.undo", target: id, details: { cancelCreated } } as const;
    return await this.#options.audit.record(actor, change, async (note) => {
      const isCanceled = await this.#options.jobs.cancelById(id) === "canceled";
      const bulkJob = await this.read(id);
      if (!bulkJob) return null;
      const hasBegun = bulkJob.startedAt !== null;
      const outcome = !isCanceled ? "ended" : hasBegun ? "stopped" : "undone";
      const mustCleanUp = cancelCreated && bulkJob.action === "replay" && hasBegun;
      const cleanUp = mustCleanUp ? await this.#cleanUp(actor, bulkJob) : null;
      note({ outcome, cleanUp: cleanUp?.id ?? null });
      return { outcome, bulkJob, cleanUp };
    });
  }

  /** Starts the bulk job that cancels what another one has created. It is started once. */
  async #cleanUp(actor: Actor, { id: createdBy, steps, totals }: BulkJob): Promise<BulkJob> {
    const expected = { count: totals.done, isMore: false };
    const choices = { action: "cancel", filter: {}, steps, limit: MAX_BULK_JOBS } as const;
    const job = await this.#accept(
      { ...choices, createdBy, expected, by: actor.name },
      {
        id: newJobId(this.#options.clock.now()),
        delayMs: CLEAN_UP_MS,
        key: hashJson(["bulk clean-up", createdBy]),
      },
    );
    return this.#present(job, { totals: noTotals(), pages: 0 }, null);
  }

  #present(job: JobRecord, summary: BulkSummary, result: unknown): BulkJob {
    const { id, createdAt, startedAt } = job;
    const { before: _, ...request } = BulkRequest.parse(job.request);
    return {
      id,
      ...request,
      state: stateOf(job),
      createdAt,
      dueAt: job.state === "queued" ? job.runAt : null,
      startedAt,
      finishedAt: isEnded(job) ? job.finishedAt : null,
      ...summary,
      hasReachedLimit: BulkResult.safeParse(result).data?.hasReachedLimit ?? null,
      failure: job.state === "failed" ? job.failure : null,
    };
  }
}

/** Returns the members that a filter has, for the audit. */
function factsOf(filter: JobFilter): AuditDetails {
  const facts: AuditDetails = {};
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined) facts[name] = value;
  }
  return facts;
}

function stateOf({ state, startedAt }: JobRecord): BulkState {
  switch (state) {
    case "queued":
      return startedAt === null ? "scheduled" : "running";
    case "running":
      return "running";
    case "succeeded":
      return "completed";
    case "failed":
      return "failed";
    case "canceled":
      return startedAt === null ? "undone" : "stopped";
  }
}

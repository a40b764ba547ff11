/**
 * What a bulk job stores of its work. Each page of jobs has two steps: the first one stores which
 * jobs are next, the second one acts on them and stores what became of each.
 * @module
 */
import { z } from "zod";
import { JobFilter } from "../../operator/job_filter.ts";

/** The name of the kind. */
export const BULK = "bulk";

/** Changes when the steps of an earlier version cannot be continued. */
export const BULK_VERSION = "bulk-1";

export const BulkAction = z.enum(["replay", "cancel"]);
export type BulkAction = z.infer<typeof BulkAction>;

/** Whether a replay uses the finished steps of the failed job. */
export const ReplaySteps = z.enum(["reuse", "discard"]);
export type ReplaySteps = z.infer<typeof ReplaySteps>;

/** The largest number of jobs that one bulk job acts on. */
export const MAX_BULK_JOBS = 10_000;

/** How many jobs match, as far as a bounded number of reads tells. */
export const MatchCount = z.object({
  count: z.int().nonnegative(),
  /** There may be more: the reads have stopped. */
  isMore: z.boolean(),
});
export type MatchCount = z.infer<typeof MatchCount>;

/** The request of a bulk job. */
export const BulkRequest = z.object({
  action: BulkAction,
  /** The jobs to act on. */
  filter: JobFilter,
  /** In place of the filter: cancels the jobs that this bulk job has created and that never started. */
  createdBy: z.uuid().nullable(),
  steps: ReplaySteps,
  limit: z.int().min(1).max(MAX_BULK_JOBS),
  /** Only jobs that were created, and for a replay had ended, before this time. Epoch milliseconds. */
  before: z.int().nonnegative(),
  /** How many jobs matched when it was started, for its progress. */
  expected: MatchCount,
  /** The name of the operator. */
  by: z.string(),
});
export type BulkRequest = z.infer<typeof BulkRequest>;

/** Why a bulk job has not acted on a job. */
export const SkipReason = z.enum([
  /** It was replayed before. */
  "already_replayed",
  /** It ended by itself before it could be canceled. */
  "ended",
  /** It has begun to work. Only jobs that never started were to be canceled. */
  "started",
  "expired",
]);
export type SkipReason = z.infer<typeof SkipReason>;

/** Why an action has failed. */
export const BulkFailure = z.enum([
  /** This version cannot read the job. */
  "unreadable",
]);
export type BulkFailure = z.infer<typeof BulkFailure>;

/** What became of one job. */
export type Outcome =
  | { outcome: "done" }
  | { outcome: "skipped"; reason: SkipReason }
  | { outcome: "failed"; reason: BulkFailure };

/** A job that is next. */
export const PlannedJob = z.object({
  id: z.uuid(),
  /** The id that its replay gets; `null`: it will be canceled. */
  newId: z.uuid().nullable(),
});
export type PlannedJob = z.infer<typeof PlannedJob>;

/** Where the next page begins. */
export const PageStart = z.object({
  /** Which of the lists of jobs, counted from 0. */
  list: z.int().nonnegative(),
  cursor: z.string().nullable(),
});
export type PageStart = z.infer<typeof PageStart>;

/** The output of the first step of a page. */
export const PlannedPage = z.object({
  jobs: z.array(PlannedJob),
  /** How many matching jobs were replayed before the bulk job found them. */
  alreadyReplayed: z.int().nonnegative(),
  /** `null`: this is the last page. */
  next: PageStart.nullable(),
});
export type PlannedPage = z.infer<typeof PlannedPage>;

/** Numbers of jobs, since the beginning of the bulk job. */
export const Totals = z.object({
  done: z.int().nonnegative(),
  skipped: z.partialRecord(SkipReason, z.int()),
  failed: z.partialRecord(BulkFailure, z.int()),
});
export type Totals = z.infer<typeof Totals>;

/** A job on which the bulk job has acted. */
export const ProcessedJob = PlannedJob.extend({
  outcome: z.enum(["done", "skipped", "failed"]),
  reason: z.union([SkipReason, BulkFailure]).nullable(),
});
export type ProcessedJob = z.infer<typeof ProcessedJob>;

/** The output of the second step of a page. */
export const ProcessedPage = z.object({ jobs: z.array(ProcessedJob), totals: Totals });
export type ProcessedPage = z.infer<typeof ProcessedPage>;

/** The result of a bulk job. */
export const BulkResult = z.object({
  totals: Totals,
  /** Whether it ended at its limit, so that there may be more jobs. */
  hasReachedLimit: z.boolean(),
});
export type BulkResult = z.infer<typeof BulkResult>;

/** The names of the two steps of a page, counted from 1. */
export const stepNames = {
  planned: (page: number) => `list ${page}`,
  processed: (page: number) => `work ${page}`,
};

/** Returns the totals before the first page. */
export function noTotals(): Totals {
  return { done: 0, skipped: {}, failed: {} };
}

/** Returns totals that also count these jobs. */
export function addTotals(totals: Totals, jobs: readonly ProcessedJob[]): Totals {
  const sum: Totals = { ...totals, skipped: { ...totals.skipped }, failed: { ...totals.failed } };
  for (const { outcome, reason } of jobs) {
    if (outcome === "done") sum.done++;
    else addOne(sum[outcome], String(reason));
  }
  return sum;
}

function addOne(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

/**
 * What lists show of a job. It has no text of the traveler, of the model or of a receiver.
 * @module
 */
import { z } from "zod";
import { FailureCode } from "./failure.ts";
import { Source } from "./job_record.ts";

/** The states of a job. */
export const JobState = z.enum(["queued", "running", "succeeded", "failed", "canceled"]);
export type JobState = z.infer<typeof JobState>;

const epochMs = z.int().nonnegative();

const common = {
  id: z.string(),
  kind: z.string(),
  state: JobState,
  owner: z.string().nullable().default(null),
  createdAt: epochMs,
  expiresAt: epochMs,
  startedAt: epochMs.nullable(),
  replayOf: z.string().nullable().default(null),
};

/** The part of a refinement that lists show. */
const ListedRefinement = z.object({ refines: z.string() });

/** A line of a list of jobs. Times are epoch milliseconds. */
export const JobSummary = z.object({
  ...common,
  /** The job whose plan it changes; `null`: it writes a new one. */
  refines: z.string().nullable().default(null),
  /** The number of attempts that count. */
  attempts: z.int().nonnegative(),
  /** Why the job failed; `null` unless it has failed. */
  code: FailureCode.nullable().catch("internal"),
  /** What wrote the plan; `null` unless the job has succeeded. */
  source: Source.nullable(),
  /** The instance that works on it; `null` unless it is running. */
  holder: z.string().nullable(),
  /** When its next attempt is due; `null` unless it waits. */
  runAt: epochMs.nullable(),
  finishedAt: epochMs.nullable(),
  /** What it has cost in US dollars; `null` if that is not known, or not yet. */
  costUsd: z.number().nullable(),
});
export type JobSummary = z.infer<typeof JobSummary>;

/**
 * The part of a record that lists show. Records that only another version can read as a whole are
 * therefore listed too.
 */
const SummarizedRecord = z.object({
  ...common,
  refinement: ListedRefinement.nullable().default(null),
  attempt: z.int().nonnegative(),
  failure: z.object({ code: FailureCode.catch("internal") }).optional(),
  source: Source.optional().catch(undefined),
  holder: z.string().optional(),
  runAt: epochMs.optional(),
  finishedAt: epochMs.optional(),
  usage: z.object({ costUsd: z.number().nullable() }).nullish().catch(null),
});

/** Returns what lists show of a job, from its record. */
export function summaryOf(job: z.infer<typeof SummarizedRecord>): JobSummary {
  const { id, kind, state, owner, createdAt, expiresAt, startedAt, replayOf } = job;
  return {
    id,
    kind,
    state,
    owner,
    createdAt,
    expiresAt,
    startedAt,
    replayOf,
    refines: job.refinement?.refines ?? null,
    attempts: job.attempt,
    code: job.failure?.code ?? null,
    source: job.source ?? null,
    holder: job.holder ?? null,
    runAt: job.runAt ?? null,
    finishedAt: job.finishedAt ?? null,
    costUsd: job.usage?.costUsd ?? null,
  };
}

/** Returns what lists show of a stored record; `null` if it is not readable. */
export function parseSummary(record: unknown): JobSummary | null {
  const job = SummarizedRecord.safeParse(record).data;
  return job ? summaryOf(job) : null;
}

/**
 * Jobs as the service shows them.
 * @module
 */
import type { z } from "zod";
import type { Bundle as BundleSchema, BundlesRequest } from "../../jobs/kinds/bundles/kind.ts";
import type { Day as DaySchema, ItineraryRequest } from "../../jobs/kinds/itinerary/kind.ts";
import type { FailureCode } from "../../lib/job/failure.ts";
import type { Source } from "../../lib/job/job_record.ts";
import type { Phase } from "../../lib/job/progress.ts";
import type { JobUsage } from "../../lib/usage.ts";

export type Day = z.infer<typeof DaySchema>;
export type Bundle = z.infer<typeof BundleSchema>;
export type ItineraryWish = z.input<typeof ItineraryRequest>;
export type GenerationWish = z.input<typeof BundlesRequest>;

const statuses = ["processing", "completed", "failed", "canceled"] as const;

/** `processing` until the job has ended. */
export type Status = typeof statuses[number];

/** What every job has. Times are ISO 8601 in UTC; what has no value is `null`. */
interface CommonJob {
  status: Status;
  createdAt: string;
  completedAt: string | null;
  expiresAt: string;
  /** Why it failed, for people. */
  error: string | null;
  failure: { code: FailureCode; retryable: boolean; hint: string } | null;
  source: Source | null;
  attempt: number;
  progress: {
    phase: "queued" | "retrying" | Phase;
    message: string;
    step: number;
    of: number | null;
    updatedAt: string;
  } | null;
  usage: JobUsage | null;
}

export interface ItineraryJob extends CommonJob {
  jobId: string;
  destination: string;
  durationDays: number;
  itinerary: Day[] | null;
  /** The days that are finished; `null` when the job has ended. */
  partial: Day[] | null;
}

export interface GenerationJob extends CommonJob {
  generationId: string;
  preferences: GenerationWish["preferences"];
  bundles: Bundle[] | null;
  reasoningSummaries: string[];
  openaiResponseId: string | null;
  /** The bundles that are finished; `null` when the job has ended. */
  partial: Bundle[] | null;
}

/** A job as `GET` shows it. */
export type Job = ItineraryJob | GenerationJob;

/** Enough of a job to ask for it. */
export type JobId = { jobId: string } | { generationId: string };

/** The job that an id leads to. */
export type JobOf<Id> = Id extends { jobId: string } ? ItineraryJob : GenerationJob;

/** A job of which nothing will change any more. */
export type Ended<J> = J & { status: Exclude<Status, "processing"> };

/** Whether a value is a job, as far as the client has to rely on it. */
export function isJob<J extends Job>(value: Partial<Job> | Record<string, unknown>): value is J {
  const { status, jobId, generationId } = value as Partial<ItineraryJob & GenerationJob>;
  return statuses.includes(status!) && typeof (jobId ?? generationId) === "string";
}

/** Whether nothing of a job will change any more. */
export function isEnded<J extends Job>(job: J): job is Ended<J> {
  return job.status !== "processing";
}

/** Where a job is to be asked for. */
export function pathOf(job: JobId): string {
  return "jobId" in job
    ? `/api/itineraries/${encodeURIComponent(job.jobId)}`
    : `/api/generations/${encodeURIComponent(job.generationId)}`;
}

/** A job's id. */
export function idOf(job: JobId): string {
  return "jobId" in job ? job.jobId : job.generationId;
}

/**
 * How often a client should poll a job: the `Retry-After` of answers.
 * @module
 */
import type { PublicKind } from "../../jobs/kind.ts";
import { isEnded, type JobRecord } from "../../lib/job/job_record.ts";

/** Clients poll a young job every 2 s, and a job that takes longer every 10 s. */
const YOUNG_MS = 60_000;
const YOUNG_RETRY_SECONDS = 2;
const OLD_RETRY_SECONDS = 10;

/**
 * Returns after how many seconds the client should poll again: soon at first, then later, but
 * sooner when the job approaches its usual duration. `null` if the job has ended.
 */
export function retryAfterSeconds(kind: PublicKind, job: JobRecord, now: number): number | null {
  if (isEnded(job)) return null;
  const ageMs = now - job.createdAt;
  if (ageMs < YOUNG_MS) return YOUNG_RETRY_SECONDS;
  const leftSeconds = Math.ceil((kind.expectedMs - ageMs) / 1_000);
  if (leftSeconds <= 0) return OLD_RETRY_SECONDS;
  return Math.min(Math.max(leftSeconds, YOUNG_RETRY_SECONDS), OLD_RETRY_SECONDS);
}

/**
 * How often a client had better ask for a job: the `Retry-After` of polls.
 * @module
 */
import type { PublicKind } from "../../jobs/kind.ts";
import { isEnded, type JobRecord } from "../../lib/job/job_record.ts";

/** A young job is asked for every 2 s, one that takes its time every 10 s. */
const YOUNG_MS = 60_000;
const YOUNG_RETRY_SECONDS = 2;
const OLD_RETRY_SECONDS = 10;

/**
 * When to ask again, in seconds: often at first, then less so, but soon again when the job is about to
 * have taken as long as it usually does. `null` if nothing changes any more.
 */
export function retryAfterSeconds(kind: PublicKind, job: JobRecord, now: number): number | null {
  if (isEnded(job)) return null;
  const ageMs = now - job.createdAt;
  if (ageMs < YOUNG_MS) return YOUNG_RETRY_SECONDS;
  const leftSeconds = Math.ceil((kind.expectedMs - ageMs) / 1_000);
  if (leftSeconds <= 0) return OLD_RETRY_SECONDS;
  return Math.min(Math.max(leftSeconds, YOUNG_RETRY_SECONDS), OLD_RETRY_SECONDS);
}

/**
 * Reads the job in an entry of KV.
 * @module
 */
import { JobRecord } from "../job/job_record.ts";

/** A record that this version does not understand: damaged, or written by another version. */
export class UnreadableJobError extends Error {
  override name = "UnreadableJobError";
  constructor(id: string, cause: unknown) {
    super(`Cannot read job ${id}: its record is not understood`, { cause });
  }
}

/**
 * The job of an entry.
 *
 * @param now epoch milliseconds
 * @returns `null` if there is none, or none any more
 * @throws {UnreadableJobError}
 */
export function parseJob(
  { key, value }: Deno.KvEntryMaybe<unknown>,
  now: number,
): JobRecord | null {
  if (value === null) return null;
  const { data: job, error } = JobRecord.safeParse(value);
  if (!job) throw new UnreadableJobError(String(key[1]), error);
  return isExpired(job, now) ? null : job;
}

/** The same; `null` also if this version cannot read it. */
export function parseReadableJob(
  { value }: Deno.KvEntryMaybe<unknown>,
  now: number,
): JobRecord | null {
  const job = JobRecord.safeParse(value).data;
  return job && !isExpired(job, now) ? job : null;
}

/** Whether the job does not exist any more, whatever KV still holds. `now` is epoch milliseconds. */
export function isExpired(job: JobRecord, now: number): boolean {
  return now >= job.expiresAt;
}

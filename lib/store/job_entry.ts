/**
 * Reads the job in an entry of KV.
 * @module
 */
import { JobRecord } from "../job/job_record.ts";
import type { KvEntryMaybe } from "../platform/kv.ts";

/** The record is damaged, or another version wrote it. */
export class UnreadableJobError extends Error {
  override name = "UnreadableJobError";
  constructor(id: string, cause: unknown) {
    super(`Cannot read job ${id}: its record is damaged or of another version`, { cause });
  }
}

/**
 * Parses the job of an entry.
 *
 * @param now epoch milliseconds
 * @returns `null` if the job does not exist or has expired
 * @throws {UnreadableJobError} if this version cannot read the record
 */
export function parseJob(
  { key, value }: KvEntryMaybe<unknown>,
  now: number,
): JobRecord | null {
  if (value === null) return null;
  const { data: job, error } = JobRecord.safeParse(value);
  if (!job) throw new UnreadableJobError(String(key[1]), error);
  return isExpired(job, now) ? null : job;
}

/** Parses the job of an entry. Returns `null` also if this version cannot read the record. */
export function parseReadableJob(
  { value }: KvEntryMaybe<unknown>,
  now: number,
): JobRecord | null {
  const job = JobRecord.safeParse(value).data;
  return job && !isExpired(job, now) ? job : null;
}

/**
 * Returns whether the job has expired, even if KV still holds it. `now` is in epoch milliseconds.
 */
export function isExpired(job: JobRecord, now: number): boolean {
  return now >= job.expiresAt;
}

/**
 * Words and numbers of the pages of bulk jobs.
 * @module
 */
import type { BulkJob, BulkState, MatchCount } from "../../../jobs/operator/bulk_jobs.ts";
import type { FilterValues } from "./job_filter_form.tsx";

/** The tones of the states. A bulk job that waits or was stopped is neither good nor bad. */
export const bulkTones: Partial<Record<BulkState, string>> = {
  running: "busy",
  completed: "good",
  failed: "bad",
};

const reasons: Record<string, string> = {
  already_replayed: "replayed before",
  ended: "ended by themselves",
  started: "already started",
  expired: "expired",
  unreadable: "not readable by this version",
};

/** Returns the name of a reason, for people. */
export function reasonText(reason: string): string {
  return reasons[reason] ?? reason;
}

/** Returns what a bulk job does: `Replay failed jobs of itinerary`. */
export function bulkTitle({ action, createdBy, steps }: BulkJob): string {
  if (createdBy !== null) return "Cancel the replays of a bulk job";
  if (action === "cancel") return "Cancel jobs";
  return steps === "reuse" ? "Replay jobs" : "Replay jobs without their finished steps";
}

/** Returns a number of matching jobs: `20 jobs`, `1,000 jobs or more`. */
export function countText({ count, isMore }: MatchCount): string {
  const jobs = `${count.toLocaleString("en")} ${count === 1 ? "job" : "jobs"}`;
  return isMore ? `${jobs} or more` : jobs;
}

/** Returns how many jobs a bulk job has handled: done, skipped and failed. */
export function handledBy({ totals: { done, skipped, failed } }: BulkJob): number {
  const counts = [...Object.values(skipped), ...Object.values(failed)];
  return counts.reduce((sum, count) => sum + count, done);
}

/** Returns how many jobs a bulk job has to handle; `null`: it is not known. */
export function handlesInAll({ limit, expected: { count, isMore } }: BulkJob): number | null {
  if (isMore && count < limit) return null;
  return Math.min(count, limit);
}

/** Returns the URL of the form for a bulk job with a filter, with a preview. */
export function bulkUrl(values: FilterValues): string {
  const { state } = values;
  const action = state === "queued" || state === "running" ? "cancel" : "replay";
  return `/admin/bulk?${new URLSearchParams({ action, ...values })}`;
}

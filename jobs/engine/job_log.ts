/**
 * The log lines about the end of an attempt or a job.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { isoTime } from "../../lib/clock.ts";
import type { FailedJob, JobRecord } from "../../lib/job/job_record.ts";
import type { Settled } from "./outcome.ts";

const log = getLogger(["tripwright", "job"]);

/** Returns the members that identify a job in the log. */
export function idsOf({ id, kind, attempt }: JobRecord) {
  return { jobId: id, kind, attempt };
}

/** Logs a final failure outside of an attempt: the deadline passed, or the worker was lost. */
export function logFailed(job: FailedJob): void {
  const { code, message: error } = job.failure;
  log.error("failed", { ...idsOf(job), code, error });
}

/** Logs the outcome of an attempt. */
export function logSettled(settled: Settled, fields: Record<string, unknown>): void {
  switch (settled.next) {
    case "done":
      return log.info("completed", { ...fields, source: settled.plan.source });
    case "retry": {
      const { failure: { code, message: error }, runAt } = settled;
      return log.warning("retry", { ...fields, code, error, at: isoTime(runAt) });
    }
    case "wait": {
      const { failure, runAt } = settled;
      const why = failure && { code: failure.code, error: failure.message };
      return log.info("held back", { ...fields, ...why, at: isoTime(runAt) });
    }
    case "stop": {
      const { code, message: error } = settled.failure;
      return log.error("failed", { ...fields, code, error });
    }
    case "lost":
      return log.info("lost", fields);
  }
}

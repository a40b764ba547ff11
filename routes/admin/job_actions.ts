/**
 * What operators do to a job, with the problems that the API and the pages show.
 * @module
 */
import { z } from "zod";
import type { DerivedJob } from "../../lib/store/derived_jobs.ts";
import type { JobReport, OperatorJobs, Unchanged } from "../../jobs/operator/operator_jobs.ts";
import { type ProblemCode, ProblemError } from "../http/problem.ts";

/** The id of a job in a path. */
export const JobParams = z.object({ id: z.uuid().toLowerCase() });

/** Whether a replay begins with the finished steps of the ended job. */
export const ReplayOptions = z.strictObject({
  steps: z.enum(["reuse", "discard"]).default("reuse").describe(
    "`reuse`: the finished steps are not paid again; `discard`: all work is done again",
  ),
});

/** The problem for each reason why nothing was changed. */
const problems = {
  unknown: { code: "job_not_found", detail: "There is no such job, or it has expired" },
  ended: { code: "job_finished", detail: "The job has already ended" },
  "not ended": { code: "job_not_ended", detail: "The job has not ended" },
  "not possible": { code: "action_not_possible", detail: "This job does not allow this" },
} as const satisfies Record<Unchanged, { code: ProblemCode; detail: string }>;

/** The codes of the problems that changes of a job can have. */
export const jobProblems = [
  "job_not_found",
  "job_finished",
  "job_not_ended",
  "action_not_possible",
] as const satisfies readonly ProblemCode[];

/**
 * Reads all about a job.
 *
 * @throws {ProblemError} 404 if it does not exist
 */
export async function readJob(jobs: OperatorJobs, id: string): Promise<JobReport> {
  const report = await jobs.read(id);
  if (!report) throw new ProblemError(problems.unknown);
  return report;
}

/**
 * Returns the result of a change.
 *
 * @throws {ProblemError} if nothing was changed
 */
export function changed<T extends DerivedJob | { request: unknown } | "canceled">(
  result: T | Unchanged,
): T {
  if (typeof result === "object" || result === "canceled") return result as T;
  throw new ProblemError(problems[result as Unchanged]);
}

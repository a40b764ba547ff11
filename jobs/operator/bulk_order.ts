/**
 * What an operator asks of a bulk job.
 * @module
 */
import { z } from "zod";
import { BulkAction, MAX_BULK_JOBS, ReplaySteps } from "../kinds/bulk/pages.ts";
import { JobFilter } from "./job_filter.ts";

export { MAX_BULK_JOBS };

/** How many jobs a bulk job acts on at most if the operator sets no limit. */
export const DEFAULT_LIMIT = 1_000;

const members = {
  action: BulkAction.describe("What happens to each job"),
  filter: JobFilter.describe("The jobs, all members together"),
};

/** Which jobs a bulk job would act on. */
export const BulkTarget = z.strictObject(members).superRefine(refuse);
export type BulkTarget = z.output<typeof BulkTarget>;

/** Everything that an operator can choose. */
export const BulkOrder = z.strictObject({
  ...members,
  limit: z.int().min(1).max(MAX_BULK_JOBS).optional()
    .describe(`The largest number of jobs, by default ${DEFAULT_LIMIT}`),
  steps: ReplaySteps.optional()
    .describe("Whether a replay uses the finished steps of its original (`reuse`, the default)"),
}).superRefine(refuse);
export type BulkOrder = z.output<typeof BulkOrder>;

function refuse(target: { action: BulkAction; filter: JobFilter }, context: z.RefinementCtx): void {
  const message = refusalOf(target);
  if (message) context.addIssue({ code: "custom", path: ["filter"], message });
}

/** Returns why no job can match; `null`: some may. */
function refusalOf(
  { action, filter: { state, code, source } }: { action: BulkAction; filter: JobFilter },
): string | null {
  const isOpen = state === "queued" || state === "running";
  if (action === "replay") return isOpen ? "Only jobs that have ended can be replayed" : null;
  const mayMatch = (state === undefined || isOpen) && code === undefined && source === undefined;
  return mayMatch ? null : "Only jobs that wait or run can be canceled";
}

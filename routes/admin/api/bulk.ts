/**
 * Bulk jobs over the API for operators.
 * @module
 */
import { z } from "zod";
import type { BulkJob, Undo } from "../../../jobs/operator/bulk_jobs.ts";
import { BulkOrder, BulkTarget } from "../../../jobs/operator/bulk_order.ts";
import { JobFilter } from "../../../jobs/operator/job_filter.ts";
import { isoTime } from "../../../lib/clock.ts";
import { ProblemError } from "../../http/problem.ts";
import type { AdminOptions } from "../admin_env.ts";
import { type Operation, operation } from "../operation.ts";

const time = z.iso.datetime();
const counts = z.record(z.string(), z.int());

const Totals = z.object({
  done: z.int().describe("How many jobs were replayed or canceled"),
  skipped: counts.describe("How many jobs needed no action, by reason"),
  failed: counts.describe("How many actions failed, by reason"),
});

export const BulkPreview = z.object({
  count: z.int().describe("How many jobs match"),
  isMore: z.boolean().describe("Whether there may be more: it stops to count at 1,000"),
}).meta({ id: "BulkPreview" });

/** The schema of a bulk job. */
export const BulkJobAnswer = z.object({
  id: z.uuid(),
  action: z.enum(["replay", "cancel"]),
  filter: JobFilter.describe("The jobs that it acts on. Ages count from `createdAt`"),
  createdBy: z.uuid().nullable().describe(
    "In place of the filter: it cancels what this bulk job has created and no worker has started",
  ),
  steps: z.enum(["reuse", "discard"]),
  limit: z.int(),
  /** When it was started. */
  expected: BulkPreview,
  by: z.string().describe("The name of the operator"),
  state: z.enum(["scheduled", "running", "completed", "failed", "undone", "stopped"]).describe(
    "`scheduled`: it has not begun. `undone`: it was canceled before it began. `stopped`: it was " +
      "canceled later",
  ),
  createdAt: time,
  dueAt: time.nullable().describe(
    "When it begins, or goes on after a pause; `null`: it works now, or has ended",
  ),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  totals: Totals,
  pages: z.int().describe("How many pages of jobs it has begun"),
  hasReachedLimit: z.boolean().nullable().describe(
    "Whether it ended at its limit; `null`: it has not completed",
  ),
  error: z.string().nullable().describe("Why it failed"),
}).meta({ id: "BulkJob" });
export type BulkJobAnswer = z.output<typeof BulkJobAnswer>;

export const BulkJobPage = z.object({
  items: z.array(BulkJobAnswer),
  nextCursor: z.string().nullable(),
}).meta({ id: "BulkJobPage" });

export const BulkPage = z.object({
  items: z.array(z.object({
    jobId: z.uuid(),
    newId: z.uuid().nullable().describe("The id of its replay"),
    outcome: z.enum(["done", "skipped", "failed"]).nullable().describe("`null`: not handled yet"),
    reason: z.string().nullable(),
  })),
  nextPage: z.int().nullable(),
}).meta({ id: "BulkPage" });

export const BulkUndo = z.object({
  outcome: z.enum(["undone", "stopped", "ended"]).describe(
    "`undone`: no job was changed. `ended`: there was nothing left to stop",
  ),
  bulkJob: BulkJobAnswer,
  cleanUp: BulkJobAnswer.nullable().describe("The bulk job that cancels what this one has created"),
}).meta({ id: "BulkUndo" });

const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.uuid().optional().describe("The `nextCursor` of the previous page"),
});

const byId = {
  params: z.object({ id: z.uuid().toLowerCase() }),
  notFound: "job_not_found",
} as const;

/** Returns the operations on bulk jobs. */
export function bulkOperations({ operator: { bulk } }: AdminOptions): Operation[] {
  return [
    operation({
      method: "post",
      path: "/bulk/preview",
      id: "previewBulk",
      summary: "Count the jobs of a bulk job",
      body: BulkTarget,
      answer: BulkPreview,
      returns: "How many jobs it would act on now",
      handle: ({ body }) => bulk.preview(body),
    }),
    operation({
      method: "post",
      path: "/bulk",
      id: "startBulk",
      summary: "Replay or cancel many jobs",
      description: "Begins after 15 seconds. Until then, undo leaves no trace on the jobs.",
      body: BulkOrder,
      answer: BulkJobAnswer,
      returns: "The bulk job",
      status: 202,
      handle: async ({ body, actor }) => presentBulkJob(await bulk.start(actor, body)),
    }),
    operation({
      method: "get",
      path: "/bulk",
      id: "listBulk",
      summary: "List bulk jobs, newest first",
      query: PageQuery,
      answer: BulkJobPage,
      returns: "A page of bulk jobs",
      async handle({ query }) {
        const { bulkJobs, cursor } = await bulk.list(query);
        return { items: bulkJobs.map(presentBulkJob), nextCursor: cursor };
      },
    }),
    ...operationsOnOne({ bulk }),
  ];
}

/** Returns the operations on one bulk job. */
function operationsOnOne({ bulk }: Pick<AdminOptions["operator"], "bulk">): Operation[] {
  return [
    operation({
      method: "get",
      path: "/bulk/{id}",
      id: "getBulk",
      summary: "Show a bulk job",
      ...byId,
      answer: BulkJobAnswer,
      returns: "The bulk job, with what it has done so far",
      problems: ["job_not_found"],
      handle: async ({ params }) => presentBulkJob(found(await bulk.read(params.id))),
    }),
    operation({
      method: "get",
      path: "/bulk/{id}/jobs",
      id: "listBulkJobs",
      summary: "List the jobs of a bulk job",
      ...byId,
      query: z.object({
        page: z.coerce.number().int().min(1).max(10_000).default(1).describe("Counted from 1"),
      }),
      answer: BulkPage,
      returns: "A page of jobs, in the order in which they were handled",
      problems: ["job_not_found"],
      async handle({ params, query }) {
        const { jobs, next } = found(await bulk.page(params.id, query.page));
        const items = jobs.map(({ id: jobId, ...job }) => ({ jobId, ...job }));
        return { items, nextPage: next };
      },
    }),
    operation({
      method: "post",
      path: "/bulk/{id}/undo",
      id: "undoBulk",
      summary: "Undo or stop a bulk job",
      description: "Before it has begun, no job was changed. Later, this stops what is left.",
      ...byId,
      body: z.strictObject({
        cancelCreated: z.boolean().default(false).describe(
          "Also cancel the replays that it has created and no worker has started",
        ),
      }),
      answer: BulkUndo,
      returns: "What was undone",
      problems: ["job_not_found"],
      handle: async ({ params, body, actor }) =>
        presentUndo(found(await bulk.undo(actor, params.id, body))),
    }),
  ];
}

/** @throws {ProblemError} 404 if there is no such bulk job or page */
function found<T>(value: T | null): T {
  if (value !== null) return value;
  throw new ProblemError({ code: "job_not_found", detail: "Bulk job not found" });
}

/** Returns a bulk job as the API shows it. */
export function presentBulkJob({ failure, ...job }: BulkJob): BulkJobAnswer {
  return {
    ...job,
    createdAt: isoTime(job.createdAt),
    dueAt: timeOrNull(job.dueAt),
    startedAt: timeOrNull(job.startedAt),
    finishedAt: timeOrNull(job.finishedAt),
    error: failure?.message ?? null,
  };
}

function presentUndo({ outcome, bulkJob, cleanUp }: Undo): z.input<typeof BulkUndo> {
  return {
    outcome,
    bulkJob: presentBulkJob(bulkJob),
    cleanUp: cleanUp && presentBulkJob(cleanUp),
  };
}

function timeOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoTime(epochMs);
}

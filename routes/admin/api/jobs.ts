/**
 * The operations of operators on jobs.
 * @module
 */
import { z } from "zod";
import { JobFilter } from "../../../jobs/operator/job_filter.ts";
import type { DerivedJob } from "../../../lib/store/derived_jobs.ts";
import type { AdminOptions } from "../admin_env.ts";
import { changed, JobParams, readJob, ReplayOptions } from "../job_actions.ts";
import { type Operation, operation } from "../operation.ts";
import { JobDetails, JobLines, presentDetails, presentLines } from "./job_answers.ts";

/** A page of 500 lines has about 200 KB. */
const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 50;

const ListQuery = JobFilter.extend({
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT)
    .describe("The largest number of jobs of the page"),
  cursor: z.uuid().optional().describe("The `cursor` of the page before"),
});

/** The schema of a job that was created for another one. */
export const Derived = z.object({
  id: z.string().describe("The id of the job"),
  isNew: z.boolean().describe("Whether this request has created it"),
}).meta({ id: "DerivedJob" });

export const Canceled = z.object({ id: z.string(), state: z.literal("canceled") })
  .meta({ id: "CanceledJob" });

export const Revealed = z.object({
  id: z.string(),
  request: z.unknown(),
  change: z.unknown().describe("What it changes in a plan; `null`: it writes a new one"),
}).meta({ id: "RevealedRequest" });

type Options = Pick<AdminOptions, "operator">;

/** Returns the operations on jobs. */
export function jobOperations(options: Options): Operation[] {
  return [...readOperations(options), ...changeOperations(options)];
}

function readOperations({ operator: { jobs } }: Options): Operation[] {
  return [
    operation({
      method: "get",
      path: "/jobs",
      id: "listJobs",
      summary: "List jobs, newest first",
      description: "A job matches if it matches all parameters. An ended job of a version before " +
        "these lists is only in the list without filters and in that of its owner.",
      query: ListQuery,
      answer: JobLines,
      returns: "A page of the list",
      handle: async ({ query: { limit, cursor, ...filter } }) =>
        presentLines(await jobs.page(filter, { limit, cursor })),
    }),
    operation({
      method: "get",
      path: "/jobs/{id}",
      id: "getJob",
      summary: "Show a job",
      description: "It has all about the job but its request, which has a traveler's words.",
      params: JobParams,
      notFound: "job_not_found",
      answer: JobDetails,
      returns: "The job",
      problems: ["job_not_found"],
      handle: async ({ params: { id } }) => presentDetails(await readJob(jobs, id)),
    }),
  ];
}

function changeOperations({ operator: { jobs } }: Options): Operation[] {
  const onJob = { method: "post", params: JobParams, notFound: "job_not_found" } as const;
  return [
    operation({
      ...onJob,
      path: "/jobs/{id}/reveal",
      id: "revealRequest",
      summary: "Show the request of a job",
      description: "The audit records who has seen it.",
      answer: Revealed,
      returns: "The request",
      problems: ["job_not_found", "action_not_possible"],
      handle: async ({ params: { id }, actor }) => ({
        id,
        ...changed(await jobs.reveal(actor, id)),
      }),
    }),
    operation({
      ...onJob,
      path: "/jobs/{id}/cancel",
      id: "cancelJob",
      summary: "Cancel a job",
      answer: Canceled,
      returns: "The canceled job",
      problems: ["job_not_found", "job_finished"],
      async handle({ params: { id }, actor }) {
        return { id, state: changed(await jobs.cancel(actor, id)) };
      },
    }),
    operation({
      ...onJob,
      path: "/jobs/{id}/replay",
      id: "replayJob",
      summary: "Replay an ended job",
      description: "A new job has the same request and the same owner. A job is replayed once: a " +
        "second replay returns the same new job.",
      body: ReplayOptions,
      answer: Derived,
      returns: "The new job, or that of an earlier replay",
      problems: ["job_not_found", "job_not_ended", "action_not_possible"],
      handle: async ({ params: { id }, body, actor }) =>
        presentDerived(changed(await jobs.replay(actor, id, body))),
    }),
    operation({
      ...onJob,
      path: "/jobs/{id}/redeliver",
      id: "redeliverCallback",
      summary: "Deliver the callback of an ended job again",
      description:
        "While a delivery waits or runs, there is no other: the answer names that one. " +
        "A new delivery has a `webhook-id` of its own.",
      answer: Derived,
      returns: "The delivery",
      problems: ["job_not_found", "job_not_ended", "action_not_possible"],
      handle: async ({ params: { id }, actor }) =>
        presentDerived(changed(await jobs.redeliver(actor, id))),
    }),
  ];
}

function presentDerived({ job: { id }, isNew }: DerivedJob): z.output<typeof Derived> {
  return { id, isNew };
}

/**
 * The JSON of jobs for operators: schemas, and functions that fill them in.
 * @module
 */
import { z } from "zod";
import type { CallbackReport, JobReport } from "../../../jobs/operator/operator_jobs.ts";
import type { JobSpan } from "../../../jobs/operator/job_spans.ts";
import { isoTime } from "../../../lib/clock.ts";
import { Failure, FailureCode } from "../../../lib/job/failure.ts";
import { Source } from "../../../lib/job/job_record.ts";
import { JobState } from "../../../lib/job/job_summary.ts";
import { Phase } from "../../../lib/job/progress.ts";
import type { ListedJob, ListPage } from "../../../lib/store/job_listing.ts";
import { JobUsage, Usage } from "../../../lib/usage.ts";

const time = z.iso.datetime();
const costUsd = z.number().nullable().describe("In US dollars; `null`: not known");

/** The schema of a line of a list of jobs. */
export const JobLine = z.object({
  id: z.string(),
  kind: z.string(),
  state: JobState,
  owner: z.string().nullable().describe("The id of the caller that owns it; `null`: no owner"),
  createdAt: time,
  startedAt: time.nullable().describe("When its first attempt began"),
  finishedAt: time.nullable(),
  expiresAt: time,
  runAt: time.nullable().describe("When its next attempt is due; `null` unless it waits"),
  holder: z.string().nullable().describe("The instance that works on it"),
  attempts: z.int(),
  code: FailureCode.nullable().describe("Why it failed"),
  source: Source.nullable().describe("What wrote its plan"),
  costUsd,
  replayOf: z.string().nullable().describe("The job that it repeats"),
  refines: z.string().nullable().describe("The job whose plan it changes"),
  replayedAs: z.string().nullable().describe("The job that repeats it"),
}).meta({ id: "JobLine" });
export type JobLine = z.output<typeof JobLine>;

/** The schema of a page of a list of jobs. */
export const JobLines = z.object({
  jobs: z.array(JobLine).describe("Newest first"),
  cursor: z.string().nullable().describe("The `cursor` of the next page; `null`: the last page"),
  isPartial: z.boolean().describe(
    "Whether the page ended before it was full, because few of many jobs match",
  ),
}).meta({ id: "JobLines" });
export type JobLines = z.output<typeof JobLines>;

const span = {
  startedAt: time,
  endedAt: time.nullable().describe("`null`: it goes on"),
};

const spent = { usage: Usage.nullable(), costUsd };

/** The schema of a part of the history of a job. */
const Span = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("wait"),
    ...span,
    reason: z.enum(["new", "retried", "released", "rescued"]),
    failure: Failure.nullable(),
  }),
  z.object({
    type: z.literal("attempt"),
    ...span,
    attempt: z.int(),
    instance: z.string(),
    follows: z.string().nullable().describe("The identical job whose result it took over"),
    outcome: z.enum(["retried", "released", "rescued", "completed", "failed", "canceled"])
      .nullable(),
    failure: Failure.nullable(),
    ...spent,
  }),
  z.object({
    type: z.enum(["turn", "tool", "step"]),
    ...span,
    name: z.string(),
    attempt: z.int().describe("The attempt that paid for it; 0: the job that this one replays"),
    model: z.string().nullable(),
    ...spent,
    failed: z.string().nullable(),
  }),
  z.object({ type: z.literal("omitted"), ...span, count: z.int() }),
]).meta({ id: "JobSpan" });

/** The schema of a delivery of a callback. */
const Delivery = JobLine.extend({ failure: Failure.nullable() }).meta({ id: "CallbackLine" });

/** The schema of all about a job but its request. */
export const JobDetails = JobLine.extend({
  promptVersion: z.string(),
  maxAttempts: z.int(),
  deadline: time.nullable().describe("When it fails at the latest; `null`: it has ended"),
  progress: z.object({
    phase: Phase,
    message: z.string(),
    step: z.int(),
    of: z.int().nullable(),
    updatedAt: time.nullable(),
    openaiResponseId: z.string().nullable(),
  }),
  isFollowing: z.boolean().describe("Whether it waits for an identical job, whose progress it has"),
  heldBackBy: Failure.nullable().describe("Why the breaker holds it back"),
  queue: z.object({
    isPaused: z.boolean().describe("Whether an operator has paused its kind"),
    position: z.int().nullable().describe("Its position among the waiting jobs; `null`: not known"),
    expectedStartAt: time.nullable(),
  }).nullable().describe("How it waits; `null`: it does not wait, or that is not known"),
  failure: Failure.nullable().describe("Why it has failed, or why its last attempt has"),
  usage: JobUsage.nullable(),
  spans: z.array(Span).describe("Waits and attempts, each followed by its steps"),
  plan: z.unknown().describe("`null`: there is none"),
  trace: z.object({ id: z.string(), url: z.string().nullable() }).nullable(),
  about: z.string().nullable().describe("The job whose callback it delivers"),
  callbacks: z.array(Delivery).describe("The deliveries of its callback, oldest first"),
  actions: z.object({
    cancel: z.boolean(),
    replay: z.boolean(),
    redeliver: z.boolean(),
    reveal: z.boolean(),
  }).describe("What an operator can do to it now"),
}).meta({ id: "JobDetails" });
export type JobDetails = z.output<typeof JobDetails>;

/** Returns the JSON of a line of a list. */
export function presentLine(job: ListedJob): JobLine {
  const { createdAt, startedAt, finishedAt, expiresAt, runAt, ...rest } = job;
  return {
    ...rest,
    createdAt: isoTime(createdAt),
    startedAt: isoOrNull(startedAt),
    finishedAt: isoOrNull(finishedAt),
    expiresAt: isoTime(expiresAt),
    runAt: isoOrNull(runAt),
  };
}

/** Returns the JSON of a page of a list. */
export function presentLines({ jobs, ...rest }: ListPage): JobLines {
  return { jobs: jobs.map(presentLine), ...rest };
}

/** Returns the JSON of all about a job but its request. */
export function presentDetails(report: JobReport): JobDetails {
  const { phase, message, step, of, updatedAt, openaiResponseId } = report.progress;
  const { promptVersion, maxAttempts, isFollowing, heldBackBy, queue, failure, usage } = report;
  const { plan, trace, about, actions } = report;
  return {
    ...presentLine(report.summary),
    promptVersion,
    maxAttempts,
    deadline: isoOrNull(report.deadline),
    progress: {
      phase,
      message,
      step,
      of,
      updatedAt: isoOrNull(updatedAt || null),
      openaiResponseId,
    },
    isFollowing,
    heldBackBy,
    queue: queue && { ...queue, expectedStartAt: isoOrNull(queue.expectedStartAt) },
    failure,
    usage,
    spans: report.spans.map(presentSpan),
    plan,
    trace,
    about,
    callbacks: report.callbacks.map(presentDelivery),
    actions,
  };
}

function presentDelivery({ failure, ...job }: CallbackReport) {
  return { ...presentLine(job), failure };
}

function presentSpan(part: JobSpan): z.output<typeof Span> {
  return { ...part, startedAt: isoTime(part.startedAt), endedAt: isoOrNull(part.endedAt) };
}

function isoOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoTime(epochMs);
}

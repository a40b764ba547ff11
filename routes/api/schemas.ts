/**
 * The schemas of what this API answers, for its description. What the presenter makes is held to them
 * by the tests.
 * @module
 */
import { z } from "zod";
import type { PublicKind } from "../../jobs/kind.ts";
import { failureKinds } from "../../lib/job/failure.ts";
import { Source } from "../../lib/job/job_record.ts";
import { Phase } from "../../lib/job/progress.ts";
import { StepEvent, Transition } from "../../lib/job/timeline.ts";
import { type ProblemCode, problemTypes } from "../http/problem.ts";
import { JobUsage } from "../../lib/usage.ts";

/** The id of the job in examples. */
export const EXAMPLE_ID = "54a632b6-0dcc-43f7-b013-28e051702cf7";

const time = z.iso.datetime();

const JobId = z.uuid().meta({ description: "The job's id", example: EXAMPLE_ID });

const Status = z.enum(["processing", "completed", "failed", "canceled"]).meta({
  id: "Status",
  description: "`processing` until the job has ended",
});

const Failure = z.object({
  code: z.enum(Object.keys(failureKinds) as [string, ...string[]]),
  retryable: z.boolean().describe("Whether the same wish has a fair chance later"),
  hint: z.string().describe("What to do, one sentence"),
}).meta({ id: "Failure", description: "Why a job failed, for programs" });

const Progress = z.object({
  phase: z.enum(["queued", "retrying", ...Phase.options]),
  message: z.string().describe("The same for people"),
  step: z.int().nonnegative().describe("How many parts of the plan are finished"),
  of: z.int().positive().nullable().describe("How many there will be; `null` while that is open"),
  updatedAt: time,
}).meta({ id: "Progress", description: "What a job is at" });

const Usage = JobUsage.meta({
  id: "Usage",
  description: "Tokens that a job has used up, those it has saved, and what it has cost",
});

/** The members that tell of every job how it stands. */
const common = {
  createdAt: time,
  completedAt: time.nullable().describe("When it ended, however it ended"),
  expiresAt: time.describe("From then on nobody can ask for it"),
  error: z.string().nullable().describe("Why it failed, for people"),
  failure: Failure.nullable(),
  source: Source.nullable().describe("Who wrote the plan"),
  attempt: z.int().nonnegative().describe("How often it has been tried so far"),
};

/** The body of an idempotency key's first answer, of polls, and of the last event. */
export function jobAnswer(kind: PublicKind) {
  return z.object({
    [kind.http.idName]: JobId,
    status: Status,
    ...kind.asked.shape,
    ...kind.answered.shape,
    ...common,
    progress: Progress.nullable().describe("`null` when the job has ended"),
    partial: z.array(z.unknown()).nullable().describe(
      "The parts of the plan that are finished; `null` when the job has ended",
    ),
    usage: Usage.nullable(),
  }).meta({ id: nameOf(kind) });
}

/** A job in a list. */
export function jobSummary(kind: PublicKind) {
  return z.object({
    [kind.http.idName]: JobId,
    status: Status,
    ...kind.asked.shape,
    ...common,
  }).meta({ id: `${nameOf(kind)}Summary` });
}

/** A page of a list. */
export function jobPage(kind: PublicKind) {
  return z.object({
    items: z.array(jobSummary(kind)),
    nextCursor: z.string().nullable().describe("`cursor` of the next page; `null`: the last one"),
  }).meta({ id: `${nameOf(kind)}Page` });
}

const events = [...Transition.options, StepEvent].map((event) =>
  event.extend({ at: time, ...("runAt" in event.shape && { runAt: time }) })
);

/** What happened to a job. */
export function jobTimeline(kind: PublicKind) {
  return z.object({
    [kind.http.idName]: JobId,
    status: Status,
    attempt: common.attempt,
    usage: Usage.nullable(),
    events: z.array(z.union(events)).describe("In order"),
  }).meta({ id: `${nameOf(kind)}Timeline` });
}

/** What a callback brings. */
export function callbackNotice(kind: PublicKind) {
  return z.object({
    type: z.enum(
      ["completed", "failed", "canceled"].map((status) => `${kind.http.noun}.${status}`),
    ),
    timestamp: time.describe("When the job ended"),
    data: jobSummary(kind),
  }).meta({ id: `${nameOf(kind)}Notice` });
}

/** Problem details (RFC 9457). */
export const Problem = z.object({
  type: z.string().describe("Where the problem is explained, a path on this server"),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe("What is wrong this time"),
  code: z.enum(Object.keys(problemTypes) as [ProblemCode, ...ProblemCode[]]),
  error: z.string().describe("`detail` once more, for clients of the services before this one"),
  errors: z.array(z.object({
    pointer: z.string().optional().describe("A member of the body, as a JSON pointer"),
    parameter: z.string().optional().describe("A query parameter"),
    detail: z.string(),
  })).optional(),
  state: Status.optional().describe("How the job has ended"),
}).meta({ id: "Problem" });

/** What a kind of job is called in the description: `Itinerary`. */
export function nameOf({ http: { noun } }: PublicKind): string {
  return noun.charAt(0).toUpperCase() + noun.slice(1);
}

/**
 * What the API answers about a job, described once: the presenter returns these types, OpenAPI is
 * generated from these schemas, and browsers import the types. A member that has no value is `null`,
 * never absent.
 * @module
 */
import { z } from "zod";
import { type FailureCode, failureKinds } from "../lib/job/failure.ts";
import { Source } from "../lib/job/job_record.ts";
import { Phase } from "../lib/job/progress.ts";
import { StepEvent, Transition } from "../lib/job/timeline.ts";
import { JobUsage } from "../lib/usage.ts";
import { capitalNoun, type HttpContract, idMember, statuses } from "./contract.ts";
import type { PublicKind } from "./kind.ts";

/** The id of the job in examples. */
export const EXAMPLE_ID = "54a632b6-0dcc-43f7-b013-28e051702cf7";

const time = z.iso.datetime();

const JobId = z.uuid().meta({ description: "The job's id", example: EXAMPLE_ID });

export const Status = z.enum(statuses).meta({
  id: "Status",
  description: "`processing` until the job has ended",
});

const failureCodes = Object.keys(failureKinds) as [FailureCode, ...FailureCode[]];

const Failure = z.object({
  code: z.enum(failureCodes),
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

/** The members that only the answer about one job has: the work, and what it cost. */
const work = {
  progress: Progress.nullable().describe("`null` when the job has ended"),
  partial: z.array(z.unknown()).nullable().describe(
    "The parts of the plan that are finished; `null` when the job has ended",
  ),
  usage: Usage.nullable(),
};

/** What a description has to know of a kind of job. */
interface Described<
  Id extends string,
  Asked extends z.ZodRawShape,
  Answered extends z.ZodRawShape,
> {
  readonly http: Pick<HttpContract, "noun"> & { readonly idName: Id };
  readonly asked: z.ZodObject<Asked>;
  readonly answered: z.ZodObject<Answered>;
}

type Listed<Id extends string, Asked extends z.ZodRawShape> = Omit<
  Described<Id, Asked, Asked>,
  "answered"
>;
type Named<Id extends string> = Pick<Described<Id, z.ZodRawShape, z.ZodRawShape>, "http">;

/** The body of an idempotency key's first answer, of polls, and of the last event. */
export function jobAnswer<
  Id extends string,
  Asked extends z.ZodRawShape,
  Answered extends z.ZodRawShape,
>(kind: Described<Id, Asked, Answered>) {
  return z.object({
    ...idMember(kind.http, JobId),
    status: Status,
    ...kind.asked.shape,
    ...kind.answered.shape,
    ...common,
    ...work,
  }).meta({ id: nameOf(kind) });
}

/** A job in a list. */
export function jobSummary<Id extends string, Asked extends z.ZodRawShape>(
  kind: Listed<Id, Asked>,
) {
  return z.object({
    ...idMember(kind.http, JobId),
    status: Status,
    ...kind.asked.shape,
    ...common,
  }).meta({ id: `${nameOf(kind)}Summary` });
}

/** A page of a list. */
export function jobPage<Id extends string, Asked extends z.ZodRawShape>(kind: Listed<Id, Asked>) {
  return z.object({
    items: z.array(jobSummary(kind)),
    nextCursor: z.string().nullable().describe("`cursor` of the next page; `null`: the last one"),
  }).meta({ id: `${nameOf(kind)}Page` });
}

const events = [...Transition.options, StepEvent].map((event) =>
  event.extend({ at: time, ...("runAt" in event.shape && { runAt: time }) })
);

/** What happened to a job. */
export function jobTimeline<Id extends string>(kind: Named<Id>) {
  return z.object({
    ...idMember(kind.http, JobId),
    status: Status,
    attempt: common.attempt,
    usage: Usage.nullable(),
    events: z.array(z.union(events)).describe("In order"),
  }).meta({ id: `${nameOf(kind)}Timeline` });
}

/** What a callback brings. */
export function callbackNotice<Id extends string, Asked extends z.ZodRawShape>(
  kind: Listed<Id, Asked>,
) {
  const ended = statuses.filter((status) => status !== "processing");
  return z.object({
    type: z.enum(ended.map((status) => `${kind.http.noun}.${status}`)),
    timestamp: time.describe("When the job ended"),
    data: jobSummary(kind),
  }).meta({ id: `${nameOf(kind)}Notice` });
}

/** What a kind of job is called in the description: `Itinerary`. */
export function nameOf({ http }: { http: Pick<HttpContract, "noun"> }): string {
  return capitalNoun(http);
}

/** The parts of a plan of this kind. */
type PartOf<Kind extends PublicKind> = ReturnType<Kind["itemsOf"]>[number];

/** A job of one kind. The description leaves the parts of a plan open; here they have their type. */
export type JobOfKind<Kind extends PublicKind> =
  & Omit<
    z.output<
      ReturnType<
        typeof jobAnswer<Kind["http"]["idName"], Kind["asked"]["shape"], Kind["answered"]["shape"]>
      >
    >,
    "partial"
  >
  & { partial: PartOf<Kind>[] | null };

/** No members of a kind, and the members of some kind. */
type None = Record<never, never>;
type Others = Record<string, unknown>;

/** What all jobs have, of whatever kind. */
type CommonAnswer = z.output<ReturnType<typeof jobAnswer<never, None, None>>>;
export type CommonMember = keyof CommonAnswer;

/** A job of any kind: the members that all jobs have, and those that its kind knows. */
export type JobAnswer = CommonAnswer & Others;
/** The same in a list. */
export type JobSummary = z.output<ReturnType<typeof jobSummary<never, None>>> & Others;
/** What happened to a job of any kind. */
export type TimelineAnswer = z.output<ReturnType<typeof jobTimeline<never>>> & Others;

/**
 * The schemas of the API's answers about jobs. The presenter returns these types, OpenAPI is
 * generated from these schemas, and browsers import the types. A member without a value is `null`,
 * never absent; only `timeZone` of bundles may be absent.
 * @module
 */
import { z } from "zod";
import { type FailureCode, failureKinds } from "../lib/job/failure.ts";
import { PlanWarning } from "../lib/job/plan_warning.ts";
import { Source } from "../lib/job/job_record.ts";
import { MAX_LINEAGE } from "../lib/job/refinement.ts";
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
  description: "`processing` until the job ends",
});

const failureCodes = Object.keys(failureKinds) as [FailureCode, ...FailureCode[]];

const Failure = z.object({
  code: z.enum(failureCodes).describe("What happened"),
  retryable: z.boolean().describe("Whether the same request may succeed later"),
  hint: z.string().describe("What to do next, one sentence"),
}).meta({ id: "Failure", description: "Why a job failed, for programs" });

const Progress = z.object({
  phase: z.enum(["queued", "retrying", "paused", ...Phase.options]).describe(
    "The current phase, for programs",
  ),
  message: z.string().describe("The current phase in words, for people"),
  tools: z.array(z.string()).describe(
    "The names of the tools that the job runs while it is `researching`",
  ),
  step: z.int().nonnegative().describe("Number of finished parts of the plan"),
  of: z.int().positive().nullable().describe("Total number of parts; `null` if not known"),
  position: z.int().positive().nullable().describe(
    "The position of a job that waits; 1: it starts next. It only grows if the job waits again " +
      "after it has started. `null`: the job does not wait, or its position is not known",
  ),
  expectedStartAt: time.nullable().describe(
    "When a job that waits will probably start; `null`: not known",
  ),
  updatedAt: time.describe("When the progress last changed"),
}).meta({ id: "Progress", description: "The progress of a job that waits or runs" });

const Usage = JobUsage.meta({
  id: "Usage",
  description: "The tokens that a job used and saved, and its cost",
});

/** The members that all answers about a job have. */
const common = {
  createdAt: time.describe("When the job was created"),
  completedAt: time.nullable().describe("When the job ended: completed, failed or canceled"),
  expiresAt: time.describe("When the job is deleted"),
  error: z.string().nullable().describe("Why the job failed, for people"),
  failure: Failure.nullable().describe("Why the job failed, for programs"),
  source: Source.nullable().describe("What wrote the plan"),
  attempt: z.int().nonnegative().describe("Number of attempts so far"),
  refines: z.uuid().nullable().describe(
    "The id of the job whose plan this job changes; `null`: it writes a new plan",
  ),
  lineage: z.array(z.uuid()).describe(
    `The ids of the jobs whose plans led to this one, oldest first, at most the last ${MAX_LINEAGE}`,
  ),
};

/** Returns the schema of the finished parts of a plan. */
function partialOf<Part extends z.ZodType>(part: Part) {
  return z.array(part).nullable().describe(
    "The finished parts of the plan. They stay when the job ends without a plan. `null`: the job " +
      "has a plan, or ended before the first part",
  );
}

/** The members that only the answer about one job has: its progress, cost and warnings. */
const work = {
  progress: Progress.nullable().describe("`null` after the end of the job"),
  partial: partialOf(z.unknown()),
  usage: Usage.nullable().describe("`null`: not known, or no model was asked"),
  warnings: z.array(PlanWarning).describe(
    "What is wrong in the plan although the model had the chance to correct it",
  ),
};

/** The part of a kind that these schemas need. */
interface Described<
  Id extends string,
  RequestMembers extends z.ZodRawShape,
  ResultMembers extends z.ZodRawShape,
> {
  readonly http: Pick<HttpContract, "noun"> & { readonly idName: Id };
  readonly requestMembers: z.ZodObject<RequestMembers>;
  readonly resultMembers: z.ZodObject<ResultMembers>;
  readonly part?: z.ZodType;
}

type Listed<Id extends string, RequestMembers extends z.ZodRawShape> = Omit<
  Described<Id, RequestMembers, RequestMembers>,
  "resultMembers" | "part"
>;
type Named<Id extends string> = Pick<Described<Id, z.ZodRawShape, z.ZodRawShape>, "http">;

/**
 * Returns the schema of one job: the answer to a `POST` or a poll, and the last event of a stream.
 */
export function jobAnswer<
  Id extends string,
  RequestMembers extends z.ZodRawShape,
  ResultMembers extends z.ZodRawShape,
>(kind: Described<Id, RequestMembers, ResultMembers>) {
  return z.object({
    ...idMember(kind.http, JobId),
    status: Status,
    ...kind.requestMembers.shape,
    ...kind.resultMembers.shape,
    ...common,
    ...work,
    // The cast: the type of the parts is in `JobOfKind`.
    partial: partialOf((kind.part ?? z.unknown()) as z.ZodUnknown),
  }).meta({ id: nameOf(kind), description: `A job of the kind ${kind.http.noun}` });
}

/** Returns the schema of a job in a list. */
export function jobSummary<Id extends string, RequestMembers extends z.ZodRawShape>(
  kind: Listed<Id, RequestMembers>,
) {
  return z.object({
    ...idMember(kind.http, JobId),
    status: Status,
    ...kind.requestMembers.shape,
    ...common,
  }).meta({
    id: `${nameOf(kind)}Summary`,
    description: `A job of the kind ${kind.http.noun} in a list, without its plan`,
  });
}

/** Returns the schema of a page of a list. */
export function jobPage<Id extends string, RequestMembers extends z.ZodRawShape>(
  kind: Listed<Id, RequestMembers>,
) {
  return z.object({
    items: z.array(jobSummary(kind)).describe("The jobs, newest first"),
    nextCursor: z.string().nullable().describe(
      "The `cursor` of the next page; `null` on the last page",
    ),
  }).meta({ id: `${nameOf(kind)}Page` });
}

const TimelineEvent = z.union(
  [...Transition.options, StepEvent].map((event) =>
    event.extend({ at: time, ...("runAt" in event.shape && { runAt: time }) })
  ),
).meta({ id: "TimelineEvent", description: "Something that happened to a job" });

/** Returns the schema of the timeline of a job. */
export function jobTimeline<Id extends string>(kind: Named<Id>) {
  return z.object({
    ...idMember(kind.http, JobId),
    status: Status,
    attempt: common.attempt,
    usage: Usage.nullable(),
    events: z.array(TimelineEvent).describe("Oldest first"),
  }).meta({ id: `${nameOf(kind)}Timeline` });
}

/** Returns the schema of the body of a callback. */
export function callbackNotice<Id extends string, RequestMembers extends z.ZodRawShape>(
  kind: Listed<Id, RequestMembers>,
) {
  const ended = statuses.filter((status) => status !== "processing");
  return z.object({
    type: z.enum(ended.map((status) => `${kind.http.noun}.${status}`)),
    timestamp: time.describe("When the job ended"),
    data: jobSummary(kind),
  }).meta({ id: `${nameOf(kind)}Notice` });
}

/** Returns the name of a kind of job in the API description: `Itinerary`. */
export function nameOf({ http }: { http: Pick<HttpContract, "noun"> }): string {
  return capitalNoun(http);
}

/** The type of a part of a plan of this kind. */
type PartOf<Kind extends PublicKind> = ReturnType<Kind["itemsOf"]>[number];

/**
 * A job of one kind. `partial` has the type of the parts, which the API description leaves open.
 */
export type JobOfKind<Kind extends PublicKind> =
  & Omit<
    z.output<
      ReturnType<
        typeof jobAnswer<
          Kind["http"]["idName"],
          Kind["requestMembers"]["shape"],
          Kind["resultMembers"]["shape"]
        >
      >
    >,
    "partial"
  >
  & { partial: PartOf<Kind>[] | null };

/** A job of one kind in a list. */
export type SummaryOfKind<Kind extends PublicKind> = z.output<
  ReturnType<typeof jobSummary<Kind["http"]["idName"], Kind["requestMembers"]["shape"]>>
>;

/** The members of no kind, and of an unknown kind. */
type None = Record<never, never>;
type Others = Record<string, unknown>;

/** The members that jobs of all kinds have. */
type CommonAnswer = z.output<ReturnType<typeof jobAnswer<never, None, None>>>;
export type CommonMember = keyof CommonAnswer;

/** A job of any kind: the common members, and the members of its kind. */
export type JobAnswer = CommonAnswer & Others;
/** A job of any kind in a list. */
export type JobSummary = z.output<ReturnType<typeof jobSummary<never, None>>> & Others;
/** The timeline of a job of any kind. */
export type TimelineAnswer = z.output<ReturnType<typeof jobTimeline<never>>> & Others;

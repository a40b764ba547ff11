/**
 * Jobs as the service shows them.
 * @module
 */
import { idMember, statuses } from "../../jobs/contract.ts";
import { contracts, type KindName, kindNames } from "../../jobs/kinds/contracts.ts";
import type {
  ChangesByNoun,
  IdsByNoun,
  JobsByNoun,
  Noun,
  Status,
  SummariesByNoun,
} from "./job_types.ts";

export type {
  Activity,
  Bundle,
  Day,
  GenerationChange,
  GenerationJob,
  GenerationSummary,
  GenerationWish,
  ItineraryChange,
  ItineraryJob,
  ItinerarySummary,
  ItineraryWish,
  Jobs,
  JobsByNoun,
  KeyEvent,
  Noun,
  Status,
  SummariesByNoun,
  Wishes,
  WishesByNoun,
} from "./job_types.ts";

/** A job of any kind, as `GET` shows it. */
export type Job = JobsByNoun[Noun];

/** A job of any kind in a list, without its plan. */
export type JobSummary = SummariesByNoun[Noun];

/** The member that identifies a job. A job is its own id. */
export type JobId = IdsByNoun[Noun];

/** The type of the job that an id identifies. */
export type JobOf<Id> = {
  [Kind in Noun]: Id extends IdsByNoun[Kind] ? JobsByNoun[Kind] : never;
}[Noun];

/** The type of a change of the plan of the job that an id identifies. */
export type ChangeOf<Id> = {
  [Kind in Noun]: Id extends IdsByNoun[Kind] ? ChangesByNoun[Kind] : never;
}[Noun];

/** The parts of the plan of a job: days or bundles. */
export type PartsOf<J extends Job> = J extends { partial: infer Parts } ? NonNullable<Parts>
  : never;

/** A job that has ended and no longer changes. */
export type Ended<J> = J & { status: Exclude<Status, "processing"> };

/** Returns whether a value has the members of a job that the client needs. */
export function isJob<J extends Job>(value: Partial<Job> | Record<string, unknown>): value is J {
  return isSummary(value);
}

/** Returns whether a value has the members of a job in a list that the client needs. */
export function isSummary(value: unknown): boolean {
  const members: Record<string, unknown> = Object(value);
  return statuses.some((status) => status === members.status) &&
    kindNames.some((name) => typeof members[contracts[name].idName] === "string");
}

/** Returns whether a job has ended. */
export function isEnded<J extends Job>(job: J): job is Ended<J> {
  return job.status !== "processing";
}

/**
 * Returns the finished parts of a plan: all days or bundles at the end of the job, and before that
 * the ones so far.
 *
 * @example Show a plan while it grows, and at its end
 * ```ts
 * await trips.watch(job, { onProgress: (job) => show(partsOf(job)) });
 * ```
 */
export function partsOf<J extends Job>(job: J): PartsOf<J> {
  const { planName } = contracts[kindOf(job)];
  const members: Record<string, unknown> = job;
  return (members[planName] ?? job.partial ?? []) as PartsOf<J>;
}

/**
 * Returns the name of the kind of a job.
 *
 * @throws {TypeError} if the job has the id of no kind
 */
export function kindOf(job: JobId): KindName {
  const kind = kindNames.find((name) => contracts[name].idName in job);
  if (kind === undefined) throw new TypeError("Cannot ask for a job: it has no id");
  return kind;
}

/** Returns the id of a job. */
export function idOf(job: JobId): string {
  const members: Record<string, string> = job;
  return members[contracts[kindOf(job)].idName]!;
}

/** Returns the path of a job in the API. */
export function pathOf(job: JobId): string {
  return `${contracts[kindOf(job)].path}/${encodeURIComponent(idOf(job))}`;
}

/** Returns the member that identifies a job of this kind. */
export function jobIdOf(kind: KindName, id: string): JobId {
  return idMember(contracts[kind], id);
}

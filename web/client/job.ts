/**
 * Jobs as the service shows them. Their types come from the schemas that the service validates its
 * responses with.
 * @module
 */
import type { z } from "zod";
import { idMember, type Status, statuses } from "../../jobs/contract.ts";
import { type Contracts, contracts, type KindName, kindNames } from "../../jobs/kinds/contracts.ts";
import type { JobOfKind } from "../../jobs/job_answer.ts";
import type { Kinds } from "../../jobs/registry.ts";

export type { Status };

/** The jobs that `GET` shows, by the names of their kinds. */
export type Jobs = { [Name in KindName]: JobOfKind<Kinds[Name]> };

/** The bodies of `POST`, by the names of their kinds. */
export type Wishes = { [Name in KindName]: z.input<Kinds[Name]["request"]> };

/** The bodies of `POST …/refinements`, by the names of their kinds; `never`: it has no such call. */
export type Changes = {
  [Name in KindName]: Kinds[Name] extends { refinement: { change: infer Change extends z.ZodType } }
    ? z.input<Change>
    : never;
};

/** The members that identify a job, by the names of the kinds. */
type Ids = { [Name in KindName]: Record<Contracts[Name]["idName"], string> };

/** A job as `GET` shows it. */
export type Job = Jobs[KindName];
export type ItineraryJob = Jobs["itinerary"];
export type GenerationJob = Jobs["bundles"];

export type ItineraryWish = Wishes["itinerary"];
export type GenerationWish = Wishes["bundles"];

export type ItineraryChange = Changes["itinerary"];
export type GenerationChange = Changes["bundles"];

/** The parts of plans. */
export type Day = NonNullable<ItineraryJob["itinerary"]>[number];
export type Bundle = NonNullable<GenerationJob["bundles"]>[number];

/** The member that identifies a job. */
export type JobId = Ids[KindName];

/** The type of the job that an id identifies. */
export type JobOf<Id> = {
  [Name in KindName]: Id extends Ids[Name] ? Jobs[Name] : never;
}[KindName];

/** The type of a change of the plan of the job that an id identifies. */
export type ChangeOf<Id> = {
  [Name in KindName]: Id extends Ids[Name] ? Changes[Name] : never;
}[KindName];

/** A job that has ended and no longer changes. */
export type Ended<J> = J & { status: Exclude<Status, "processing"> };

/** Returns whether a value has the members of a job that the client needs. */
export function isJob<J extends Job>(value: Partial<Job> | Record<string, unknown>): value is J {
  const members: Record<string, unknown> = value;
  return statuses.some((status) => status === members.status) &&
    kindNames.some((name) => typeof members[contracts[name].idName] === "string");
}

/** Returns whether a job has ended. */
export function isEnded<J extends Job>(job: J): job is Ended<J> {
  return job.status !== "processing";
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

/**
 * Jobs as the service shows them. Their types come from the descriptions that the service itself is
 * held to.
 * @module
 */
import type { z } from "zod";
import { idMember, type Status, statuses } from "../../jobs/contract.ts";
import { type Contracts, contracts, type KindName, kindNames } from "../../jobs/kinds/contracts.ts";
import type { JobOfKind } from "../../jobs/job_answer.ts";
import type { Kinds } from "../../jobs/registry.ts";

export type { Status };

/** Jobs as `GET` shows them, by the names of their kinds. */
export type Jobs = { [Name in KindName]: JobOfKind<Kinds[Name]> };

/** Wishes as `POST` takes them, by the names of their kinds. */
export type Wishes = { [Name in KindName]: z.input<Kinds[Name]["request"]> };

/** Enough of a job to ask for it, by the names of the kinds. */
type Ids = { [Name in KindName]: Record<Contracts[Name]["idName"], string> };

/** A job as `GET` shows it. */
export type Job = Jobs[KindName];
export type ItineraryJob = Jobs["itinerary"];
export type GenerationJob = Jobs["bundles"];

export type ItineraryWish = Wishes["itinerary"];
export type GenerationWish = Wishes["bundles"];

/** The parts of plans. */
export type Day = NonNullable<ItineraryJob["itinerary"]>[number];
export type Bundle = NonNullable<GenerationJob["bundles"]>[number];

/** Enough of a job to ask for it. */
export type JobId = Ids[KindName];

/** The job that an id leads to. */
export type JobOf<Id> = {
  [Name in KindName]: Id extends Ids[Name] ? Jobs[Name] : never;
}[KindName];

/** A job of which nothing will change any more. */
export type Ended<J> = J & { status: Exclude<Status, "processing"> };

/** Whether a value is a job, as far as the client has to rely on it. */
export function isJob<J extends Job>(value: Partial<Job> | Record<string, unknown>): value is J {
  const members: Record<string, unknown> = value;
  return statuses.some((status) => status === members.status) &&
    kindNames.some((name) => typeof members[contracts[name].idName] === "string");
}

/** Whether nothing of a job will change any more. */
export function isEnded<J extends Job>(job: J): job is Ended<J> {
  return job.status !== "processing";
}

/**
 * The name of a job's kind.
 *
 * @throws {TypeError} if it has the id of no kind
 */
export function kindOf(job: JobId): KindName {
  const kind = kindNames.find((name) => contracts[name].idName in job);
  if (kind === undefined) throw new TypeError("Cannot ask for a job: it has no id");
  return kind;
}

/** A job's id. */
export function idOf(job: JobId): string {
  const members: Record<string, string> = job;
  return members[contracts[kindOf(job)].idName]!;
}

/** Where a job is to be asked for. */
export function pathOf(job: JobId): string {
  return `${contracts[kindOf(job)].path}/${encodeURIComponent(idOf(job))}`;
}

/** Enough to ask for the job of this kind that has this id. */
export function jobIdOf(kind: KindName, id: string): JobId {
  return idMember(contracts[kind], id);
}

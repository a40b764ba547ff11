/**
 * The types of jobs, wishes and changes. They come from the schemas that the service validates its
 * requests and responses with. The package has them as plain interfaces: `ops/client/job_types.ts`
 * writes these from the same schemas.
 * @module
 */
import type { z } from "zod";
import type { Status } from "../../jobs/contract.ts";
import type { Contracts, KindName, NameOf, Noun } from "../../jobs/kinds/contracts.ts";
import type { JobOfKind, SummaryOfKind } from "../../jobs/job_answer.ts";
import type { Kinds } from "../../jobs/registry.ts";

export type { Noun, Status };

/** The jobs that `GET` shows, by the names of their kinds. */
export type Jobs = { [Name in KindName]: JobOfKind<Kinds[Name]> };

/** The member of the body of each `POST` that creates a job. */
interface SharedMembers {
  /** The URL that receives a signed `POST` when the job has ended. Requires an API key. */
  callbackUrl?: string | null | undefined;
}

/** The bodies of `POST`, by the names of their kinds. */
export type Wishes = { [Name in KindName]: z.input<Kinds[Name]["request"]> & SharedMembers };

/** The bodies of `POST …/refinements`, by the names of their kinds; `never`: it has no such call. */
type Changes = {
  [Name in KindName]: Kinds[Name] extends { refinement: { change: infer Change extends z.ZodType } }
    ? z.input<Change> & SharedMembers
    : never;
};

/** Jobs by the nouns of their kinds. */
export type JobsByNoun = { [Kind in Noun]: Jobs[NameOf<Kind>] };
/** Jobs in lists by the nouns of their kinds. */
export type SummariesByNoun = { [Kind in Noun]: SummaryOfKind<Kinds[NameOf<Kind>]> };
/** Wishes by the nouns of their kinds. */
export type WishesByNoun = { [Kind in Noun]: Wishes[NameOf<Kind>] };
/** Changes by the nouns of their kinds. */
export type ChangesByNoun = { [Kind in Noun]: Changes[NameOf<Kind>] };
/** The members that identify a job, by the nouns of their kinds. */
export type IdsByNoun = { [Kind in Noun]: Record<Contracts[NameOf<Kind>]["idName"], string> };

export type ItineraryJob = Jobs["itinerary"];
export type ItineraryWish = Wishes["itinerary"];
export type ItineraryChange = Changes["itinerary"];
export type ItinerarySummary = SummariesByNoun["itinerary"];

export type GenerationJob = Jobs["bundles"];
export type GenerationWish = Wishes["bundles"];
export type GenerationChange = Changes["bundles"];
export type GenerationSummary = SummariesByNoun["generation"];

/** The parts of plans, and what they consist of. */
export type Day = NonNullable<ItineraryJob["itinerary"]>[number];
export type Activity = Day["activities"][number];
export type Bundle = NonNullable<GenerationJob["bundles"]>[number];
export type KeyEvent = Bundle["keyEvents"][number];

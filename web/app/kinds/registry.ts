/**
 * The views of all kinds of job.
 * @module
 */
import {
  contracts,
  type KindName,
  kindNames,
  kindOfNoun,
  type Noun,
} from "../../../jobs/kinds/contracts.ts";
import { type Job, kindOf } from "../../client/job.ts";
import type { Words } from "../../words/words.ts";
import { bundlesView } from "./bundles/view.ts";
import { itineraryView } from "./itinerary/view.ts";
import { plainView } from "./plain.tsx";
import type { TripView, WrittenPart } from "./trip_view.ts";
import type { KindView } from "./view.ts";

/** One line for each kind; `null`: the kind has no form either, and its trips have the plain page. */
const views: { readonly [Name in KindName]: KindView<Name> | null } = {
  itinerary: itineraryView,
  bundles: bundlesView,
};

/** The nouns of the kinds that have a form, in the order of the home page. */
export const wishKinds: Noun[] = kindNames.filter((name) => views[name] !== null)
  .map((name) => contracts[name].noun);

/**
 * Returns the view of the kind with this noun in the API.
 *
 * @throws {Error} if the kind has no view
 */
export function viewOf(noun: Noun): KindView {
  const view: KindView | null = views[kindOfNoun(noun)];
  if (view === null) throw new Error(`Cannot read a wish: ${noun} has no view`);
  return view;
}

/** Returns the view of the kind of a job, or `null` if the kind has none. */
export function wishViewOf(job: Job): KindView | null {
  return views[kindOf(job)];
}

/** Returns the view for the page of a trip. */
export function tripViewOf(job: Job): TripView {
  return wishViewOf(job) ?? plainView;
}

/** Returns the parts of a plan that are written; none if the kind has no names for them. */
export function writtenParts(job: Job, words: Words): WrittenPart[] {
  const { parts = [] } = tripViewOf(job).contentsOf?.(job, words) ?? {};
  return parts.filter((part): part is WrittenPart => part.title !== null);
}

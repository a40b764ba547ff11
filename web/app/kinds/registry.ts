/**
 * How people see the kinds of job.
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
import { bundlesView } from "./bundles.tsx";
import { itineraryView } from "./itinerary.tsx";
import { plainView } from "./plain.tsx";
import type { KindView, TripView } from "./view.ts";

/** One line for each kind; `null`: it has no form, and its trips have a plain page. */
const views: { readonly [Name in KindName]: KindView<Name> | null } = {
  itinerary: itineraryView,
  bundles: bundlesView,
};

/** What the API calls the kinds that people can wish for, in the order in which they are offered. */
export const wishKinds: Noun[] = kindNames.filter((name) => views[name] !== null)
  .map((name) => contracts[name].noun);

/**
 * How people see the kind that the API calls so.
 *
 * @throws {Error} if the kind has no view
 */
export function viewOf(noun: Noun): KindView {
  const view: KindView | null = views[kindOfNoun(noun)];
  if (view === null) throw new Error(`Cannot show a wish: ${noun} has no view`);
  return view;
}

/** How people see the kind of a job; `null` if it has no view. */
export function wishViewOf(job: Job): KindView | null {
  return views[kindOf(job)];
}

/** The page of a trip. */
export function tripViewOf(job: Job): TripView {
  return wishViewOf(job) ?? plainView;
}

/**
 * The kinds of job that clients can ask for, by the names that records have for them. Browsers load
 * this module.
 * @module
 */
import type { HttpContract } from "../contract.ts";
import { bundlesContract } from "./bundles/contract.ts";
import { itineraryContract } from "./itinerary/contract.ts";

/** One line for each kind. The other registries have to name the same kinds: the compiler says so. */
export const contracts = {
  itinerary: itineraryContract,
  bundles: bundlesContract,
} as const satisfies Record<string, HttpContract>;

export type Contracts = typeof contracts;

/** The name of a kind in records and registries. */
export type KindName = keyof Contracts;

/** The names of all kinds, in the order of their registry. */
// The cast: TypeScript takes the keys of any object for strings.
export const kindNames = Object.keys(contracts) as KindName[];

/** What the API and the forms call the kinds. */
export type Noun = Contracts[KindName]["noun"];

/** The name of the kind that the API calls so. */
export type NameOf<Called extends Noun> = {
  [Name in KindName]: Contracts[Name]["noun"] extends Called ? Name : never;
}[KindName];

/** The kind that the API calls so. */
export function kindOfNoun(noun: Noun): KindName {
  return kindNames.find((name) => contracts[name].noun === noun)!;
}

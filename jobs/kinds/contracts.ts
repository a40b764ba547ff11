/**
 * The contracts of the public kinds of job, by the names that records use. Browsers load this
 * module.
 * @module
 */
import type { HttpContract } from "../contract.ts";
import { bundlesContract } from "./bundles/contract.ts";
import { itineraryContract } from "./itinerary/contract.ts";

/** One line for each kind. The compiler checks that the other registries have the same kinds. */
export const contracts = {
  itinerary: itineraryContract,
  bundles: bundlesContract,
} as const satisfies Record<string, HttpContract>;

export type Contracts = typeof contracts;

/** The name of a kind in records and registries. */
export type KindName = keyof Contracts;

/** The names of all kinds, in the order of the registry. */
// The cast: TypeScript types the keys of any object as strings.
export const kindNames = Object.keys(contracts) as KindName[];

/** The name of a kind in the API and in forms. */
export type Noun = Contracts[KindName]["noun"];

/** The name of the kind with this noun. */
export type NameOf<Called extends Noun> = {
  [Name in KindName]: Contracts[Name]["noun"] extends Called ? Name : never;
}[KindName];

/** Returns the name of the kind with this noun. */
export function kindOfNoun(noun: Noun): KindName {
  return kindNames.find((name) => contracts[name].noun === noun)!;
}

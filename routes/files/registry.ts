/**
 * The files that each kind of job offers.
 * @module
 */
import type { KindName } from "../../jobs/kinds/contracts.ts";
import { bundlesFiles } from "./bundles.ts";
import { itineraryFiles } from "./itinerary.ts";
import type { KindFiles } from "./kind_files.ts";

/** One line for each kind; `null`: its plans are only available as JSON. */
const files: { readonly [Name in KindName]: KindFiles<Name> | null } = {
  itinerary: itineraryFiles,
  bundles: bundlesFiles,
};

/** Returns the files of a kind, in addition to JSON. */
export function filesOf(kind: KindName): KindFiles {
  return files[kind] ?? {};
}

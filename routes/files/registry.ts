/**
 * The files of the kinds of job.
 * @module
 */
import type { KindName } from "../../jobs/kinds/contracts.ts";
import { bundlesFiles } from "./bundles.ts";
import { itineraryFiles } from "./itinerary.ts";
import type { KindFiles } from "./kind_files.ts";

/** One line for each kind; `null`: its plans can only be had as JSON. */
const files: { readonly [Name in KindName]: KindFiles<Name> | null } = {
  itinerary: itineraryFiles,
  bundles: bundlesFiles,
};

/** The files of a kind, beside JSON. */
export function filesOf(kind: KindName): KindFiles {
  return files[kind] ?? {};
}

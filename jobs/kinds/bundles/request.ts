/**
 * The request for bundles: the preferences of a traveller.
 * @module
 */
import { z } from "zod";
import { travellerText } from "../text.ts";
import { areInOrder, bundlesFacts, fitsRecord, TOO_LONG } from "../trip_facts.ts";

const text = travellerText({ max: 500 }).nullish();

/** The message of the service before Tripwright for missing values. Old clients know it. */
const MISSING = "Missing preferences in request body";

const Preferences = z.object({
  interests: z.array(travellerText({ max: 500 }), { error: "expected a list of strings" })
    .max(20, { error: "expected at most 20 entries" }).nullish(),
  musicProfile: text,
  timeframe: text,
  otherPreferences: text,
  ...bundlesFacts,
}, { error: ({ input }) => input ? "expected an object" : MISSING })
  .refine(fitsRecord, { error: TOO_LONG })
  .refine(areInOrder, { error: "must not be before startDate", path: ["endDate"] });

export const BundlesRequest = z.object({ preferences: Preferences }, { error: MISSING });
export type BundlesRequest = z.infer<typeof BundlesRequest>;

/** The members of the public answer that repeat the request. */
export const RequestMembers = z.object({ preferences: Preferences });

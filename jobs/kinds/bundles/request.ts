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
    .max(20, { error: "expected at most 20 entries" }).nullish()
    .describe("What the traveler likes, such as `jazz`"),
  musicProfile: text.describe("The music that the traveler likes"),
  timeframe: text.describe("When, in own words, such as `this weekend`"),
  otherPreferences: text.describe("What else matters, in own words"),
  ...bundlesFacts,
}, { error: ({ input }) => input ? "expected an object" : MISSING })
  .refine(fitsRecord, { error: TOO_LONG })
  .refine(areInOrder, { error: "must not be before startDate", path: ["endDate"] });

export const BundlesRequest = z.object({
  preferences: Preferences.describe("What the traveler would like; each member is optional"),
}, { error: MISSING });
export type BundlesRequest = z.infer<typeof BundlesRequest>;

/** The members of the public answer that repeat the request. */
export const RequestMembers = z.object({
  preferences: Preferences.describe("What the traveler would like"),
});

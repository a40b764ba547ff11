/**
 * The request for bundles: the preferences of a traveller.
 * @module
 */
import { z } from "zod";
import { countCodePoints } from "../../../lib/characters.ts";
import { travellerText } from "../text.ts";

const text = travellerText({ max: 500 }).nullish();

/** The message of the service before Tripwright for missing values. Old clients know it. */
const MISSING = "Missing preferences in request body";

/**
 * The limit of all preferences together, in code points: that of each text times their number. A
 * record holds 64 KiB, and a code point takes up to four bytes.
 */
const MAX_CODE_POINTS = 11_500;

const Preferences = z.object({
  interests: z.array(travellerText({ max: 500 }), { error: "expected a list of strings" })
    .max(20, { error: "expected at most 20 entries" }).nullish(),
  musicProfile: text,
  timeframe: text,
  otherPreferences: text,
}, { error: ({ input }) => input ? "expected an object" : MISSING })
  .refine(({ interests, musicProfile, timeframe, otherPreferences }) => {
    const texts = [...interests ?? [], musicProfile, timeframe, otherPreferences];
    return countCodePoints(texts.join("")) <= MAX_CODE_POINTS;
  }, { error: `expected at most ${MAX_CODE_POINTS} Unicode code points in all texts together` });

export const BundlesRequest = z.object({ preferences: Preferences }, { error: MISSING });
export type BundlesRequest = z.infer<typeof BundlesRequest>;

/** The members of the public answer that repeat the request. */
export const RequestMembers = z.object({ preferences: Preferences });

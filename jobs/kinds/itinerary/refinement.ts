/**
 * How callers change an itinerary.
 * @module
 */
import { z } from "zod";
import type { KindRefinement, MergedChange, RefinedPlan } from "../../kind.ts";
import {
  changedMembers,
  countOf,
  describeForms,
  hasOneForm,
  Instruction,
  issuesOf,
  mergeMembers,
  NOTHING_CHANGES,
  partNumber,
} from "../changes/change.ts";
import { type Itinerary, MAX_ACTIVITIES } from "./plan.ts";
import { ItineraryRequest, MAX_DAYS } from "./request.ts";

const forms = {
  forms: ["instruction", "day", "wish"],
  detail: { name: "activity", of: "day" },
};

/** The body of a change. */
const ItineraryChange = z.object({
  instruction: Instruction.optional(),
  day: partNumber(MAX_DAYS).optional().describe("The number of a day that is to be another one"),
  activity: partNumber(MAX_ACTIVITIES).optional().describe(
    "With `day`: the number of the one activity that is to be another one, counted from 1",
  ),
  wish: changedMembers(ItineraryRequest).optional().describe(
    "The changed members of the wish; `null` removes one. The days that no longer fit are written " +
      "anew, and further days are added or cut",
  ),
}, { error: "expected a JSON object" }).check(hasOneForm(forms)).meta(describeForms(forms));
type ItineraryChange = z.output<typeof ItineraryChange>;

/** A change as it is stored. The request of the job has the values of the changed members. */
export const StoredChange = z.union([
  z.object({ instruction: z.string() }),
  z.object({ day: z.int(), activity: z.int().optional() }),
  z.object({ wish: z.array(z.string()).describe("The names of the changed members") }),
]);
export type StoredChange = z.infer<typeof StoredChange>;

/** The changes of itineraries. */
export const itineraryRefinement = {
  change: ItineraryChange,
  example: { instruction: "Less walking on day 2" },
  merge(parent, { instruction, day, activity, wish }) {
    if (wish) return mergeWish(parent.request, wish);
    if (day !== undefined) return chooseDay(parent, { day, activity });
    return {
      request: parent.request,
      change: { instruction: instruction! } satisfies StoredChange,
    };
  },
} satisfies KindRefinement<ItineraryRequest, Itinerary, ItineraryChange>;

function chooseDay(
  { request, plan }: RefinedPlan<ItineraryRequest, Itinerary>,
  { day, activity }: { day: number; activity: number | undefined },
): MergedChange<ItineraryRequest> {
  const chosen = plan.days.find((one) => one.day === day);
  if (!chosen) {
    const message = `the plan has ${countOf(plan.days, "day")}`;
    return { issues: [{ path: ["day"], message }] };
  }
  if (activity === undefined) return { request, change: { day } satisfies StoredChange };
  if (activity <= chosen.activities.length) {
    return { request, change: { day, activity } satisfies StoredChange };
  }
  const message = `day ${day} has ${countOf(chosen.activities, "activity", "activities")}`;
  return { issues: [{ path: ["activity"], message }] };
}

function mergeWish(
  request: ItineraryRequest,
  wish: NonNullable<ItineraryChange["wish"]>,
): MergedChange<ItineraryRequest> {
  const { merged, changed } = mergeMembers(request, wish);
  const parsed = ItineraryRequest.safeParse(merged);
  if (!parsed.success) return issuesOf(parsed.error, ["wish"]);
  if (changed.length === 0) return { issues: [{ path: ["wish"], message: NOTHING_CHANGES }] };
  return { request: parsed.data, change: { wish: changed } satisfies StoredChange };
}

/**
 * How callers change bundles.
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
import { type Bundles, MAX_BUNDLES, MAX_EVENTS } from "./plan.ts";
import { BundlesRequest } from "./request.ts";

const forms = {
  forms: ["instruction", "bundle", "wish"],
  detail: { name: "event", of: "bundle" },
};

/** The body of a change. */
const BundlesChange = z.object({
  instruction: Instruction.optional(),
  bundle: partNumber(MAX_BUNDLES).optional().describe(
    "The number of a bundle that is to be another one, counted from 1",
  ),
  event: partNumber(MAX_EVENTS).optional().describe(
    "With `bundle`: the number of the one key event that is to be another one, counted from 1",
  ),
  wish: z.object({
    preferences: changedMembers(BundlesRequest.shape.preferences).describe(
      "The changed preferences; `null` removes one",
    ),
  }, { error: "expected an object" }).optional().describe(
    "The bundles that no longer fit the changed wish are written anew",
  ),
}, { error: "expected a JSON object" }).check(hasOneForm(forms)).meta(describeForms(forms));
type BundlesChange = z.output<typeof BundlesChange>;

/** A change as it is stored. The request of the job has the values of the changed preferences. */
export const StoredChange = z.union([
  z.object({ instruction: z.string() }),
  z.object({ bundle: z.int(), event: z.int().optional() }),
  z.object({ wish: z.array(z.string()).describe("The names of the changed preferences") }),
]);
export type StoredChange = z.infer<typeof StoredChange>;

/** The changes of bundles. */
export const bundlesRefinement = {
  change: BundlesChange,
  example: { instruction: "Swap the late show for something with live music" },
  merge(parent, { instruction, bundle, event, wish }) {
    if (wish) return mergePreferences(parent.request, wish.preferences);
    if (bundle !== undefined) return chooseBundle(parent, { bundle, event });
    return {
      request: parent.request,
      change: { instruction: instruction! } satisfies StoredChange,
    };
  },
} satisfies KindRefinement<BundlesRequest, Bundles, BundlesChange>;

function chooseBundle(
  { request, plan }: RefinedPlan<BundlesRequest, Bundles>,
  { bundle, event }: { bundle: number; event: number | undefined },
): MergedChange<BundlesRequest> {
  const chosen = plan.bundles[bundle - 1];
  if (!chosen) {
    const message = `the plan has ${countOf(plan.bundles, "bundle")}`;
    return { issues: [{ path: ["bundle"], message }] };
  }
  if (event === undefined) return { request, change: { bundle } satisfies StoredChange };
  if (event <= chosen.keyEvents.length) {
    return { request, change: { bundle, event } satisfies StoredChange };
  }
  const message = `bundle ${bundle} has ${countOf(chosen.keyEvents, "key event")}`;
  return { issues: [{ path: ["event"], message }] };
}

function mergePreferences(
  request: BundlesRequest,
  changes: Record<string, unknown>,
): MergedChange<BundlesRequest> {
  const { merged, changed } = mergeMembers(request.preferences, changes);
  const parsed = BundlesRequest.safeParse({ ...request, preferences: merged });
  if (!parsed.success) return issuesOf(parsed.error, ["wish"]);
  if (changed.length === 0) {
    return { issues: [{ path: ["wish", "preferences"], message: NOTHING_CHANGES }] };
  }
  return { request: parsed.data, change: { wish: changed } satisfies StoredChange };
}

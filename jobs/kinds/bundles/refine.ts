/**
 * Changes bundles: the model researches and writes what changes, and the rest stays as it is.
 * @module
 */
import type { JobContext, JobRefinement } from "../../kind.ts";
import { PlanReview } from "../../../lib/model/plan_review.ts";
import type { Destination } from "../../places/place.ts";
import { type PlanShape, rulesForChange, withKeptWarnings } from "../changes/kept_parts.ts";
import { promptTime } from "../prompt_time.ts";
import { fenced } from "../text.ts";
import { changeInstructions } from "./change_prompt.ts";
import { changeTask, type WrittenChange } from "./change_task.ts";
import { withPlaces } from "./event_places.ts";
import type { BundlesSettings } from "./kind.ts";
import { type Bundle, Bundles, type WrittenBundles } from "./plan.ts";
import { StoredChange } from "./refinement.ts";
import { BundlesRequest } from "./request.ts";
import { Research } from "./research.ts";
import { withSoundPrices } from "./rules/money.ts";
import { bundlesRules } from "./rules/rules.ts";
import { TURN_TOKENS, writeReviewed } from "./turns.ts";
import { findWishCity } from "./wish_city.ts";

/** Bundles and key events are the parts of a plan. */
const shape: PlanShape<Bundles, Bundle> = {
  members: ["bundles", "keyEvents"],
  partsOf: ({ bundles }) => bundles,
  itemsOf: ({ keyEvents }) => keyEvents,
  withParts: (plan, bundles) => ({ ...plan, bundles }),
};

export interface RefineOptions extends BundlesSettings {
  context: JobContext;
}

/**
 * Returns the changed plan.
 *
 * @param request the wish with its changes
 * @throws {JobError} if the model writes nothing usable
 */
export async function refineBundles(
  request: BundlesRequest,
  refinement: JobRefinement,
  { context, model, effort, tools, webSearch, places = null }: RefineOptions,
): Promise<Bundles> {
  const change = StoredChange.parse(refinement.change);
  const before = BundlesRequest.parse(refinement.request);
  const start = Bundles.parse(refinement.base);
  const research = new Research();
  research.addPlan(start);
  const task = changeTask(change, {
    start,
    before,
    shown: (bundle) => withSoundPrices(research.completePart(bundle)),
  });
  const city = findWishCity(request, { places, context });
  // A failure of the model may come first.
  city.catch(() => {});
  let destination: Destination | null = null;
  const { startedAt } = context;
  const isKnownLink = (link: string) => research.isKnownLink(link);
  const rulesFor = (request: BundlesRequest) =>
    bundlesRules({ request, startedAt, destination, isKnownLink });
  const compared = () => ({
    shape,
    start,
    rules: rulesFor(request),
    before: { plan: start, rules: rulesFor(before) },
  });
  const isOpen = !("bundle" in change);
  const review = new PlanReview<WrittenChange, Bundles>({
    schema: task.schema,
    rules: () => rulesForChange({ ...compared(), isOpen }),
    maxTokens: TURN_TOKENS,
  });
  const complete = async (written: WrittenChange, turn: number) => {
    destination = await city;
    const labelOf = (city: string) => research.labelOf(city);
    const step = `turn-${turn}/places`;
    const options = { places, step, labelOf, context };
    const completed = await withPlaces(research.complete(changedPart(written)), options);
    return changedPlan(start, { written, change, completed });
  };
  const plan = await writeReviewed({
    context,
    model,
    effort,
    tools,
    webSearch: webSearch ? { city: request.preferences.city ?? null } : null,
    instructions: changeInstructions(promptTime(startedAt), task.instructions),
    message: [fenced(request), fenced(task.plan, "plan"), fenced(task.change, "change")]
      .join("\n\n"),
    format: { name: "change", schema: task.schema },
    parts: task.parts,
    research,
    review,
    complete,
  });
  return withKeptWarnings(plan, compared());
}

/** Returns what the model wrote in the form of a plan. */
function changedPart(written: WrittenChange): WrittenBundles {
  if ("bundles" in written) {
    return { bundles: written.bundles.map(({ bundle: _, ...bundle }) => bundle) };
  }
  return { bundles: [{ title: "", description: "", keyEvents: [written.event], imageUrl: null }] };
}

/**
 * Returns the plan with what the model wrote. The other bundles are the same objects.
 *
 * @param options `completed`: the result of {@link changedPart}, completed
 */
function changedPlan(
  start: Bundles,
  { written, change, completed }: {
    written: WrittenChange;
    change: StoredChange;
    completed: Bundles;
  },
): Bundles {
  const bundles = [...start.bundles];
  if ("bundles" in written) {
    written.bundles.forEach(({ bundle }, index) => bundles[bundle - 1] = completed.bundles[index]!);
  } else if ("bundle" in change) {
    const bundle = bundles[change.bundle - 1]!;
    const keyEvents = bundle.keyEvents.with(
      change.event! - 1,
      completed.bundles[0]!.keyEvents[0]!,
    );
    bundles[change.bundle - 1] = { ...bundle, keyEvents };
  }
  const timeZone = timeZoneOf(bundles, { start, completed });
  return { bundles, ...(timeZone !== undefined && { timeZone }) };
}

/** Returns the time zone of a plan: that of all of its events; unset: not known, or not one. */
function timeZoneOf(
  bundles: readonly Bundle[],
  { start, completed }: { start: Bundles; completed: Bundles },
): string | undefined {
  const zonesOf = (some: readonly Bundle[]) =>
    some.flatMap(({ keyEvents }) => keyEvents.map(({ timeZone }) => timeZone));
  // The events of older plans have no time zones of their own.
  const kept = bundles.filter((bundle) => start.bundles.includes(bundle));
  if (zonesOf(kept).includes(null)) return start.timeZone;
  const zones = new Set([...zonesOf(bundles), completed.timeZone ?? null]);
  zones.delete(null);
  return zones.size === 1 ? [...zones][0]! : undefined;
}

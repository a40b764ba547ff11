/**
 * Changes of bundles for the sample generator.
 * @module
 */
import type { JobRefinement, SampleContext } from "../../kind.ts";
import { numberIn } from "../changes/change.ts";
import type { WrittenChange } from "./change_task.ts";
import { cityBundles } from "./city_sample.ts";
import { Bundles, type NumberedBundle, type WrittenBundle } from "./plan.ts";
import { StoredChange } from "./refinement.ts";
import { BundlesRequest } from "./request.ts";
import { sampleBundles } from "./sample.ts";
import { otherBundle, otherEvent } from "./sample_alternatives.ts";

/** Returns what a model would write to change bundles. The same arguments give the same result. */
export async function writeSampleChange(
  request: BundlesRequest,
  refinement: JobRefinement,
  context: SampleContext,
): Promise<WrittenChange> {
  const base = Bundles.parse(refinement.base);
  const change = StoredChange.parse(refinement.change);
  if ("wish" in change) {
    const before = BundlesRequest.parse(refinement.request);
    return { bundles: await bundlesForWish(request, { base, before, context }) };
  }
  const titles = titlesOf(base.bundles);
  if ("bundle" in change && change.event !== undefined) {
    const event = base.bundles[change.bundle - 1]!.keyEvents[change.event - 1]!;
    return { event: await otherEvent(request, { titles, event, ...context }) };
  }
  const bundle = "bundle" in change
    ? change.bundle
    : numberIn(change.instruction, base.bundles.length);
  return { bundles: [{ bundle, ...await otherBundle(request, { titles, ...context }) }] };
}

/** Returns the bundles that the samples write in another way for the new wish. */
async function bundlesForWish(
  request: BundlesRequest,
  { base, before, context }: {
    base: Bundles;
    before: BundlesRequest;
    context: SampleContext;
  },
): Promise<NumberedBundle[]> {
  const isMoved = request.preferences.city !== before.preferences.city;
  const old = await samples(before, context);
  const now = await samples(request, context);
  const isOther = (index: number) => JSON.stringify(now[index]) !== JSON.stringify(old[index]);
  // The samples may be fewer than the bundles of the plan. The rest changes with them.
  const isChanged = (index: number) =>
    isMoved || (index < now.length ? isOther(index) : now.some((_, n) => isOther(n)));
  const changed = base.bundles.flatMap((_, index) => isChanged(index) ? index : []);
  // An earlier change may have put samples of other bundles into the plan.
  const known = new Set(titlesOf(base.bundles.filter((_, index) => !changed.includes(index))));
  const titles = [...known, ...titlesOf(now)];
  const written: NumberedBundle[] = [];
  for (const index of changed) {
    const sample = now[index];
    const isNew = sample && !titlesOf([sample]).some((title) => known.has(title));
    const bundle = isNew ? sample : await otherBundle(request, { titles, ...context });
    titles.push(...titlesOf([bundle]));
    written.push({ bundle: index + 1, ...bundle });
  }
  return written;
}

/** Returns the titles of bundles, and the names of their events. */
function titlesOf(bundles: readonly Titled[]): string[] {
  return bundles.flatMap(({ title, keyEvents }) => [title, ...keyEvents.map(({ name }) => name)]);
}

type Titled = Pick<WrittenBundle, "title"> & { keyEvents: readonly { name: string }[] };

async function samples(request: BundlesRequest, context: SampleContext): Promise<WrittenBundle[]> {
  return (await cityBundles(request, context) ?? sampleBundles(request, context)).bundles;
}

/**
 * Changes of bundles for the sample generator.
 * @module
 */
import type { JobRefinement } from "../../kind.ts";
import { numberIn } from "../changes/change.ts";
import { comparable } from "../text.ts";
import type { WrittenChange } from "./change_task.ts";
import { Bundles, type WrittenBundle, type WrittenEvent } from "./plan.ts";
import { StoredChange } from "./refinement.ts";
import { BundlesRequest } from "./request.ts";
import { sampleBundles } from "./sample.ts";

/** How many other plans are searched for a bundle that the plan does not have. */
const TRIES = 20;

/** Returns what a model would write to change bundles. The same arguments give the same result. */
export function sampleChange(request: BundlesRequest, refinement: JobRefinement): WrittenChange {
  const base = Bundles.parse(refinement.base);
  const change = StoredChange.parse(refinement.change);
  if ("wish" in change) {
    const before = BundlesRequest.parse(refinement.request);
    return { bundles: bundlesForWish(request, { base, before }) };
  }
  const bundle = "bundle" in change
    ? change.bundle
    : numberIn(change.instruction, base.bundles.length);
  const another = anotherBundle(request, base);
  if (!("bundle" in change) || change.event === undefined) {
    return { bundles: [{ bundle, ...another }] };
  }
  const present = base.bundles[bundle - 1]!.keyEvents[change.event - 1]!;
  const event = another.keyEvents[(change.event - 1) % another.keyEvents.length]!;
  return { event: { ...event, date: present.date, startsAt: present.startsAt, endsAt: null } };
}

/** Returns a bundle that shares no title and no event with the plan, if there is one. */
function anotherBundle(request: BundlesRequest, base: Bundles): WrittenBundle {
  const titles = new Set(base.bundles.map(({ title }) => comparable(title)));
  const names = new Set(base.bundles.flatMap(({ keyEvents }) => keyEvents.map(nameOf)));
  const isNew = ({ title, keyEvents }: WrittenBundle) =>
    !titles.has(comparable(title)) && !keyEvents.some((event) => names.has(nameOf(event)));
  const candidates = Array.from({ length: TRIES }, (_, n) => {
    const { musicProfile } = request.preferences;
    // Other words give other samples.
    const preferences = { ...request.preferences, musicProfile: `${musicProfile ?? ""} ${n}` };
    return sampleBundles({ ...request, preferences }).bundles;
  }).flat();
  const chosen = candidates.find(isNew);
  if (chosen) return chosen;
  // A plan may have all samples already.
  const [first] = candidates;
  const again = (text: string) => `${text}, once more`;
  const keyEvents = first!.keyEvents.map((event) => ({ ...event, name: again(event.name) }));
  return { ...first!, title: again(first!.title), keyEvents };
}

function nameOf({ name }: Pick<WrittenEvent, "name">): string {
  return comparable(name);
}

/** Returns the bundles that the samples write in another way for the new wish. */
function bundlesForWish(
  request: BundlesRequest,
  { base, before }: { base: Bundles; before: BundlesRequest },
): ({ bundle: number } & WrittenBundle)[] {
  const isMoved = request.preferences.city !== before.preferences.city;
  const old = sampleBundles(before).bundles;
  const { bundles } = sampleBundles(request);
  return base.bundles.flatMap((_, index) => {
    const sample = bundles[index % bundles.length]!;
    const isChanged = isMoved || JSON.stringify(sample) !== JSON.stringify(old[index]);
    return isChanged && index < bundles.length ? { bundle: index + 1, ...sample } : [];
  });
}

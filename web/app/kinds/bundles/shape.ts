/**
 * The shape of bundles: bundles with key events.
 * @module
 */
import type { Bundle, GenerationJob } from "../../../client/job.ts";
import { askedIn, type PlanShape } from "../../shaping/plan_shape.ts";

type KeyEvent = Bundle["keyEvents"][number];

/** A change as the service stores it. */
interface StoredChange {
  instruction?: string;
  bundle?: number;
  event?: number;
  wish?: string[];
}

export const bundlesShape: PlanShape<GenerationJob, Bundle, KeyEvent> = {
  noun: "bundle",
  members: ["bundles", "keyEvents"],
  partsOf: ({ bundles, partial }) => bundles ?? partial ?? [],
  withParts: (job, parts) =>
    job.bundles ? { ...job, bundles: [...parts] } : { ...job, partial: [...parts] },
  countOf: () => null,
  numberOf: () => null,
  titleOf: ({ title }) => title,
  itemsOf: ({ keyEvents }) => keyEvents,
  labelOf: ({ name, venue, startsAt, date }) => ({
    title: name,
    place: venue ?? "",
    time: startsAt ?? date,
  }),
  // The time of an event is a fact, so it goes with the event.
  arrange: (bundle, kept) => ({
    ...bundle,
    keyEvents: kept.map((index) => bundle.keyEvents[index]!),
  }),
  changeOf: ({ part, index }) => ({
    bundle: part + 1,
    ...(index !== undefined && { event: index + 1 }),
  }),
  askedOf(change) {
    const { instruction, bundle, event, wish } = change as StoredChange;
    if (instruction !== undefined) return askedIn(instruction);
    return { part: bundle, item: event, members: wish };
  },
};

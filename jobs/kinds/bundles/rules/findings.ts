/**
 * How the rules of bundles find and name what breaks them.
 * @module
 */
import type { Finding, Rule } from "../../../../lib/model/plan_review.ts";
import type { Destination } from "../../../places/place.ts";
import type { Bundle, Bundles, KeyEvent } from "../plan.ts";
import type { BundlesRequest } from "../request.ts";

export type BundlesRule = Rule<Bundles>;

/** What the rules of one job compare a plan with. */
export interface BundlesReview {
  /** The wish. */
  request: BundlesRequest;
  /** When work on the job began, in epoch milliseconds. */
  startedAt: number;
  /** Where the events are; `null`: not known, or anywhere. */
  destination: Destination | null;
  /** Returns whether a tool has returned a link. The answer may change until the review. */
  isKnownLink(link: string): boolean;
}

/**
 * Finds events by a check that has one answer for each event of a bundle.
 *
 * @param check returns `true` or a fault for each event that breaks the rule
 */
export function findEvents<Fault>(
  bundles: readonly Bundle[],
  check: (events: readonly KeyEvent[]) => (Fault | false | null)[],
  describe: (event: KeyEvent, title: string, fault: Fault) => Omit<Finding, "where">,
): Finding[] {
  return bundles.flatMap(({ title, keyEvents }, bundleIndex) =>
    check(keyEvents).flatMap((fault, index) =>
      fault === false || fault === null ? [] : [{
        where: ["bundles", bundleIndex, "keyEvents", index],
        ...describe(keyEvents[index]!, title, fault),
      }]
    )
  );
}

/** Returns the plan with all of its events changed. */
export function withEvents(plan: Bundles, change: (event: KeyEvent) => KeyEvent): Bundles {
  return {
    ...plan,
    bundles: plan.bundles.map((bundle) => ({
      ...bundle,
      keyEvents: bundle.keyEvents.map(change),
    })),
  };
}

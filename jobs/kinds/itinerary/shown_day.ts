/**
 * Days of a plan that is not finished.
 * @module
 */
import { assembleDay } from "./assemble.ts";
import type { Day, WrittenDay } from "./plan.ts";
import { withSoundDayCosts } from "./review.ts";
import type { Surroundings } from "./surroundings.ts";

/** Returns a day as progress shows it before the review. */
export function shownDay(day: WrittenDay, surroundings: Surroundings): Day {
  return withSoundDayCosts(assembleDay(day, surroundings));
}

/**
 * Days of a plan that is not finished.
 * @module
 */
import { assembleDay } from "./assemble.ts";
import type { Day, WrittenDay } from "./plan.ts";
import { withSoundDayCosts } from "./review.ts";

/** Returns a day as progress shows it before the review. */
export function shownDay(day: WrittenDay): Day {
  return withSoundDayCosts(assembleDay(day));
}

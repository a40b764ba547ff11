/**
 * Days of a plan that is not finished.
 * @module
 */
import { assembleDay } from "./assemble.ts";
import type { Day, WrittenDay } from "./plan.ts";
import { withSoundDayCosts } from "./rules/money.ts";
import { withoutFarDayPositions } from "./rules/places.ts";
import type { Surroundings } from "./surroundings.ts";

/** Returns a day as progress shows it before the review. */
export function shownDay(written: WrittenDay, surroundings: Surroundings): Day {
  const day = withSoundDayCosts(assembleDay(written, surroundings));
  return withoutFarDayPositions(day, surroundings.destination);
}

/**
 * Changes of itineraries for the sample generator.
 * @module
 */
import type { JobRefinement } from "../../kind.ts";
import { numberIn } from "../changes/change.ts";
import { comparable } from "../text.ts";
import type { WrittenChange } from "./change_task.ts";
import { Itinerary, type WrittenActivity, type WrittenDay } from "./plan.ts";
import { StoredChange } from "./refinement.ts";
import { ItineraryRequest, MAX_DAYS } from "./request.ts";
import { sampleItinerary } from "./sample.ts";

/** Returns what a model would write to change a plan. The same arguments give the same result. */
export function sampleChange(request: ItineraryRequest, refinement: JobRefinement): WrittenChange {
  const base = Itinerary.parse(refinement.base);
  const change = StoredChange.parse(refinement.change);
  if ("wish" in change) {
    return {
      days: daysForWish(request, { base, before: ItineraryRequest.parse(refinement.request) }),
    };
  }
  const day = "day" in change ? change.day : numberIn(change.instruction, base.days.length);
  const another = anotherDay(request, { base, day });
  if ("day" in change && change.activity !== undefined) {
    return { activity: activityFor(base.days[day - 1]!.activities[change.activity - 1]!, another) };
  }
  return { days: [another] };
}

/** Returns a day that shares no activity with the plan, if there is one. */
function anotherDay(
  request: ItineraryRequest,
  { base, day }: { base: Itinerary; day: number },
): WrittenDay {
  const known = new Set(base.days.flatMap(({ activities }) => activities.map(titleOf)));
  const { days } = sampleItinerary({ ...request, durationDays: MAX_DAYS });
  const isNew = ({ activities }: WrittenDay) => !activities.some((one) => known.has(titleOf(one)));
  const chosen = days.find(isNew);
  if (chosen) return { ...chosen, day };
  // A plan of thirty days has all samples already.
  const present = days[day - 1]!;
  return {
    ...present,
    day,
    theme: `${present.theme}, once more`,
    activities: present.activities.map((one) => ({ ...one, title: `${one.title}, another way` })),
  };
}

function titleOf({ title }: { title: string }): string {
  return comparable(title);
}

/** Returns an activity of a day for the time of another one. */
function activityFor({ time }: { time: string }, { activities }: WrittenDay): WrittenActivity {
  const later = activities.find((one) => one.time >= time) ?? activities.at(-1)!;
  return { ...later, time };
}

/** Returns the new days, and the days that the samples write in another way for the new wish. */
function daysForWish(
  request: ItineraryRequest,
  { base, before }: { base: Itinerary; before: ItineraryRequest },
): WrittenDay[] {
  const old = sampleItinerary({ ...before, durationDays: request.durationDays }).days;
  const { days } = sampleItinerary(request);
  const isChanged = ({ day }: WrittenDay, index: number) =>
    day > base.days.length || JSON.stringify(days[index]) !== JSON.stringify(old[index]);
  return days.filter(isChanged);
}

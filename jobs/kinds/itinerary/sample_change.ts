/**
 * Changes of itineraries for the sample generator.
 * @module
 */
import type { JobRefinement } from "../../kind.ts";
import { numberIn } from "../changes/change.ts";
import { comparable } from "../text.ts";
import type { WrittenChange } from "./change_task.ts";
import { cityItinerary } from "./city_sample.ts";
import { type Day, Itinerary, type WrittenDay } from "./plan.ts";
import { StoredChange } from "./refinement.ts";
import { ItineraryRequest } from "./request.ts";
import { sampleItinerary } from "./sample.ts";
import { otherActivity, otherDay } from "./sample_alternatives.ts";

/** Returns what a model would write to change a plan. The same arguments give the same result. */
export async function writeSampleChange(
  request: ItineraryRequest,
  refinement: JobRefinement,
): Promise<WrittenChange> {
  const base = Itinerary.parse(refinement.base);
  const change = StoredChange.parse(refinement.change);
  if ("wish" in change) {
    const before = ItineraryRequest.parse(refinement.request);
    return { days: await daysForWish(request, { base, before }) };
  }
  const titles = base.days.flatMap(titlesIn);
  if ("day" in change && change.activity !== undefined) {
    const { activities } = base.days[change.day - 1]!;
    const place = { activities, index: change.activity - 1, day: change.day, titles };
    return { activity: await otherActivity(request, place) };
  }
  const day = "day" in change ? change.day : numberIn(change.instruction, base.days.length);
  const themes = base.days.filter((other) => other.day !== day).map(({ theme }) => theme);
  return { days: [unlike(await otherDay(request, { day, titles, themes }), titles)] };
}

/** A long plan may have all samples already. Other words tell its days apart. */
function unlike(day: WrittenDay, titles: readonly string[]): WrittenDay {
  const known = new Set(titles.map(comparable));
  const isKnown = ({ title }: { title: string }) => known.has(comparable(title));
  if (!day.activities.some(isKnown)) return day;
  return {
    ...day,
    theme: `${day.theme}, once more`,
    activities: day.activities.map((one) => ({ ...one, title: `${one.title}, another way` })),
  };
}

/** Returns the new days, and the days that the samples write in another way for the new wish. */
async function daysForWish(
  request: ItineraryRequest,
  { base, before }: { base: Itinerary; before: ItineraryRequest },
): Promise<WrittenDay[]> {
  const old = await sampleDays({ ...before, durationDays: request.durationDays });
  const days = await sampleDays(request);
  const changed = days.filter((one, index) =>
    one.day > base.days.length || JSON.stringify(one) !== JSON.stringify(old[index])
  );
  const kept = base.days.filter(({ day }) => !changed.some((one) => one.day === day));
  return await withoutRepetitions(changed, { kept, request });
}

/** An earlier change may have put samples of other days into the plan. Returns other ones then. */
async function withoutRepetitions(
  days: readonly WrittenDay[],
  { kept, request }: { kept: readonly Day[]; request: ItineraryRequest },
): Promise<WrittenDay[]> {
  const known = new Set(kept.flatMap(namesIn));
  const titles = [...kept, ...days].flatMap(titlesIn);
  const themes = [...kept, ...days].map(({ theme }) => theme);
  const written: WrittenDay[] = [];
  for (const one of days) {
    if (!namesIn(one).some((name) => known.has(name))) {
      written.push(one);
      continue;
    }
    const other = await otherDay(request, { day: one.day, titles, themes });
    written.push(unlike(other, titles));
    titles.push(...titlesIn(other));
    themes.push(other.theme);
  }
  return written;
}

/** Returns what must not be twice in a plan. */
function namesIn({ activities }: Pick<WrittenDay, "activities"> | Day): string[] {
  return activities.flatMap(({ title, mapQuery }) => [title, mapQuery ?? title]).map(comparable);
}

function titlesIn({ activities }: { activities: readonly { title: string }[] }): string[] {
  return activities.map(({ title }) => title);
}

async function sampleDays(request: ItineraryRequest): Promise<WrittenDay[]> {
  return (await cityItinerary(request) ?? sampleItinerary(request)).days;
}

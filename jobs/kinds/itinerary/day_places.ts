/**
 * Looks up the places of days, and measures the ways between them. Other services answer, for some
 * seconds at most. Without an answer, an activity keeps what the model wrote.
 * @module
 */
import { z } from "zod";
import type { JobContext } from "../../kind.ts";
import { straightWalk } from "../../places/geometry.ts";
import { type Destination, PlaceAnswer, UNKNOWN, Walk } from "../../places/place.ts";
import type { Places } from "../../places/places.ts";
import { tripArea } from "../trip_area.ts";
import { legsOf, withWalks } from "./assemble.ts";
import type { Activity, Day } from "./plan.ts";

/** What is known of the places of days. */
const Found = z.object({
  answers: z.array(z.object({ query: z.string(), answer: PlaceAnswer })),
  /** For each day, the ways that can be measured, in order; `null`: there is no router. */
  walks: z.array(z.array(Walk).nullable()),
});
type Found = z.infer<typeof Found>;

export interface DayPlacesOptions {
  /** Whom to ask; `null`: no service. Without a provider and a router, nothing changes. */
  places: Places | null;
  /** `null`: not known. No place is looked up then, because namesakes are everywhere. */
  destination: Destination | null;
  /** The name of the step of the job. */
  step: string;
  context: JobContext;
}

/**
 * Completes days with what is known of their places: positions, opening hours, whether the places
 * exist, and the ways between them.
 *
 * @throws only errors of `context.step`, and the reason of the context's signal if it aborts
 */
export async function withPlaces(
  days: readonly Day[],
  { places, destination, step, context }: DayPlacesOptions,
): Promise<Day[]> {
  if (!places?.check && !places?.walk) return [...days];
  const { answers, walks } = await context.step(step, Found, async () => {
    const answers = await lookUp(days, { places, destination, context });
    return { answers, walks: await walksOf(answered(days, answers), { places, context }) };
  });
  return answered(days, answers).map((day, index) =>
    withWalks(day, walks[index] ?? legsOf(day).map(straightWalk))
  );
}

/** Measures the ways of all days together, because one call limits how many requests run at once. */
async function walksOf(
  days: readonly Day[],
  { places, context }: { places: Places; context: JobContext },
): Promise<Found["walks"]> {
  if (places.walk === null) return days.map(() => null);
  const legs = days.map(legsOf);
  const walks = await places.walk(legs.flat(), context);
  return legs.map(({ length }) => walks.splice(0, length));
}

/** Starts to look up the places of a day that the model has just written. */
export function prefetchPlaces(
  day: Day,
  { places, destination, context }: Omit<DayPlacesOptions, "step">,
): void {
  if (destination) places?.prefetch(queriesOf([day]), tripArea(destination), context);
}

async function lookUp(
  days: readonly Day[],
  { places, destination, context }: Omit<DayPlacesOptions, "step"> & { places: Places },
): Promise<Found["answers"]> {
  if (destination === null || !places.check) return [];
  const answers = await places.check(queriesOf(days), tripArea(destination), context);
  return [...answers].map(([query, answer]) => ({ query, answer }));
}

function queriesOf(days: readonly Day[]): string[] {
  const activities = days.flatMap((day) => day.activities);
  return [...new Set(activities.flatMap((activity) => queryOf(activity) ?? []))];
}

/** @returns `null` if there is nothing to look up, or if it was looked up for an earlier plan */
function queryOf({ mapQuery, verified }: Activity): string | null {
  return verified === null ? mapQuery?.trim() || null : null;
}

/** Returns the days with the answers about their places. */
function answered(days: readonly Day[], answers: Found["answers"]): Day[] {
  const byQuery = new Map(answers.map(({ query, answer }) => [query, answer]));
  return days.map((day) => ({
    ...day,
    activities: day.activities.map((activity) =>
      checked(activity, byQuery.get(queryOf(activity) ?? "") ?? UNKNOWN)
    ),
  }));
}

function checked(activity: Activity, answer: PlaceAnswer): Activity {
  switch (answer.outcome) {
    case "found": {
      const { point, openingHours } = answer.place;
      return {
        ...activity,
        coordinates: { ...point, origin: "places" },
        verified: true,
        openingHours,
      };
    }
    case "not_found":
      return { ...activity, verified: false };
    case "unknown":
      return activity;
  }
}

/**
 * The shape of itineraries: days with activities.
 * @module
 */
import type { Day, ItineraryJob } from "../../../client/job.ts";
import { askedIn, type PlanShape } from "../../shaping/plan_shape.ts";

type Activity = Day["activities"][number];
type Walk = NonNullable<Activity["toNext"]>;

/** The totals of a day count no longer ways, as in `jobs/kinds/transfer.ts`. */
const MAX_WALK_MINUTES = 25;

/** A change as the service stores it. */
interface StoredChange {
  instruction?: string;
  day?: number;
  activity?: number;
  wish?: string[];
}

export const itineraryShape: PlanShape<ItineraryJob, Day, Activity> = {
  noun: "day",
  members: ["days", "activities"],
  partsOf: ({ itinerary, partial }) => itinerary ?? partial ?? [],
  withParts: (job, parts) =>
    job.itinerary ? { ...job, itinerary: [...parts] } : { ...job, partial: [...parts] },
  countOf: ({ durationDays }) => durationDays,
  numberOf: ({ day }) => day,
  titleOf: ({ theme }) => theme,
  itemsOf: ({ activities }) => activities,
  labelOf: ({ title, place, time }) => ({ title, place, time }),
  arrange,
  changeOf: ({ part, index }) => ({
    day: part + 1,
    ...(index !== undefined && { activity: index + 1 }),
  }),
  askedOf(change) {
    const { instruction, day, activity, wish } = change as StoredChange;
    if (instruction !== undefined) return askedIn(instruction);
    return { part: day, item: activity, members: wish };
  },
};

/**
 * The times stay in their order: the first activity of the day gets the first time. A way holds only
 * between two activities that were neighbors before.
 */
function arrange(day: Day, kept: readonly number[]): Day {
  const times = kept.map((index) => day.activities[index]!.time).toSorted();
  const activities = kept.map((index, position): Activity => {
    const activity = day.activities[index]!;
    const hasWay = kept[position + 1] === index + 1;
    return { ...activity, time: times[position]!, toNext: hasWay ? activity.toNext : null };
  });
  return { ...day, activities, totals: day.totals && totalsOf(activities) };
}

/** Sums up a day as the service does. */
function totalsOf(activities: readonly Activity[]): NonNullable<Day["totals"]> {
  const costs = new Map<string, number>();
  for (const { estimatedCost } of activities) {
    if (!estimatedCost) continue;
    const { currency, amount } = estimatedCost;
    costs.set(currency, (costs.get(currency) ?? 0) + amount);
  }
  const ways = activities.flatMap(({ toNext }) => toNext ?? []);
  return {
    costs: [...costs].map(([currency, amount]) => ({
      amount: Math.round(100 * amount) / 100,
      currency,
    })),
    walkingMeters: ways.length === 0 ? null : ways.reduce((sum, way) => sum + metersOf(way), 0),
    hours: hoursOf(activities),
  };
}

function metersOf({ distanceMeters, walkingMinutes }: Walk): number {
  return walkingMinutes <= MAX_WALK_MINUTES ? distanceMeters : 0;
}

/** Returns the hours from the first start to the last end; `null` if that end is not known. */
function hoursOf(activities: readonly Activity[]): number | null {
  const ends = activities.map(({ time, category, durationMinutes }) =>
    category === "lodging" ? minutesOf(time) : durationMinutes && minutesOf(time) + durationMinutes
  );
  if (!ends.at(-1)) return null;
  const end = Math.max(...ends.map((one) => one ?? 0));
  return Math.round((end - minutesOf(activities[0]!.time)) / 6) / 10;
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return 60 * hours! + minutes!;
}

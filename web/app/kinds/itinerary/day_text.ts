/**
 * The facts of days in words. Runs in browsers and on the server.
 * @module
 */
import type { Day, ItineraryJob } from "../../../client/job.ts";
import type { Words } from "../../../words/words.ts";
import {
  formatAmount,
  formatCost,
  formatCosts,
  formatDistance,
  formatMinutes,
  type Money,
  sumMoney,
} from "../format.ts";
import { describeOpening } from "../opening_words.ts";
import type { Total } from "../trip_view.ts";

type Activity = Day["activities"][number];

/** For a longer way, the page names only the distance. */
const LONGEST_WALK_MINUTES = 60;

/**
 * What a child pays of the price for an adult. The service compares plans with budgets in the same
 * way: `jobs/kinds/spending.ts`.
 */
const CHILD_SHARE = 0.5;

/** Returns the days of a plan, finished or not. */
export function daysOf({ itinerary, partial }: Pick<ItineraryJob, "itinerary" | "partial">): Day[] {
  return itinerary ?? partial ?? [];
}

/** Returns the total cost of activities by currency. Free and unknown costs are skipped. */
export function sumCosts(activities: readonly Activity[]): [currency: string, amount: number][] {
  return costsOf(activities).map(({ currency, amount }) => [currency, amount]);
}

function costsOf(activities: readonly Activity[]): Money[] {
  return sumMoney(activities.map(({ estimatedCost }) => estimatedCost));
}

/** Describes the cost of activities; `null` if no cost is known. */
export function describeCosts(activities: readonly Activity[], words: Words): string | null {
  const text = formatCosts(costsOf(activities), words);
  if (text !== null) return text;
  return activities.some(({ estimatedCost }) => estimatedCost) ? words.plan.free : null;
}

/** Formats a forecast: `rain showers, 12 to 18 °C, rain 60%`. Unknown values are left out. */
export function formatWeather(
  weather: NonNullable<Day["weather"]>,
  { plan }: Words,
): string | null {
  const { sky, minCelsius, maxCelsius, rainPercent } = weather;
  const degrees = [minCelsius, maxCelsius].flatMap((celsius) =>
    celsius === null ? [] : [Math.round(celsius)]
  );
  const texts = [
    sky && (plan.skies[sky] ?? sky),
    degrees.length > 0 && plan.degrees(degrees[0]!, degrees.at(-1)!),
    rainPercent !== null && plan.rain(Math.round(rainPercent)),
  ].filter(Boolean);
  return texts.length === 0 ? null : texts.join(", ");
}

/** Describes what a day takes: cost, ways on foot, hours. */
export function describeDay({ activities, totals }: Day, words: Words): string[] {
  const { plan, language } = words;
  return [
    describeCosts(activities, words),
    totals?.walkingMeters && plan.onFoot(formatDistance(totals.walkingMeters, language)),
    totals?.hours && plan.busy(formatHours(totals.hours, words)),
  ].flatMap((text) => text || []);
}

/** Describes an activity: how long it takes, what it costs, when it is open. */
export function describeActivity(
  { durationMinutes, estimatedCost, openingHours }: Activity,
  { weekday, words }: { weekday: Day["weekday"]; words: Words },
): string[] {
  return [
    durationMinutes && formatMinutes(durationMinutes, words),
    estimatedCost && formatCost(estimatedCost, words),
    openingHours && describeOpening(openingHours, { weekday, words }),
  ].flatMap((text) => text || []);
}

/** Describes the way to the next activity; `null` if it is not known. */
export function describeWay({ toNext }: Activity, words: Words): string | null {
  if (!toNext) return null;
  const distance = formatDistance(toNext.distanceMeters, words.language);
  return toNext.walkingMinutes <= LONGEST_WALK_MINUTES
    ? words.plan.walk(formatMinutes(toNext.walkingMinutes, words), distance)
    : words.plan.ride(distance);
}

/** Returns the totals of an itinerary: cost, budget if there is one, ways, hours. */
export function itineraryTotals(
  job: Pick<ItineraryJob, "itinerary" | "partial" | "budget" | "travellers">,
  words: Words,
): Total[] {
  const { plan, language } = words;
  const days = daysOf(job);
  const activities = days.flatMap(({ activities }) => activities);
  const meters = sum(days.map(({ totals }) => totals?.walkingMeters));
  const hours = sum(days.map(({ totals }) => totals?.hours));
  return [
    { name: plan.cost, value: costValue(activities, words), note: plan.perPerson },
    ...(job.budget ? [budgetTotal(activities, { job, words })] : []),
    { name: plan.walking, value: meters === null ? null : formatDistance(meters, language) },
    { name: plan.time, value: hours === null ? null : formatHours(Math.round(hours), words) },
  ];
}

/** Formats the cost of activities without a word for its uncertainty, which its name has. */
function costValue(activities: readonly Activity[], { plan, language }: Words): string | null {
  const amounts = costsOf(activities).map((cost) => formatAmount(cost, language));
  if (amounts.length > 0) return amounts.join(" + ");
  return activities.some(({ estimatedCost }) => estimatedCost) ? plan.free : null;
}

/** Compares the costs of a plan with the budget of its request. */
function budgetTotal(
  activities: readonly Activity[],
  { job: { budget, travellers }, words }: {
    job: Pick<ItineraryJob, "budget" | "travellers">;
    words: Words;
  },
): Total {
  const { plan, language } = words;
  const { amount: limit, currency, per } = budget!;
  const { adults, children } = travellers ?? { adults: 1, children: 0 };
  const share = per === "all" ? adults + CHILD_SHARE * children : 1;
  const format = (amount: number) =>
    formatAmount({ amount: Math.round(amount), currency }, language);
  const whom = per === "person" ? plan.perPerson : plan.inAll;
  const note = `${plan.of(format(limit))} ${whom}`;
  const costs = costsOf(activities);
  const known = costs.find((cost) => cost.currency === currency);
  // Costs in other currencies cannot be compared. A plan that begins has none.
  if (activities.length === 0 || (!known && costs.length > 0)) {
    return { name: plan.budget, value: null, note };
  }
  const cost = share * (known?.amount ?? 0);
  const value = cost > limit ? `${format(cost)} (${plan.over})` : format(cost);
  return { name: plan.budget, value, note };
}

/** Adds the numbers that are known; `null` if there are none. */
function sum(numbers: readonly (number | null | undefined)[]): number | null {
  const known = numbers.flatMap((number) => number ?? []);
  return known.length === 0 ? null : known.reduce((sum, number) => sum + number, 0);
}

/** Formats hours, to a quarter: the hours of a plan are estimates. */
function formatHours(hours: number, words: Words): string {
  return formatMinutes(Math.round(4 * hours) * 15, words);
}

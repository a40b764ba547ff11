/**
 * What the plans of both kinds have in common, as the evaluation sees them.
 * @module
 */
import type { Bundles } from "../../jobs/kinds/bundles/plan.ts";
import type { Cost } from "../../jobs/kinds/cost.ts";
import type { Itinerary } from "../../jobs/kinds/itinerary/plan.ts";
import type { Category, Coordinates } from "../../jobs/kinds/plan_members.ts";
import type { PlanWarning } from "../../lib/job/plan_warning.ts";
import type { Ratio } from "./scores.ts";

/** An activity or an event. */
export interface Item {
  title: string;
  category: Category;
  cost: Cost | null;
  coordinates: Coordinates | null;
  verified: boolean | null;
  /** `null`: not known; events have none. */
  openingHours: string | null;
  needsMet: string | null;
  mapQuery: string | null;
  /** All texts that name the place. */
  names: string[];
  /** All texts that tell the time. */
  dates: string[];
}

/** A day or a bundle. */
export interface Part {
  number: number;
  items: Item[];
  /** The whole part. */
  json: string;
}

export interface PlanView {
  parts: Part[];
  /** Sentences in the language of the plan. */
  sentences: string[];
  /** All texts for people, a line each, without the members for links. */
  texts: string;
  warnings: readonly PlanWarning[];
  /** How many values are known, by the name of the member. */
  filled: Record<string, Ratio>;
}

/** The members of an activity whose values the prompt asks for. */
export const activityMembers = [
  "category",
  "durationMinutes",
  "mapQuery",
  "coordinates",
  "estimatedCost",
  "bookAhead",
] as const;

/** The same for an event. */
export const eventMembers = [
  "category",
  "startsAt",
  "endsAt",
  "timeZone",
  "city",
  "venue",
  "mapQuery",
  "coordinates",
  "price",
  "url",
] as const;

export function viewOfItinerary({ days, warnings = [] }: Itinerary): PlanView {
  const activities = days.flatMap((day) => day.activities);
  return {
    parts: days.map((day) => ({
      number: day.day,
      items: day.activities.map(({ estimatedCost, place, time, ...activity }): Item => ({
        ...activity,
        cost: estimatedCost,
        names: [activity.title, place, activity.mapQuery ?? ""],
        dates: [time],
      })),
      json: JSON.stringify(day),
    })),
    sentences: [...days.map(({ theme }) => theme), ...activities.map((a) => a.description)],
    texts: textsIn(days),
    warnings,
    filled: filledIn(activities, activityMembers),
  };
}

export function viewOfBundles({ bundles, warnings = [] }: Bundles): PlanView {
  const events = bundles.flatMap(({ keyEvents }) => keyEvents);
  return {
    parts: bundles.map((bundle, index) => ({
      number: index + 1,
      items: bundle.keyEvents.map(({ name, price, ...event }): Item => ({
        ...event,
        title: name,
        cost: price,
        needsMet: null,
        openingHours: null,
        names: [name, event.venue ?? "", event.mapQuery ?? ""],
        dates: [event.date, event.startsAt ?? ""],
      })),
      json: JSON.stringify(bundle),
    })),
    sentences: [...bundles.map((b) => b.description), ...events.map(({ why }) => why)],
    texts: textsIn(bundles),
    warnings,
    filled: filledIn(events, eventMembers),
  };
}

/** Members whose values are links, or words that the program chooses. */
const noTexts = new Set(["url", "imageUrl", "category", "origin", "weekday", "season", "weather"]);

/** Returns all texts in a value. The names of members are no texts: `bookAhead` is no bookshop. */
function textsIn(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || typeof value !== "object") return "";
  const texts = Object.entries(value)
    .map(([name, member]) => noTexts.has(name) ? "" : textsIn(member));
  return texts.filter(Boolean).join("\n");
}

/** Counts the known values. The category `other` says nothing. */
function filledIn<Name extends string>(
  items: readonly Record<Name, unknown>[],
  names: readonly Name[],
): Record<string, Ratio> {
  return Object.fromEntries(names.map((name) => {
    const known = items.filter((item) => item[name] !== null && item[name] !== "other");
    return [name, { passed: known.length, of: items.length }];
  }));
}

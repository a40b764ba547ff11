/**
 * What a model has to write for a change of an itinerary, and how it gets into the plan.
 * @module
 */
import { z } from "zod";
import type { PlanParts } from "../../kind.ts";
import { faultOfNumbers, joinNumbers, numbersFrom } from "../changes/change.ts";
import { straightWalk } from "../../places/geometry.ts";
import { assembleDay, legsOf, withWalks } from "./assemble.ts";
import { inOrder } from "./clock_time.ts";
import {
  type Day,
  type Itinerary,
  WholeDay,
  WrittenActivity,
  WrittenDay,
  writtenDay,
} from "./plan.ts";
import type { StoredChange } from "./refinement.ts";
import type { ItineraryRequest } from "./request.ts";
import { shownDay } from "./shown_day.ts";
import type { Surroundings } from "./surroundings.ts";
import { tokensFor } from "./turns.ts";

/** What a model writes. */
export type WrittenChange = { days: WrittenDay[] } | { activity: WrittenActivity };

/** What a model has to write. */
export interface ChangeTask {
  /** What it must write, in words for the model. */
  instructions: string;
  /** The change, as data for the model. */
  change: unknown;
  /** Returns the parts of the plan that the model must know, as data. */
  plan: unknown;
  schema: z.ZodType<WrittenChange>;
  parts: PlanParts;
  maxTokens: number;
}

/** The plan and the wishes that a change is about. */
export interface ChangeSituation {
  /** The plan to change, with the days that the new wish still has. */
  start: Itinerary;
  /** The wish with its changes. */
  request: ItineraryRequest;
  /** The wish that the plan was written for. */
  before: ItineraryRequest;
  /** What is known of the trip when the model begins. */
  surroundings: Surroundings;
}

/** Returns whether a change needs no model: the plan is only cut. */
export function isCut(
  change: StoredChange,
  { start, request }: Pick<ChangeSituation, "start" | "request">,
): boolean {
  return "wish" in change && change.wish.length === 1 && change.wish[0] === "durationDays" &&
    request.durationDays <= start.days.length;
}

/** Returns what the model has to write. */
export function changeTask(change: StoredChange, situation: ChangeSituation): ChangeTask {
  if ("wish" in change) return wishTask(change.wish, situation);
  if ("instruction" in change) return instructionTask(change, situation);
  const { day, activity } = change;
  return activity === undefined
    ? dayTask({ day }, situation)
    : activityTask({ day, activity }, situation);
}

function dayTask(
  { day }: { day: number },
  { start, surroundings }: ChangeSituation,
): ChangeTask {
  return {
    instructions:
      `The traveller wants another day ${day}. Write day ${day} anew, clearly different from the ` +
      `present one, with activities that the plan does not have yet. Answer {"days": […]} with this ` +
      "one day.",
    change: { day },
    plan: planFor(start, (one) => one.day === day),
    schema: z.object({
      days: z.array(writtenDay(day)).length(1, { error: "must have exactly 1 entry" }),
    }),
    parts: partsOf(1, (index) => index === 0 ? writtenDay(day) : null, surroundings),
    maxTokens: tokensFor(1),
  };
}

function activityTask(
  { day, activity }: { day: number; activity: number },
  { start, surroundings }: ChangeSituation,
): ChangeTask {
  return {
    instructions:
      `The traveller wants another activity in place of activity ${activity} of day ${day}. Write ` +
      "one that the plan does not have yet. It must fit between the activities before and after " +
      'it, in time and place. Answer {"activity": {…}} with it.',
    change: { day, activity },
    plan: planFor(start, (one) => one.day === day),
    schema: z.object({ activity: WrittenActivity }),
    // The part of a plan is a whole day.
    parts: { ...partsOf(1, () => null, surroundings), noun: "changed activity" },
    maxTokens: tokensFor(1),
  };
}

function instructionTask(
  { instruction }: { instruction: string },
  { start, surroundings }: ChangeSituation,
): ChangeTask {
  const count = start.days.length;
  return {
    instructions:
      'The change says in "instruction" what the traveller wants to be different about the plan. ' +
      "Rewrite the days that this concerns, at least one, and no others; in these days, keep what " +
      `it does not concern. Answer {"days": […]} with these days only, each with its number from 1 ` +
      `to ${count}.`,
    change: { instruction },
    plan: planFor(start, () => true),
    ...anyDays({ count, min: 1, required: [], surroundings }),
  };
}

function wishTask(
  names: readonly string[],
  { start, request, before, surroundings }: ChangeSituation,
): ChangeTask {
  const count = request.durationDays;
  const isElsewhere = names.includes("destination");
  const required = numbersFrom(isElsewhere ? 1 : start.days.length + 1, count);
  const wishBefore = Object.fromEntries(
    names.map((name) => [name, before[name as keyof ItineraryRequest] ?? null]),
  );
  return {
    instructions:
      "The traveller has changed the wish. The wish has the new values, and the change has the old " +
      'ones in "before" (null: not given). ' +
      wishedDays({ isElsewhere, required }) +
      `Answer {"days": […]} with these days only, each with its number from 1 to ${count}.`,
    change: { before: wishBefore },
    plan: planFor(start, () => true),
    ...anyDays({ count, min: required.length, required, surroundings }),
  };
}

/** Returns which days a changed wish needs, in words for the model. */
function wishedDays(
  { isElsewhere, required }: { isElsewhere: boolean; required: readonly number[] },
): string {
  if (isElsewhere) return "Write all days anew, because they must be elsewhere. ";
  if (required.length === 0) {
    return "Rewrite the days that no longer fit the wish, and no others, or none if all still fit. ";
  }
  return `Write ${
    daysOf(required)
  }, which the plan does not have yet, and rewrite the other days ` +
    "that no longer fit the wish. ";
}

/** Names days for the model: `days 4 and 5`. */
function daysOf(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? "day" : "days"} ${joinNumbers(numbers)}`;
}

/** Returns the schemas of an answer that may have any days of a plan. */
function anyDays({ count, min, required, surroundings }: {
  count: number;
  min: number;
  required: number[];
  surroundings: Surroundings;
}) {
  const schema = z.object({
    days: z.array(WholeDay).min(min).max(count)
      .overwrite((days) => days.toSorted((one, other) => one.day - other.day)),
  }).check(({ value: { days }, issues }) => {
    const numbers = days.map(({ day }) => day);
    const fault = faultOfNumbers(numbers, { noun: "day", count, required });
    if (fault) issues.push({ code: "custom", path: ["days"], message: fault, input: days });
  });
  const parts = partsOf(null, (index) => index < count ? WholeDay : null, surroundings);
  return { schema, parts, maxTokens: tokensFor(count) };
}

/** @param schemaAt returns the schema of a day as the model writes it; `null`: there is no such day */
function partsOf(
  count: number | null,
  schemaAt: (index: number) => z.ZodType<WrittenDay> | null,
  surroundings: Surroundings,
): PlanParts {
  return {
    member: "days",
    noun: "changed day",
    count,
    schemaAt: (index) =>
      schemaAt(index)?.transform((day) => shownDay(day, surroundings)) ?? z.never(),
  };
}

/**
 * Returns the plan for the prompt: some days as the model writes them, and of the others only what
 * tells what they are about.
 */
function planFor({ days }: Itinerary, isWhole: (day: Day) => boolean) {
  return {
    days: days.map((day) =>
      isWhole(day) ? WrittenDay.parse(day) : {
        day: day.day,
        theme: day.theme,
        activities: day.activities.map(({ time, title, place }) => ({ time, title, place })),
      }
    ),
  };
}

/** Returns the days of a plan with what the model has written. The other days are the same objects. */
export function changedDays(
  start: readonly Day[],
  { written, change, surroundings }: {
    written: WrittenChange;
    change: StoredChange;
    surroundings: Surroundings;
  },
): Day[] {
  if ("activity" in written) {
    if (!("day" in change)) throw new Error("Cannot replace an activity: the change names no day");
    const index = change.activity! - 1;
    const { activity } = written;
    return start.map((day) =>
      day.day === change.day ? withActivity(day, { index, activity, surroundings }) : day
    );
  }
  const byNumber = new Map(start.map((day) => [day.day, day]));
  for (const day of written.days) byNumber.set(day.day, assembleDay(day, surroundings));
  return [...byNumber.values()].toSorted((one, other) => one.day - other.day);
}

/** Returns a day with another activity at an index. Its ways are estimates. */
function withActivity(
  day: Day,
  { index, activity, surroundings }: {
    index: number;
    activity: WrittenActivity;
    surroundings: Surroundings;
  },
): Day {
  const { activities: [assembled] } = assembleDay({ ...day, activities: [activity] }, surroundings);
  const changed = { ...day, activities: inOrder(day.activities.with(index, assembled!)) };
  return withWalks(changed, legsOf(changed).map(straightWalk));
}

/**
 * The moods of sample bundles.
 * @module
 */
import type { Category } from "../plan_members.ts";
import type { Part } from "../samples/place_table.ts";

/** An event of a bundle before its venue is chosen. */
export interface MoodSlot {
  /** Friday, Saturday or Sunday, from 0. */
  day: 0 | 1 | 2;
  part: Part;
  /** The sorts of venues, the best one first. */
  categories: readonly Category[];
}

export interface Mood {
  name: string;
  text: string;
  /** The events in a city whose places are known. */
  slots: readonly MoodSlot[];
}

function slot(day: MoodSlot["day"], part: Part, ...categories: Category[]): MoodSlot {
  return { day, part, categories };
}

export const moods: readonly Mood[] = [
  {
    name: "Underground",
    text: "Small rooms, late starts and people who know each other.",
    slots: [
      slot(0, "night", "nightlife", "entertainment"),
      slot(1, "lunch", "food"),
      slot(1, "night", "nightlife", "entertainment"),
    ],
  },
  {
    name: "Golden Hour",
    text: "Outdoors until the sun is down, then somewhere warm.",
    slots: [
      slot(1, "afternoon", "nature", "sight"),
      slot(1, "evening", "sight", "nature"),
      slot(2, "lunch", "food"),
    ],
  },
  {
    name: "Front Row",
    text: "One big night out, booked ahead, with free time around it.",
    slots: [
      slot(0, "dinner", "food"),
      slot(1, "midday", "museum", "sight"),
      slot(1, "night", "entertainment", "nightlife"),
    ],
  },
  {
    name: "Slow Burn",
    text: "Few fixed plans, good food and a long walk home.",
    slots: [
      slot(1, "morning", "nature", "sight"),
      slot(1, "lunch", "food"),
      slot(2, "afternoon", "museum", "sight"),
    ],
  },
  {
    name: "Local Secrets",
    text: "Small places that the neighbors like best.",
    slots: [
      slot(0, "evening", "sight", "nature", "shopping"),
      slot(1, "afternoon", "shopping", "museum"),
      slot(2, "lunch", "food"),
    ],
  },
];

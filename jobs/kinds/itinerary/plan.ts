/**
 * The plan of an itinerary: as the model writes it, and as it is stored and shown.
 * @module
 */
import { z } from "zod";
import { PlanWarning } from "../../../lib/job/plan_warning.ts";
import { TimeZoneName } from "../../../lib/time_zone.ts";
import { weekdays } from "../../places/opening_hours.ts";
import { DayForecast, Point, Walk } from "../../places/place.ts";
import { ShownCost } from "../cost.ts";
import { lenient, storedPlace, writtenPlace } from "../plan_members.ts";
import { areSingleCharacters, modelText, SINGLE_CHARACTERS } from "../text.ts";
import { clockTime, inOrder, isClockTime } from "./clock_time.ts";
import { MAX_DAYS } from "./request.ts";

/** A text of a model for a time; an unambiguous time in another form becomes `HH:MM`. */
const ClockTime = z.string().overwrite(clockTime)
  .refine(isClockTime, { error: "must be a time such as 09:30" })
  .describe("Local start time, 24 hours, HH:MM, such as 09:30");

/** The members of an activity that all versions have. */
const activityTexts = {
  time: ClockTime,
  title: modelText,
  description: modelText,
  place: modelText.describe("Name and neighbourhood or address, enough to find it on a map"),
  estimatedCost: z.object({
    amount: z.number(),
    currency: z.string().overwrite((code) => code.trim().toUpperCase())
      .describe("ISO 4217 code, such as EUR"),
  }).nullable().describe("What one person usually pays; 0: free, null: not known"),
};

/** The largest number of activities of a day. */
export const MAX_ACTIVITIES = 6;

/** A day has this many activities. */
const activityCount = { min: 3, max: MAX_ACTIVITIES };

const minutes = z.int().min(1).max(24 * 60).nullable();

/** An activity as the model writes it. */
export const WrittenActivity = z.object({
  ...activityTexts,
  ...writtenPlace,
  durationMinutes: lenient(
    minutes.describe("How long it usually takes, in minutes, without the way there"),
    null,
  ),
  bookAhead: lenient(
    z.boolean().nullable().describe("Whether one should book; null if you do not know"),
    null,
  ),
  needsMet: lenient(
    z.string().nullable().describe(
      "How this meets the traveller's diet or accessibility; null if the wish names neither",
    ),
    null,
  ),
});
export type WrittenActivity = z.infer<typeof WrittenActivity>;

/** A day as the model writes it. */
export const WrittenDay = z.object({
  day: z.int().min(1).max(MAX_DAYS),
  theme: modelText,
  activities: z.array(WrittenActivity).min(activityCount.min).max(activityCount.max)
    .overwrite(inOrder),
});
export type WrittenDay = z.infer<typeof WrittenDay>;

/** A plan as the model writes it. */
export interface WrittenItinerary {
  days: WrittenDay[];
}

/** An activity as it is stored and shown. Older plans lack the members with a default. */
export const Activity = z.object({
  time: activityTexts.time,
  title: modelText.describe("What to do, in a few words"),
  description: modelText.describe("What it is like, and what to know"),
  place: activityTexts.place,
  estimatedCost: ShownCost.nullable().describe("What one person usually pays; `null`: not known"),
  ...storedPlace,
  durationMinutes: minutes.default(null).describe("How long it usually takes, in minutes"),
  openingHours: z.string().nullable().default(null).describe(
    "In the syntax `opening_hours` of OpenStreetMap; `null`: not known",
  ),
  bookAhead: z.boolean().nullable().default(null).describe(
    "Whether one should book; `null`: not known",
  ),
  needsMet: z.string().nullable().default(null).describe(
    "How this meets the traveller's diet or accessibility; `null`: nothing was asked, or not known",
  ),
  toNext: Walk.nullable().default(null).describe(
    "The way on foot to the next activity of the day; `null`: not known, or it is the last one",
  ),
}).meta({ id: "Activity", description: "A thing to do on a day of an itinerary" });
export type Activity = z.infer<typeof Activity>;

export const Weekday = z.enum(weekdays);
export type Weekday = z.infer<typeof Weekday>;

export const Season = z.enum(["spring", "summer", "autumn", "winter"]);
export type Season = z.infer<typeof Season>;

/** The forecast for a day, which has its date beside it. */
export const DayWeather = DayForecast.omit({ date: true });
export type DayWeather = z.infer<typeof DayWeather>;

/** What a day takes altogether, as far as it is known. */
export const DayTotals = z.object({
  costs: z.array(ShownCost).describe(
    "The known costs for one person, by currency",
  ),
  walkingMeters: z.int().nonnegative().nullable().describe(
    "The ways of at most 25 minutes on foot; `null`: no way is known",
  ),
  hours: z.number().nonnegative().nullable().describe(
    "From the start of the first activity to the end of the last one, without the night",
  ),
});
export type DayTotals = z.infer<typeof DayTotals>;

/** A day as it is stored and shown. */
export const Day = z.object({
  day: z.int().min(1).max(MAX_DAYS).describe("The number of the day, from 1"),
  date: z.iso.date().nullable().default(null).describe(
    "Such as `2027-05-01`; `null`: the request has no start date",
  ),
  weekday: Weekday.nullable().default(null).describe("The weekday of `date`"),
  season: Season.nullable().default(null).describe(
    "The season at the destination; `null`: not known, or the place has no such seasons",
  ),
  weather: DayWeather.nullable().default(null).describe(
    "The forecast when the plan was written; `null`: the day was too far away",
  ),
  theme: modelText.describe("What the day is about, in a few words"),
  activities: z.array(Activity).min(activityCount.min).max(activityCount.max)
    .overwrite(inOrder).describe("In the order of their times"),
  totals: DayTotals.nullable().default(null).describe(
    "What the day takes altogether; `null` in plans of earlier versions",
  ),
}).meta({ id: "Day", description: "A day of an itinerary" });
export type Day = z.infer<typeof Day>;

/** Where the destination is. */
export const Location = Point.extend({
  name: z.string().describe("The English name"),
  timeZone: TimeZoneName.nullable().catch(null).describe("IANA name; `null`: not known"),
  countryCode: z.string().nullable().describe("ISO 3166-1 alpha-2; `null`: not known"),
}).meta({ id: "Location", description: "Where a destination is (WGS 84)" });
export type Location = z.infer<typeof Location>;

/** A plan as it is stored. */
export const Itinerary = z.object({
  days: z.array(Day).min(1).max(MAX_DAYS),
  location: Location.nullable().default(null),
  warnings: z.array(PlanWarning).optional(),
});
export type Itinerary = z.infer<typeof Itinerary>;

/** A day that is not cut to single characters. */
export const WholeDay = WrittenDay.refine(isWhole, { error: SINGLE_CHARACTERS });

function isWhole({ theme, activities }: WrittenDay): boolean {
  const texts = activities.flatMap(({ title, description, place }) => [title, description, place]);
  return !areSingleCharacters([theme, ...texts]);
}

/** The schemas by their number of days: zod compiles each schema at its first use. */
const schemas = new Map<number, z.ZodType<WrittenItinerary>>();

/** Returns the schema of a written itinerary with exactly this number of days, numbered from 1. */
export function writtenItinerary(days: number): z.ZodType<WrittenItinerary> {
  let schema = schemas.get(days);
  if (!schema) schemas.set(days, schema = newSchema(days));
  return schema;
}

function newSchema(days: number): z.ZodType<WrittenItinerary> {
  return z.object({
    days: z.array(WholeDay).length(days, { error: `must have exactly ${days} entries` }),
  }).refine((itinerary) => itinerary.days.every(({ day }, index) => day === index + 1), {
    error: "days must be numbered 1, 2, 3, … in order",
    path: ["days"],
  });
}

const daySchemas = new Map<number, z.ZodType<WrittenDay>>();

/** Returns the schema of a written day with this number, for partial plans. */
export function writtenDay(number: number): z.ZodType<WrittenDay> {
  let schema = daySchemas.get(number);
  if (!schema) {
    schema = WrittenDay.extend({ day: z.literal(number) }).refine(isWhole);
    daySchemas.set(number, schema);
  }
  return schema;
}

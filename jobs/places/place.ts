/**
 * Destinations, checked places and walks, as steps of a job store them.
 * @module
 */
import { z } from "zod";
import { TimeZoneName } from "../../lib/time_zone.ts";

/** A position in decimal degrees (WGS 84). */
export const Point = z.object({
  latitude: z.number().min(-90).max(90).describe("Degrees north"),
  longitude: z.number().min(-180).max(180).describe("Degrees east"),
});
export type Point = z.infer<typeof Point>;

/** The place that a trip is about. */
export const Destination = z.object({
  /** Its English name, as the geocoding has it. */
  name: z.string(),
  point: Point,
  /** What lies further from the point does not belong to a trip there, in kilometres. */
  radiusKm: z.number().positive(),
  /** `null`: not known, or there are several. */
  timeZone: TimeZoneName.nullable(),
  /** ISO 3166-1 alpha-2; `null`: not known, or there are several. */
  countryCode: z.string().nullable(),
});
export type Destination = z.infer<typeof Destination>;

/** A place that the provider of places knows. */
export const FoundPlace = z.object({
  name: z.string(),
  point: Point,
  /** In the syntax of OpenStreetMap; `null`: the provider does not know them. */
  openingHours: z.string().nullable(),
});
export type FoundPlace = z.infer<typeof FoundPlace>;

/** The answer for one name. */
export const PlaceAnswer = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("found"), place: FoundPlace }),
  /** The provider knows no place of this name near the destination. */
  z.object({ outcome: z.literal("not_found") }),
  /** The provider was not asked, has not answered in time, or has found what may be another place. */
  z.object({ outcome: z.literal("unknown") }),
]);
export type PlaceAnswer = z.infer<typeof PlaceAnswer>;

/** The answer while nothing is known. */
export const UNKNOWN: PlaceAnswer = { outcome: "unknown" };

/** The way between two places. */
export interface Leg {
  from: Point;
  to: Point;
}

/** How far and how long a leg is on foot. */
export const Walk = z.object({
  distanceMeters: z.int().nonnegative().describe("How far it is"),
  walkingMinutes: z.int().nonnegative().describe("How long it takes"),
  origin: z.enum(["straight_line", "router"]).describe(
    "`straight_line`: estimated from both positions; `router`: along streets",
  ),
});
export type Walk = z.infer<typeof Walk>;

/** The forecast of one local day. A value that the service does not have is `null`. */
export const DayForecast = z.object({
  /** Such as `2026-11-28`. */
  date: z.iso.date(),
  /** A word or two, such as `rain showers`. */
  sky: z.string().nullable().describe("Such as `partly cloudy`"),
  minCelsius: z.number().nullable().describe("The lowest temperature"),
  maxCelsius: z.number().nullable().describe("The highest temperature"),
  rainPercent: z.number().nullable().describe("The probability of rain"),
});
export type DayForecast = z.infer<typeof DayForecast>;

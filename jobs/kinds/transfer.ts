/**
 * How long travellers need from one place of a plan to the next one. The estimates are short rather
 * than long: a plan that leaves less time cannot be followed.
 * @module
 */

/** A way between two places. */
export interface Way {
  distanceMeters: number;
  walkingMinutes: number;
}

/** To the stop, and the wait there. A taxi takes as long to come. */
const BOARDING_MINUTES = 10;

/**
 * Buses, trams and taxis in large cities make 15 to 25 km/h on average, stops and lights included.
 * Rail makes more, and needs longer ways to the stations.
 */
const CITY_KMH = 20;

/** The longest way within a city. Beyond it, the rest is by rail or on motorways. */
const CITY_KM = 15;

/** Regional trains and cars between towns, stops included. */
const COUNTRY_KMH = 60;

/** A flight with its ways and waits. Long journeys are flights, which no distance tells. */
const MAX_MINUTES = 240;

/** For shorter ways, few travellers look for a vehicle. */
const MAX_WALK_MINUTES = 25;

/** Returns whether travellers walk a way. */
export function isWalked({ walkingMinutes }: Way): boolean {
  return walkingMinutes <= MAX_WALK_MINUTES;
}

/** Returns how long a way takes at least, in whole minutes: on foot, or by the faster vehicle. */
export function transferMinutes({ distanceMeters, walkingMinutes }: Way): number {
  const km = distanceMeters / 1_000;
  const city = 60 * Math.min(km, CITY_KM) / CITY_KMH;
  const country = 60 * Math.max(0, km - CITY_KM) / COUNTRY_KMH;
  const ride = BOARDING_MINUTES + city + country;
  return Math.round(Math.min(walkingMinutes, ride, MAX_MINUTES));
}

/** How many minutes may be missing, because all times of a plan are rounded to a quarter. */
const TOLERANCE_MINUTES = 15;

/**
 * The same where a model named a position. Its positions of small places are a kilometre off at
 * times, which is a quarter of an hour on foot.
 */
const APPROXIMATE_TOLERANCE_MINUTES = 30;

/**
 * Returns whether a way takes longer than the time between two activities.
 *
 * @param minutes how long the way takes
 * @param gapMinutes from the end of the first activity to the start of the second one
 * @param isExact whether both positions were looked up
 */
export function isTooShort(
  minutes: number,
  { gapMinutes, isExact }: { gapMinutes: number; isExact: boolean },
): boolean {
  const tolerance = isExact ? TOLERANCE_MINUTES : APPROXIMATE_TOLERANCE_MINUTES;
  return minutes - Math.max(0, gapMinutes) > tolerance;
}

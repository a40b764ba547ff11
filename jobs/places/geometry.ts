/**
 * Distances on the globe, and how long they take on foot.
 * @module
 */
import type { Leg, Point, Walk } from "./place.ts";

/** The mean radius of the earth (IUGG, R1), in metres. */
const EARTH_METERS = 6_371_009;

export const METERS_PER_KM = 1_000;

/**
 * How much longer a way on foot is than the straight line. Streets in a grid give at most √2. Studies
 * of walks in cities find 1.2 to 1.4 on average, for example O'Sullivan and Morrall (1996),
 * "Walking Distances to and from Light-Rail Transit Stations": 1.2.
 */
const DETOUR = 1.3;

/**
 * The speed of travellers on foot, in km/h. Healthy adults walk 4.6 to 5.3 km/h (Bohannon 1997,
 * "Comfortable and maximum walking speed of adults"). Travellers also look around and wait at
 * crossings.
 */
const WALKING_KMH = 4.8;

const METERS_PER_MINUTE = WALKING_KMH * METERS_PER_KM / 60;

/** Returns the great-circle distance of two points in metres, by the haversine formula. */
export function distanceMeters(a: Point, b: Point): number {
  const [latitudeA, latitudeB] = [radians(a.latitude), radians(b.latitude)];
  const north = Math.sin((latitudeB - latitudeA) / 2);
  const east = Math.sin(radians(b.longitude - a.longitude) / 2);
  const h = north * north + Math.cos(latitudeA) * Math.cos(latitudeB) * east * east;
  // Rounding may bring opposite points above 1.
  return 2 * EARTH_METERS * Math.asin(Math.sqrt(Math.min(1, h)));
}

/** Returns whether a point lies within `radiusKm` kilometres of the other point. */
export function isWithin(
  point: Point,
  { point: center, radiusKm }: { point: Point; radiusKm: number },
): boolean {
  return distanceMeters(point, center) <= radiusKm * METERS_PER_KM;
}

/** Returns the point in the middle of others on the globe, also across the date line. */
export function centerOf(points: readonly Point[]): Point {
  if (points.length === 1) {
    const { latitude, longitude } = points[0]!;
    return { latitude, longitude };
  }
  // The direction of the sum of their vectors.
  const sum = (of: (latitude: number, longitude: number) => number) =>
    points.reduce(
      (total, { latitude, longitude }) => total + of(radians(latitude), radians(longitude)),
      0,
    );
  const x = sum((latitude, longitude) => Math.cos(latitude) * Math.cos(longitude));
  const y = sum((latitude, longitude) => Math.cos(latitude) * Math.sin(longitude));
  const z = sum((latitude) => Math.sin(latitude));
  return {
    latitude: degrees(Math.atan2(z, Math.hypot(x, y))),
    longitude: degrees(Math.atan2(y, x)),
  };
}

/** Estimates a walk from the straight line. */
export function straightWalk({ from, to }: Leg): Walk {
  const meters = DETOUR * distanceMeters(from, to);
  return {
    distanceMeters: Math.round(meters),
    walkingMinutes: walkingMinutes(meters),
    origin: "straight_line",
  };
}

/** Returns how long a way of `meters` metres takes on foot, in whole minutes, rounded up. */
export function walkingMinutes(meters: number): number {
  return Math.ceil(meters / METERS_PER_MINUTE);
}

function radians(degrees: number): number {
  return degrees * Math.PI / 180;
}

function degrees(radians: number): number {
  return radians * 180 / Math.PI;
}

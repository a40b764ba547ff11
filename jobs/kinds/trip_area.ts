/**
 * What still belongs to a trip to a destination.
 * @module
 */
import { distanceMeters } from "../places/geometry.ts";
import type { Destination, Point } from "../places/place.ts";

/**
 * The farthest day trip from any place, as guided tours and fast trains offer it. From Reykjavík to
 * Jökulsárlón, from Las Vegas to the Grand Canyon and from Paris to the Mont-Saint-Michel it is 280 km
 * as the crow flies, from Tokyo to Kyoto 370 km.
 */
const DAY_TRIP_KM = 400;

/** The area of a large destination is a circle around its centre, and its ends lie beyond. */
const MARGIN = 1.5;

/** Returns a destination with the radius of all that still belongs to a trip there. */
export function tripArea(destination: Destination): Destination {
  return { ...destination, radiusKm: reachOf(destination) };
}

function reachOf({ radiusKm }: Destination): number {
  return Math.max(DAY_TRIP_KM, MARGIN * radiusKm);
}

/**
 * Returns how far a position is from a destination, in kilometres, if that is too far for a trip
 * there.
 *
 * @returns `null` if it is near enough, or not known
 */
export function kilometersOutside(
  point: Point | null,
  destination: Destination | null,
): number | null {
  if (point === null || destination === null) return null;
  const km = distanceMeters(point, destination.point) / 1_000;
  return km > reachOf(destination) ? Math.round(km) : null;
}

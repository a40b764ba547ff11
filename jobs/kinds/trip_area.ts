/**
 * What still belongs to a trip to a destination.
 * @module
 */
import { distanceMeters } from "../places/geometry.ts";
import type { Destination, Point } from "../places/place.ts";

/**
 * The farthest day trip from any place, as guided tours and fast trains offer it. As the crow flies,
 * Reykjavík is 280 km from Jökulsárlón, and Las Vegas from the Grand Canyon. Paris is as far from the
 * Mont-Saint-Michel, and Tokyo 370 km from Kyoto.
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

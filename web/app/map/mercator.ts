/**
 * The projection of the map is Web Mercator (EPSG:3857). The world is one unit wide.
 * x grows to the east from -180°, y to the south from 85.05° north.
 * @module
 */

/** A position in degrees (WGS 84). */
export interface Position {
  latitude: number;
  longitude: number;
}

/** A point of the projected world; x may be beyond 1, east of the antimeridian. */
export interface Point {
  x: number;
  y: number;
}

/** The latitude at which the projected world is a square. Nothing beyond it can be shown. */
export const MAX_LATITUDE = 85.051_129;

const DEGREE = Math.PI / 180;

/** Earth's circumference at the equator, in meters (WGS 84). */
const EQUATOR_METERS = 40_075_017;

export function xOf(longitude: number): number {
  return (longitude + 180) / 360;
}

export function yOf(latitude: number): number {
  const limited = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, latitude));
  return 0.5 - Math.asinh(Math.tan(limited * DEGREE)) / (2 * Math.PI);
}

export function longitudeOf(x: number): number {
  return x * 360 - 180;
}

export function latitudeOf(y: number): number {
  return Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) / DEGREE;
}

/** Returns how many meters one unit of the projected world is at this height. */
export function metersPerUnit(y: number): number {
  return EQUATOR_METERS * Math.cos(latitudeOf(y) * DEGREE);
}

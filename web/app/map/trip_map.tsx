/**
 * The map of a trip.
 * @module
 */
import type { Land } from "./land.ts";
import type { Stop } from "./stop.ts";

/** What identifies a stop in its plan. */
export type StopRef = Pick<Stop, "part" | "index">;

export interface TripMapProps {
  stops: Stop[];
  /** The days or bundles, by the number that stops give as their part. */
  parts: { label: string }[];
  land: Land | null;
  /** The stop that the reader looks at. */
  focus: StopRef | null;
  onFocus: (stop: StopRef | null) => void;
}

/** Shows nothing yet. */
export function TripMap(_: TripMapProps) {
  return null;
}

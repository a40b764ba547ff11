/**
 * The map of a trip.
 * @module
 */
import { frameOf, type Land } from "./land.ts";
import type { Stop, StopRef } from "./stop.ts";

export interface TripMapProps {
  /** The places, in the order of the plan; empty: the map shows nothing. */
  stops: readonly Stop[];
  /** The days or bundles, in order. */
  parts: readonly { label: string }[];
  /** What the server knows of the land; `null`: the map fetches it. */
  land: Land | null;
  /** The place that is marked here and in the list. */
  focus: StopRef | null;
  onFocus(stop: StopRef | null): void;
}

export function TripMap({ stops }: TripMapProps) {
  return frameOf(stops) && <figure class="map" />;
}

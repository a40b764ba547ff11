/**
 * The place of the map: beside the plan, and on a phone above it.
 * @module
 */
import { useState } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import { TripMap, type TripMapProps } from "../map/trip_map.tsx";

/**
 * Shows the map, or reserves its place while the plan grows. A finished plan without positions has no
 * map; where it grew on this page, the place stays, so that nothing moves.
 */
export function MapPanel({ isGrowing, ...map }: TripMapProps & { isGrowing: boolean }) {
  const { trip } = useWords();
  const isEmpty = map.stops.length === 0;
  const [isReserved] = useState(isGrowing);
  if (isEmpty && !isReserved) return null;
  return (
    <details class="map-panel" open>
      <summary>{trip.map}</summary>
      <div class={isReserved ? "map-frame reserved" : "map-frame"}>
        {isEmpty
          ? <p class="quiet">{isGrowing ? trip.mapAwaits : trip.mapIsEmpty}</p>
          : <TripMap {...map} />}
      </div>
    </details>
  );
}

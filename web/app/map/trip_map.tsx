/**
 * The map of a trip: places in the order of the plan. It is a picture with links without a script.
 * With one it can be zoomed, follows the list, and may offer vector tiles of the operator.
 * @module
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import { DetailedMap } from "./detailed_map.tsx";
import { type Frame, frameOf, grownFrame, type Land } from "./land.ts";
import { MapLegend } from "./map_legend.tsx";
import { SimpleMap } from "./simple_map.tsx";
import type { Stop, StopRef } from "./stop.ts";
import { type TileOffer, tileOffer } from "./tile_offer.ts";

export interface TripMapProps {
  /** The places, in the order of the plan; empty: the map shows nothing. */
  stops: readonly Stop[];
  /** The days or bundles, in order. */
  parts: readonly { label: string }[];
  /** What the server knows of the land; `null`: the map fetches it. */
  land: Land | null;
  /** The place that is marked here and in the list. */
  focus: StopRef | null;
  /** Called when the reader chooses a place on the map; `null`: none any more. */
  onFocus(stop: StopRef | null): void;
}

/** Shows the map of a trip, or nothing without places. */
export function TripMap(props: TripMapProps) {
  const { stops, land } = props;
  const frame = useFrame(stops, land);
  return frame && stops.length > 0 ? <FramedMap {...props} frame={frame} /> : null;
}

/** Returns the frame of the map, which only grows. */
function useFrame(stops: readonly Stop[], land: Land | null): Frame | null {
  const frame = useRef<Frame | null>(land?.frame ?? null);
  return useMemo(() => {
    frame.current = frame.current ? grownFrame(frame.current, stops) : frameOf(stops);
    return frame.current;
  }, [stops]);
}

function FramedMap({ stops, parts, land, focus, onFocus, frame }: TripMapProps & { frame: Frame }) {
  const { map } = useWords();
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const shown = useMemo(() => stops.filter(({ part }) => !hidden.has(part)), [stops, hidden]);
  const { offer, isDetailed, hasFailed, toggle, fail } = useDetails();
  const labels = parts.map(({ label }) => label);
  const hasMany = new Set(shown.map(({ part }) => part)).size > 1;
  const places = {
    frame,
    stops: shown,
    focused: stops.find(({ part, index }) => part === focus?.part && index === focus.index),
    onFocus,
    /** With several days on the map, a label begins with the number of the day: `2·3`. */
    labelOf: ({ part, index }: Stop) => hasMany ? `${part + 1}·${index + 1}` : String(index + 1),
    nameOf: (stop: Stop) => map.place(labels[stop.part] ?? "", { ...stop, number: stop.index + 1 }),
  };
  const usedParts = [...new Set(stops.map(({ part }) => part))];
  return (
    <figure class="map">
      {offer && isDetailed
        ? <DetailedMap {...places} offer={offer} onFault={fail} />
        : <SimpleMap {...places} land={land} />}
      <MapLegend
        summary={map.summary(stops.length, usedParts.map((part) => labels[part] ?? ""))}
        stops={stops}
        labels={labels}
        hidden={hidden}
        onHide={setHidden}
        isDetailed={isDetailed}
        hasFailed={hasFailed}
        onToggle={offer && toggle}
      />
    </figure>
  );
}

/** Keeps whether the detailed map is open. It is offered when the script runs. */
function useDetails() {
  const [offer, setOffer] = useState<TileOffer | null>(null);
  const [state, setState] = useState<"simple" | "detailed" | "failed">("simple");
  useEffect(() => setOffer(tileOffer()), []);
  return {
    offer,
    isDetailed: state === "detailed",
    hasFailed: state === "failed",
    toggle: () => setState(state === "detailed" ? "simple" : "detailed"),
    fail(error?: unknown): void {
      console.warn("The detailed map cannot be shown", error);
      setState("failed");
    },
  };
}

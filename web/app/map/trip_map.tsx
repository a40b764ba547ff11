/**
 * The map of a trip: places in the order of the plan, on land from the service's own atlas. It is a
 * picture with links without a script. With one it can be zoomed, and follows the list.
 * @module
 */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import { useAwake } from "../focus.ts";
import { CategoryIcon } from "./category_icon.tsx";
import { listenToGestures } from "./gestures.ts";
import { type Box, boxOf, type Frame, frameOf, grownFrame, type Land, pointIn } from "./land.ts";
import { arrange, type Marker } from "./layout.ts";
import { MapButtons } from "./map_buttons.tsx";
import { MapLegend } from "./map_legend.tsx";
import { keyOf, MapPicture } from "./map_picture.tsx";
import { type Stop, stopId, type StopRef } from "./stop.ts";
import { useLand } from "./use_land.ts";
import { MIN_VIEW, useView } from "./use_view.ts";

/** The width for which the server arranges the markers: that of a phone. */
const GUESSED_WIDTH = 360;

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
  return frame && stops.length > 0 ? <Map {...props} frame={frame} /> : null;
}

/** Returns the frame of the map, which only grows. */
function useFrame(stops: readonly Stop[], land: Land | null): Frame | null {
  const frame = useRef<Frame | null>(land?.frame ?? null);
  return useMemo(() => {
    frame.current = frame.current ? grownFrame(frame.current, stops) : frameOf(stops);
    return frame.current;
  }, [stops]);
}

function Map({ stops, parts, land, focus, onFocus, frame }: TripMapProps & { frame: Frame }) {
  const words = useWords();
  const isAwake = useAwake();
  const box = useMemo(() => boxOf(frame), [frame]);
  const { view, isWhole, moves } = useView(box);
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const [hovered, setHovered] = useState<Marker | null>(null);
  const element = useRef<HTMLDivElement>(null);
  const width = useWidth(element);
  const ground = useLand({ frame, view, initial: land });
  const shown = useMemo(() => stops.filter(({ part }) => !hidden.has(part)), [stops, hidden]);
  const focused = stops.find(({ part, index }) => part === focus?.part && index === focus.index);
  // Moving the view moves all markers alike, so only a zoom arranges them anew.
  const isClosest = view.width < MIN_VIEW * 1.01;
  const arranged = useMemo(
    () => arrange(shown, { view: { ...box, ...sizeOf(view) }, width, isClosest }),
    [shown, box, view.width, width],
  );
  const markers = arranged.map((marker) => moved(marker, { box, view, width }));
  useEffect(() => {
    if (focused && !isInside(view, focused)) moves.glide(centered(view, focused));
  }, [focused?.part, focused?.index]);
  useEffect(() => {
    const leave = () => onFocus(null);
    return listenToGestures(element.current!, { ...moves, leave });
  }, []);

  const hasMany = new Set(shown.map(({ part }) => part)).size > 1;
  const labelOf = ({ stops }: Marker) => {
    const [{ part, index }] = stops as [Stop];
    if (stops.length > 1) return String(stops.length);
    return hasMany ? `${part + 1}·${index + 1}` : String(index + 1);
  };
  const nameOf = ({ stops }: Marker) => {
    const [stop] = stops as [Stop];
    if (stops.length > 1) return words.map.crowd(stops.length);
    const label = parts[stop.part]?.label ?? "";
    return words.map.place(label, { ...stop, number: stop.index + 1 });
  };
  function choose(event: Event, { stops }: Marker): void {
    event.preventDefault();
    if (stops.length === 1) onFocus(stops[0]!);
    else moves.glide(around(stops, view));
  }
  const wrap = (marker: Marker, drawing: ComponentChildren) => (
    <a
      key={keyOf(marker)}
      class="marker"
      href={`#${stopId(marker.stops[0]!)}`}
      aria-label={nameOf(marker)}
      onClick={(event: Event) => choose(event, marker)}
      onMouseEnter={() => setHovered(marker)}
      onMouseLeave={() => setHovered(null)}
    >
      {drawing}
    </a>
  );
  const labels = parts.map(({ label }) => label);
  const usedParts = [...new Set(stops.map(({ part }) => part))];
  return (
    <figure class="map">
      <div
        class="map-view"
        ref={element}
        {...isAwake && { tabIndex: 0, role: "group", "aria-label": words.map.keys }}
      >
        <MapPicture
          frame={box}
          view={view}
          {...ground}
          stops={shown}
          markers={markers}
          width={width}
          language={words.language}
          wrap={wrap}
          labelOf={labelOf}
          focus={focused ?? null}
        />
        <Caption marker={hovered ?? (focused ? { stops: [focused] } : null)} />
        <MapButtons moves={moves} isWhole={isWhole} isClosest={isClosest} />
      </div>
      <MapLegend
        summary={words.map.summary(stops.length, usedParts.map((part) => labels[part] ?? ""))}
        stops={stops}
        labels={labels}
        hidden={hidden}
        onHide={setHidden}
      />
    </figure>
  );
}

/** Names the place that the reader points at or has chosen. */
function Caption({ marker }: { marker: Pick<Marker, "stops"> | null }) {
  const { map } = useWords();
  const stop = marker?.stops[0];
  return (
    <p class="map-caption" aria-hidden="true">
      {marker && stop && (marker.stops.length > 1 ? map.crowd(marker.stops.length) : (
        <>
          <CategoryIcon category={stop.category} /> <bdi>{stop.title}</bdi>
        </>
      ))}
    </p>
  );
}

/** Returns the width of an element in pixels: guessed, then measured. */
function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(GUESSED_WIDTH);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const { width } = entry!.contentRect;
      // A closed panel has no width.
      if (width > 0) setWidth(Math.round(width));
    });
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return width;
}

function sizeOf({ width, height }: Box) {
  return { width, height };
}

/** Moves a marker that was arranged from the corner of the frame into the view. */
function moved(
  marker: Marker,
  { box, view, width }: { box: Box; view: Box; width: number },
): Marker {
  const scale = width / view.width;
  const [dx, dy] = [(box.x - view.x) * scale, (box.y - view.y) * scale];
  const { x, y, home } = marker;
  return { ...marker, x: x + dx, y: y + dy, home: { x: home.x + dx, y: home.y + dy } };
}

function isInside(view: Box, stop: Stop): boolean {
  const { x, y } = pointIn(view, stop);
  return x < view.x + view.width && y > view.y && y < view.y + view.height;
}

function centered(view: Box, stop: Stop): Box {
  const { x, y } = pointIn(view, stop);
  return { ...view, x: x - view.width / 2, y: y - view.height / 2 };
}

/** Returns a view with several places. */
function around(stops: readonly Stop[], view: Box): Box {
  const points = stops.map((stop) => pointIn(view, stop));
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [across, down] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const shape = view.height / view.width;
  // At least some zoom, so that a crowd at one place is taken apart at last.
  const width = Math.min(view.width / 2, Math.max(across, down / shape) * 1.6);
  const height = width * shape;
  return { x: left + (across - width) / 2, y: top + (down - height) / 2, width, height };
}

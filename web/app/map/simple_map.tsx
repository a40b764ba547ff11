/**
 * The map from the service's own atlas, which can be zoomed and moved.
 * @module
 */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import { useAwake } from "../focus.ts";
import { CategoryIcon } from "./category_icon.tsx";
import { listenToGestures, type MapMoves } from "./gestures.ts";
import { type Box, boxOf, type Frame, type Land, pointIn } from "./land.ts";
import { arrange, type Marker } from "./layout.ts";
import { MapButtons } from "./map_buttons.tsx";
import { keyOf, MapPicture } from "./map_picture.tsx";
import { type Stop, stopId, type StopRef } from "./stop.ts";
import { useLand } from "./use_land.ts";
import { MIN_VIEW, useView } from "./use_view.ts";

/** The width for which the server arranges the markers: that of a phone. */
const GUESSED_WIDTH = 360;

/** How many arrangements of markers there are until the map is twice as large. */
const ZOOM_STEPS = 4;

/** The places of a map, and what the reader does with them. */
export interface MapPlaces {
  frame: Frame;
  /** The stops to show. */
  stops: readonly Stop[];
  /** The chosen stop, also when it is not shown. */
  focused: Stop | undefined;
  onFocus(stop: StopRef | null): void;
  /** Returns the text of a marker. */
  labelOf(stop: Stop): string;
  /** Returns the name of a marker for a screen reader. */
  nameOf(stop: Stop): string;
}

/** Shows the places of a plan on simple land. */
export function SimpleMap(
  { frame, stops, focused, onFocus, labelOf, nameOf, land }: MapPlaces & { land: Land | null },
) {
  const { map, language } = useWords();
  const isAwake = useAwake();
  const box = useMemo(() => boxOf(frame), [frame]);
  const { view, isWhole, moves } = useView(box);
  const [hovered, setHovered] = useState<Marker | null>(null);
  const element = useRef<HTMLDivElement>(null);
  const width = useWidth(element);
  const isClosest = view.width < MIN_VIEW * 1.01;
  const markers = useMarkers(stops, { box, view, width, isClosest });
  useEffect(() => {
    if (focused && !isInside(view, focused)) moves.glide(centered(view, focused));
  }, [focused?.part, focused?.index]);
  useGestures(element, { ...moves, leave: () => onFocus(null) });
  function choose(event: Event, { stops }: Marker): void {
    event.preventDefault();
    if (stops.length === 1) onFocus(stops[0]!);
    else moves.glide(around(stops, view));
  }
  const wrap = (marker: Marker, drawing: ComponentChildren) => {
    const [stop] = marker.stops as [Stop];
    return (
      <a
        key={keyOf(marker)}
        class="marker"
        href={`#${stopId(stop)}`}
        aria-label={marker.stops.length > 1 ? map.crowd(marker.stops.length) : nameOf(stop)}
        onClick={(event: Event) => choose(event, marker)}
        onMouseEnter={() => setHovered(marker)}
        onMouseLeave={() => setHovered(null)}
      >
        {drawing}
      </a>
    );
  };
  return (
    <div
      class="map-view"
      ref={element}
      {...isAwake && { tabIndex: 0, role: "group", "aria-label": map.keys }}
    >
      <MapPicture
        frame={box}
        view={view}
        {...useLand({ frame, view, initial: land })}
        stops={stops}
        markers={markers}
        width={width}
        language={language}
        wrap={wrap}
        labelOf={labelOf}
        focus={focused ?? null}
      />
      <Caption marker={hovered ?? (focused ? { stops: [focused] } : null)} />
      <MapButtons moves={moves} isWhole={isWhole} isClosest={isClosest} />
    </div>
  );
}

/** Listens to gestures on an element. */
function useGestures(element: { current: HTMLElement | null }, moves: MapMoves): void {
  const latest = useRef(moves);
  latest.current = moves;
  useEffect(() => {
    const { pan, zoom, reset } = moves;
    return listenToGestures(element.current!, {
      pan,
      zoom,
      reset,
      leave: () => latest.current.leave(),
    });
  }, []);
}

/** Arranges the markers for a zoom, and moves them with the view. */
function useMarkers(
  stops: readonly Stop[],
  { box, view, width, isClosest }: { box: Box; view: Box; width: number; isClosest: boolean },
): Marker[] {
  // A few steps of zoom have an arrangement each. In between, markers keep their distance from home.
  const step = Math.round(Math.log2(box.width / view.width) * ZOOM_STEPS) / ZOOM_STEPS;
  const zoom = 2 ** step;
  const arranged = useMemo(() => {
    const near = { ...box, width: box.width / zoom, height: box.height / zoom };
    return arrange(stops, { view: near, width, isClosest });
  }, [stops, box, zoom, width, isClosest]);
  const scale = width / view.width;
  const [dx, dy] = [(box.x - view.x) * scale, (box.y - view.y) * scale];
  const ratio = box.width / zoom / view.width;
  return arranged.map((marker) => {
    const home = { x: marker.home.x * ratio + dx, y: marker.home.y * ratio + dy };
    const { x, y } = { x: marker.x - marker.home.x, y: marker.y - marker.home.y };
    return { ...marker, x: home.x + x, y: home.y + y, home };
  });
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

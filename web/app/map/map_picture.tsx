/**
 * The picture of a map, without behavior. It is an SVG whose markers keep their size in pixels while
 * the ground below is zoomed. `map.css` has its colors.
 * @module
 */
import type { ComponentChildren } from "preact";
import { type Box, boxOf, LAND_UNITS, type Outlines, pointIn } from "./land.ts";
import type { Marker } from "./layout.ts";
import { partClass } from "./part_class.ts";
import { gridOf, metersText, scaleBarOf } from "./scale.ts";
import type { Stop } from "./stop.ts";

export interface MapPictureProps {
  /** The frame of the map, in which the ground is drawn. */
  frame: Box;
  /** The part of the frame that the picture shows. */
  view: Box;
  /** The land, the coarse one first. Later ones cover earlier ones. */
  land: readonly Outlines[];
  /** The region around, for the small picture in the corner. */
  region: Outlines | null;
  /** The stops in order, for the lines between them. */
  stops: readonly Stop[];
  markers: readonly Marker[];
  /** The width in pixels for which the markers are arranged. The picture fills its element. */
  width: number;
  language: string;
  /** Wraps the drawing of a marker, such as in a link. Unset: it stays as it is. */
  wrap?(marker: Marker, drawing: ComponentChildren): ComponentChildren;
  /** Returns the text of the marker of a stop. */
  labelOf(stop: Stop): string;
  /** The stop to emphasize. */
  focus?: Stop | null;
}

/** Draws a map. */
export function MapPicture(props: MapPictureProps) {
  const { frame, view, markers, width, language, focus, labelOf } = props;
  const height = width * view.height / view.width;
  const place = ({ x, y }: { x: number; y: number }) => ({
    x: percent(x / width),
    y: percent(y / height),
  });
  const focused = focus && focusOf(focus, props);
  return (
    <svg class="map-picture">
      <Ground {...props} />
      {props.region && <Region region={props.region} frame={frame} />}
      {markers.filter(isMoved).map((marker) => (
        <line
          key={keyOf(marker)}
          class={`tether ${partClass(marker.stops[0]!.part)}`}
          x1={place(marker).x}
          y1={place(marker).y}
          x2={place(marker.home).x}
          y2={place(marker.home).y}
        />
      ))}
      {markers.map((marker) => {
        const drawing = (
          <svg {...place(marker)} overflow="visible">
            <MarkerShape marker={marker} label={textOf(marker, labelOf)} />
          </svg>
        );
        return props.wrap?.(marker, drawing) ?? drawing;
      })}
      {focused && (
        <svg {...place(focused)} overflow="visible" class="focused">
          <MarkerShape marker={focused} label={textOf(focused, labelOf)} />
        </svg>
      )}
      <ScaleBar view={view} language={language} />
    </svg>
  );
}

/** Returns the text of a marker: that of its stop, or how many stops it has. */
function textOf({ stops }: Marker, labelOf: (stop: Stop) => string): string {
  return stops.length > 1 ? String(stops.length) : labelOf(stops[0]!);
}

/** Returns the marker of one stop. A stop in a crowd gets one at its own place. */
function focusOf(
  stop: Stop,
  { view, width, markers }: Pick<MapPictureProps, "view" | "width" | "markers">,
): Marker {
  const single = markers.find(({ stops }) => stops.length === 1 && stops[0] === stop);
  if (single) return single;
  const point = pointIn(view, stop);
  const scale = width / view.width;
  const home = { x: (point.x - view.x) * scale, y: (point.y - view.y) * scale };
  return { stops: [stop], ...home, home };
}

/** Whether a marker is so far from its place that a line must lead there. */
function isMoved({ x, y, home, stops }: Marker): boolean {
  return stops.length === 1 && Math.hypot(x - home.x, y - home.y) > 9;
}

/** Returns a key for a marker: that of its first stop. */
export function keyOf({ stops }: Marker): string {
  return `${stops[0]!.part}-${stops[0]!.index}`;
}

function percent(part: number): string {
  return `${Math.round(part * 1e4) / 100}%`;
}

/** Draws land, grid and the ways between the stops, in the units of the frame. */
function Ground(
  { frame, view, land, stops }: Pick<MapPictureProps, "frame" | "view" | "land" | "stops">,
) {
  const scale = LAND_UNITS / frame.width;
  const shown = [view.x - frame.x, view.y - frame.y, view.width, view.height];
  return (
    <svg
      class="ground"
      width="100%"
      height="100%"
      viewBox={shown.map((value) => short(value * scale)).join(" ")}
      preserveAspectRatio="none"
    >
      {land.map((outlines, index) => <LandShapes key={index} outlines={outlines} frame={frame} />)}
      <path class="grid" d={gridOf(frame, view)} />
      {routesOf(stops, frame).map(({ part, d }) => (
        <path
          key={part}
          class={`route ${partClass(part)}`}
          d={d}
        />
      ))}
    </svg>
  );
}

/** Draws outlines at their place in a frame. They may have a frame of their own. */
function LandShapes(
  { outlines: { frame, paths }, frame: box }: { outlines: Outlines; frame: Box },
) {
  const own = boxOf(frame);
  const scale = LAND_UNITS / box.width;
  const [x, y] = [(own.x - box.x) * scale, (own.y - box.y) * scale];
  const size = own.width / box.width;
  const transform = x === 0 && y === 0 && size === 1
    ? undefined
    : `translate(${short(x)} ${short(y)}) scale(${size.toPrecision(6)})`;
  const height = Math.ceil(LAND_UNITS * own.height / own.width);
  return (
    <g transform={transform}>
      <path class="water" d={`M0 0H${LAND_UNITS}V${height}H0z`} />
      <path class="land" d={paths.land} />
      {paths.rivers && <path class="river" d={paths.rivers} />}
      {paths.lakes && <path class="lake" d={paths.lakes} />}
      {paths.borders && <path class="border" d={paths.borders} />}
    </g>
  );
}

/** Returns the lines from stop to stop, one for each part with more than one stop. */
function routesOf(stops: readonly Stop[], frame: Box): { part: number; d: string }[] {
  const scale = LAND_UNITS / frame.width;
  return [...Map.groupBy(stops, ({ part }) => part)].flatMap(([part, members]) => {
    if (members.length < 2) return [];
    const points = members.map((stop) => {
      const { x, y } = pointIn(frame, stop);
      return `${short((x - frame.x) * scale)} ${short((y - frame.y) * scale)}`;
    });
    return [{ part, d: `M${points.join("L")}` }];
  });
}

/** Half of the height of a marker, in pixels. */
const RADIUS = 12;

/** How wide a character of a marker's text is, in pixels. */
const CHARACTER = 6.5;

/** Draws a marker around the origin: a pill with a text, or a stack for several places. */
function MarkerShape(
  { marker: { stops }, label }: { marker: Marker; label: string },
) {
  const [{ part, isLookedUp }] = stops as [Stop];
  const isCrowd = stops.length > 1;
  const half = Math.max(RADIUS, label.length * CHARACTER / 2 + 6);
  const kind = isCrowd ? "crowd" : isLookedUp ? "exact" : "about";
  const pill = { width: half * 2, height: RADIUS * 2, rx: RADIUS };
  return (
    <g class={`pin ${kind} ${partClass(part)}`}>
      {isCrowd && <rect x={4 - half} y={-RADIUS - 4} {...pill} />}
      <rect
        x={-half}
        y={-RADIUS}
        {...pill}
      />
      <text
        y="4"
        text-anchor="middle"
      >
        {label}
      </text>
    </g>
  );
}

/** The small picture in the corner: the region with the place as a dot. */
function Region(
  { region, frame }: { region: Outlines; frame: Box },
) {
  const box = boxOf(region.frame);
  const middle = { x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 };
  const scale = LAND_UNITS / box.width;
  const height = box.height * scale;
  return (
    <svg class="region" x="8" y="8" width="96" height="80" viewBox={`0 0 1000 ${short(height)}`}>
      <LandShapes outlines={region} frame={box} />
      <circle
        class="here"
        cx={short((middle.x - Math.floor(middle.x - box.x) - box.x) * scale)}
        cy={short((middle.y - box.y) * scale)}
        r="44"
      />
      <rect class="edge" width="100%" height="100%" />
    </svg>
  );
}

/** Draws the scale bar, in the lower right corner. */
function ScaleBar(
  { view, language }: { view: Box; language: string },
) {
  const { meters, part } = scaleBarOf(view);
  const start = percent(-part);
  return (
    <svg class="scale" x="97%" y="100%" overflow="visible">
      <line x1={start} x2="0" y1="-10" y2="-10" />
      <line x1={start} x2={start} y1="-15" y2="-10" />
      <line x1="0" x2="0" y1="-15" y2="-10" />
      <text
        y="-15"
        x={percent(-part / 2)}
        text-anchor="middle"
      >
        {metersText(meters, language)}
      </text>
    </svg>
  );
}

function short(value: number): number {
  return Math.round(value * 100) / 100;
}

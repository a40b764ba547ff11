/**
 * The part of the world that a map shows, and the land in it. Runs in browsers and on the server.
 *
 * Frames are snapped to a grid, so that few different ones exist. The server and caches can therefore
 * keep the land of each frame.
 * @module
 */
import { latitudeOf, longitudeOf, type Point, type Position, xOf, yOf } from "./mercator.ts";

/** A box in degrees. `east` is beyond 180 where the box crosses the antimeridian. */
export interface Frame {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** What the map shows below the places, as SVG path data in the units of {@link LAND_UNITS}. */
export interface Outlines {
  frame: Frame;
  paths: {
    /** Areas. */
    land: string;
    lakes: string;
    /** Lines. */
    borders: string;
    rivers: string;
  };
}

export interface Land extends Outlines {
  /** The region around, where the frame itself has no coast and no border. */
  region: Outlines | null;
}

/** The width of a frame in the units of path data. Its height follows from its shape. */
export const LAND_UNITS = 1_000;

/** The height of the map of a trip, as a part of its width. */
export const MAP_SHAPE = 5 / 6;

/** A frame in the units of the projected world. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Each step makes the frame smaller by the square root of two: from the world to some 7 km. */
export const MAX_STEP = 25;

/** Frames lie on a grid with this many cells across a frame. */
const CELLS = 8;

/**
 * How many turns around the world a frame may lie off. A map that grows moves by less than one. Without
 * a limit, each frame would have any number of names.
 */
const MAX_TURNS = 2;

/** Room around the places, as a part of their extent. */
const MARGIN = 0.1;

/** How near to an edge a place may be before a map grows: a marker must not be cut off. */
const EDGE = 0.04;

/** Returns the frame as a box. */
export function boxOf({ west, south, east, north }: Frame): Box {
  const [x, y] = [xOf(west), yOf(north)];
  return { x, y, width: xOf(east) - x, height: yOf(south) - y };
}

/** Returns a box as a frame, rounded to a meter. */
export function frameOfBox({ x, y, width, height }: Box): Frame {
  const round = (degrees: number) => Math.round(degrees * 1e5) / 1e5;
  return {
    west: round(longitudeOf(x)),
    south: round(latitudeOf(y + height)),
    east: round(longitudeOf(x + width)),
    north: round(latitudeOf(y)),
  };
}

/**
 * Returns the frame of the grid that is nearest to a point.
 *
 * @param step from 0, the whole world, to {@link MAX_STEP}
 * @param shape its height, as a part of its width
 */
function gridBox(step: number, northwest: Point, shape: number): Box {
  const width = 1 / 2 ** (step / 2);
  const [cell, height] = [width / CELLS, width * shape];
  // Beyond the edges in the north and south is nothing.
  const row = Math.min(Math.round(northwest.y / cell), Math.floor((1 - height) / cell));
  return { x: Math.round(northwest.x / cell) * cell, y: Math.max(0, row) * cell, width, height };
}

/**
 * Returns the smallest frame of the grid around places, or `null` without places.
 *
 * @param shape its height, as a part of its width
 */
export function frameOf(places: readonly Position[], shape = MAP_SHAPE): Frame | null {
  const extent = extentOf(places);
  return extent && frameAroundBox(extent, 1 - 2 * MARGIN, shape);
}

/**
 * Returns the smallest frame of the grid around a box.
 *
 * @param part which part of the frame the box may fill
 */
export function frameAroundBox(box: Box, part: number, shape: number): Frame {
  // A snapped frame may lie half a cell off on each side.
  const needed = Math.max(box.width, box.height / shape) / (part - 1 / CELLS);
  const step = Math.max(0, Math.min(MAX_STEP, Math.floor(-2 * Math.log2(needed))));
  return frameOfBox(gridBox(step, northwestOf(box, step, shape), shape));
}

/** Returns a frame around a place that has about this width in degrees of longitude. */
export function frameAround(place: Position, degrees: number, shape = MAP_SHAPE): Frame {
  const step = Math.round(-2 * Math.log2(degrees / 360));
  const extent = { x: xOf(place.longitude), y: yOf(place.latitude), width: 0, height: 0 };
  return frameOfBox(gridBox(step, northwestOf(extent, step, shape), shape));
}

/** Returns the corner of a frame that has an extent in its middle. */
function northwestOf({ x, y, width, height }: Box, step: number, shape: number): Point {
  const frameWidth = 1 / 2 ** (step / 2);
  return { x: x + (width - frameWidth) / 2, y: y + (height - frameWidth * shape) / 2 };
}

/**
 * Returns a frame that contains another one and places. It is the same one if it has all places, so
 * that a map that grows with its plan does not jump.
 */
export function grownFrame(frame: Frame, places: readonly Position[]): Frame {
  const box = boxOf(frame);
  const inner = widened(box, -EDGE * box.width);
  if (places.every((place) => isInside(inner, pointIn(box, place)))) return frame;
  const points = places.map((place) => ({ ...pointNear(box, place), width: 0, height: 0 }));
  const all = unionOf([box, ...points]);
  const pad = MARGIN * Math.max(all.width, all.height);
  return frameAroundBox(unionOf([box, ...points.map((p) => widened(p, pad))]), 1, MAP_SHAPE);
}

/** Returns the smallest box around boxes. */
function unionOf(boxes: readonly Box[]): Box {
  const [x, y] = [Math.min(...boxes.map(({ x }) => x)), Math.min(...boxes.map(({ y }) => y))];
  const right = Math.max(...boxes.map(({ x, width }) => x + width));
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
  return { x, y, width: right - x, height: bottom - y };
}

/** Returns a box whose edges lie further out. */
function widened({ x, y, width, height }: Box, by: number): Box {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

/** Returns the projected position, on the side of the antimeridian that is nearer to the box. */
function pointNear(box: Box, { latitude, longitude }: Position): Point {
  const [x, middle] = [xOf(longitude), box.x + box.width / 2];
  return { x: x + Math.round(middle - x), y: yOf(latitude) };
}

/** Returns the smallest box around places. It may cross the antimeridian. */
function extentOf(places: readonly Position[]): Box | null {
  if (places.length === 0) return null;
  const xs = places.map(({ longitude }) => xOf(longitude)).toSorted((a, b) => a - b);
  const ys = places.map(({ latitude }) => yOf(latitude));
  // The box ends before the widest gap between places on the way around the world.
  const gaps = xs.map((x, index) => (index === 0 ? xs.at(-1)! - 1 : xs[index - 1]!) - x);
  const first = gaps.indexOf(Math.min(...gaps));
  const width = 1 + gaps[first]!;
  const y = Math.min(...ys);
  return { x: xs[first]!, y, width, height: Math.max(...ys) - y };
}

/** Returns the projected position, on the side of the antimeridian where the box is. */
export function pointIn(box: Box, { latitude, longitude }: Position): Point {
  const x = xOf(longitude);
  return { x: x - Math.floor(x - box.x), y: yOf(latitude) };
}

function isInside({ x, y, width, height }: Box, point: Point): boolean {
  return point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + height;
}

/**
 * Returns the frame of the grid that a frame stands for, or `null` if it is none.
 *
 * @param frame as a caller has sent it: rounded
 */
export function snappedFrame(frame: Frame): Frame | null {
  const { width, ...northwest } = boxOf(frame);
  const step = Math.round(-2 * Math.log2(width));
  if (!(step >= 0 && step <= MAX_STEP) || Math.abs(northwest.x) > MAX_TURNS) return null;
  const snapped = frameOfBox(gridBox(step, northwest, MAP_SHAPE));
  return isSameFrame(frame, snapped) ? snapped : null;
}

/** Returns whether two frames are the same but for rounding. */
export function isSameFrame(a: Frame, b: Frame): boolean {
  return edges(a).every((edge, index) => Math.abs(edge - edges(b)[index]!) < 2e-5);
}

function edges({ west, south, east, north }: Frame): number[] {
  return [west, south, east, north];
}

/** Returns the query of a frame for `GET /atlas`. */
export function frameText(frame: Frame): string {
  return edges(frame).join(",");
}

/** The sides of a frame, and the paths of an outline. */
const SIDES = ["west", "south", "east", "north"] as const;
const PATHS = ["land", "lakes", "borders", "rivers"] as const;

/**
 * Returns the land in a value that comes from a file or from the storage of the browser; `null` if
 * it is none. Paths may contain only what SVG path data needs.
 */
export function readLand(value: unknown): Land | null {
  const outlines = readOutlines(value);
  if (outlines === null) return null;
  return { ...outlines, region: readOutlines((value as Partial<Land>).region) };
}

function readOutlines(value: unknown): Outlines | null {
  const { frame, paths } = (value ?? {}) as { [Name in keyof Outlines]?: Partial<Outlines[Name]> };
  const isFine = SIDES.every((side) => Number.isFinite(frame?.[side])) &&
    PATHS.every((name) => /^[\w\s.,-]*$/.test(paths?.[name] ?? "!"));
  return isFine ? { frame, paths } as Outlines : null;
}

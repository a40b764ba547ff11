/**
 * Draws the part of the atlas in a frame as SVG path data: clipped, and simplified to what a
 * picture can show.
 * @module
 */
import { clipPolygon, clipPolyline } from "lineclip";
import simplify from "simplify-js";
import { type Box, boxOf, type Frame, LAND_UNITS, type Outlines } from "../../web/app/map/land.ts";
import { type Edges, type Layer, pointsNear, type Shape, type XY } from "./atlas_file.ts";

/** Above this width in degrees, the coarse layers are fine enough. */
const COARSE_DEGREES = 14;

/** Above this width, the rough ones are. */
const ROUGH_DEGREES = 100;

/** Lakes and rivers are stored to some 4 km. Below this width in degrees, that would be visible. */
const MIN_WATERS_DEGREES = 3;

/** Above this width, rivers would be a tangle. */
const MAX_WATERS_DEGREES = 40;

/** Lines go on outside of the frame, so that no edge of a clipped area is visible. In units. */
const OUTSIDE = 12;

/** Islands and lakes below this size are no more than a dot. In units. */
const MIN_SIZE = 2;

/** How far a simplified line may be off, in units. */
const TOLERANCE = 0.7;

/** How many characters the paths of a frame may have. They compress to some 40 %. */
const MAX_CHARACTERS = 12_000;

type Atlas = Readonly<Record<Layer, Shape[]>>;

/** The clipped lines of a layer, in units. */
type Lines = { x: number; y: number }[][];

/**
 * Draws the outlines in a frame. If they are long, they are simplified further.
 *
 * @param atlas the layers of the atlas
 * @param options.tolerance how far a simplified line may be off, in units
 */
export function drawOutlines(
  atlas: Atlas,
  frame: Frame,
  { tolerance = TOLERANCE } = {},
): Outlines {
  const width = frame.east - frame.west;
  const hasFew = width > MIN_WATERS_DEGREES && width < MAX_WATERS_DEGREES;
  const grade = width > ROUGH_DEGREES ? "rough" : width > COARSE_DEGREES ? "coarse" : "fine";
  const box = boxOf(frame);
  let lines = {
    land: clip(atlas[`${grade}Land`], box, clipRing),
    borders: clip(atlas[`${grade}Borders`], box, clipPolyline),
    lakes: width > MIN_WATERS_DEGREES ? clip(atlas.lakes, box, clipRing) : [],
    rivers: hasFew ? clip(atlas.rivers, box, clipPolyline) : [],
  };
  for (let step = tolerance;; step *= 1.6) {
    lines = {
      land: simplifyAll(lines.land, step),
      borders: simplifyAll(lines.borders, step),
      lakes: simplifyAll(lines.lakes, step),
      rivers: simplifyAll(lines.rivers, step),
    };
    const paths = {
      land: pathOf(lines.land, "z"),
      borders: pathOf(lines.borders, ""),
      lakes: pathOf(lines.lakes, "z"),
      rivers: pathOf(lines.rivers, ""),
    };
    const characters = Object.values(paths).reduce((sum, { length }) => sum + length, 0);
    if (characters <= MAX_CHARACTERS) return { frame, paths };
  }
}

/** Clips a ring like a line: into a list of pieces. */
function clipRing(points: XY[], limits: number[]): XY[][] {
  return [clipPolygon(points, limits)];
}

/** Clips a layer. A frame may lie one turn around the world away from a shape. */
function clip(shapes: readonly Shape[], box: Box, clipShape: typeof clipRing): Lines {
  const scale = LAND_UNITS / box.width;
  const room = OUTSIDE / scale;
  const [top, bottom] = [box.y - room, box.y + box.height + room];
  const lines: Lines = [];
  for (let world = Math.floor(box.x) - 1; world < box.x + box.width + 1; world++) {
    const x = box.x - world;
    const [left, right] = [x - room, x + box.width + room];
    const near = { left, top, right, bottom };
    for (const shape of shapes) {
      if (!touches(shape.edges, near) || sizeOf(shape.edges) * scale < MIN_SIZE) continue;
      for (const part of clipShape(pointsNear(shape, near), [left, top, right, bottom])) {
        lines.push(part.map((point) => ({
          x: (point[0] - x) * scale,
          y: (point[1] - box.y) * scale,
        })));
      }
    }
  }
  return lines;
}

function touches(shape: Edges, { left, top, right, bottom }: Edges): boolean {
  return shape.right >= left && shape.left <= right && shape.bottom >= top && shape.top <= bottom;
}

function sizeOf({ left, top, right, bottom }: Edges): number {
  return Math.max(right - left, bottom - top);
}

function simplifyAll(lines: Lines, tolerance: number): Lines {
  return lines.map((line) => simplify(line, tolerance));
}

/** @param end `z` closes rings */
function pathOf(lines: Lines, end: "z" | ""): string {
  return lines.map((line) => textOf(line.map(({ x, y }) => [Math.round(x), Math.round(y)]), end))
    .join("");
}

/** Returns the path data of a line or a ring: relative steps are shorter than positions. */
function textOf(points: XY[], end: "z" | ""): string {
  const steps = points.slice(1).flatMap(([x, y], index) => {
    const [fromX, fromY] = points[index]!;
    const step = [x - fromX, y - fromY] as const;
    return step[0] === 0 && step[1] === 0 ? [] : [step];
  });
  if (steps.length < (end === "z" ? 2 : 1)) return "";
  const numbers = steps.flat().map((step, index) => step < 0 || index === 0 ? step : ` ${step}`);
  return `M${points[0]!.join(" ")}l${numbers.join("")}${end}`;
}

/**
 * The file of the atlas: the world's coasts, borders, lakes and rivers, projected and compact, so
 * that nothing is parsed when the service starts. `deno task build` writes it.
 *
 * It consists of protocol buffers. A shape stores its box apart from its points, so a reader decodes
 * only the shapes that it draws.
 * @module
 */
import { PbfReader, PbfWriter } from "pbf";
import { xOf, yOf } from "../../web/app/map/mercator.ts";

/** The number of steps of a stored coordinate across the world: about 19 m at the equator. */
const STEPS = 2 ** 21;

/**
 * What the file contains. The number is that of its field. The fine layers are 1:10,000,000, the
 * coarse ones 1:50,000,000, the rough ones 1:110,000,000.
 */
export const layers = {
  fineLand: 1,
  fineBorders: 2,
  coarseLand: 3,
  coarseBorders: 4,
  lakes: 5,
  rivers: 6,
  roughLand: 7,
  roughBorders: 8,
} as const;

export type Layer = keyof typeof layers;

/** A point in units of the projected world. */
export type XY = [x: number, y: number];

/** Positions as GeoJSON has them: longitude, latitude. */
export type Line = readonly (readonly number[])[];

/** The edges of a box in units of the projected world. */
export interface Edges {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A ring or a line of the atlas. */
export interface Shape {
  edges: Edges;
  /** Its pieces, in order. A reader skips the pieces far from its box. */
  runs: Run[];
}

interface Run {
  edges: Edges;
  /** The encoded points. */
  bytes: Uint8Array;
}

/** How many points a run has: long enough to save space, short enough to skip most of a coast. */
const RUN_POINTS = 128;

/** Encodes lines. */
export function writeAtlas(lines: Readonly<Record<Layer, readonly Line[]>>): Uint8Array {
  const writer = new PbfWriter();
  for (const [name, field] of Object.entries(layers)) {
    for (const line of lines[name as Layer]) {
      if (line.length > 1) writer.writeMessage(field, writeShape, line);
    }
  }
  return writer.finish();
}

function writeShape(line: Line, writer: PbfWriter): void {
  const points = line.map(([longitude, latitude]): XY => [
    Math.round(xOf(longitude!) * STEPS),
    Math.round(yOf(latitude!) * STEPS),
  ]);
  for (let start = 0; start < points.length; start += RUN_POINTS) {
    writer.writeMessage(1, writeRun, points.slice(start, start + RUN_POINTS));
  }
}

function writeRun(points: XY[], writer: PbfWriter): void {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const edges = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  writer.writePackedSVarint(1, edges);
  const steps = points.flatMap(([x, y], index) => {
    const [fromX, fromY] = points[index - 1] ?? [0, 0];
    return [x - fromX, y - fromY];
  });
  writer.writePackedSVarint(2, steps);
}

/** Lists the shapes of an encoded atlas without decoding their points. */
export function readAtlas(bytes: Uint8Array): Record<Layer, Shape[]> {
  const atlas: Record<Layer, Shape[]> = {
    fineLand: [],
    fineBorders: [],
    coarseLand: [],
    coarseBorders: [],
    lakes: [],
    rivers: [],
    roughLand: [],
    roughBorders: [],
  };
  const names = Object.keys(layers) as Layer[];
  const lists = new Map<number, Shape[]>(names.map((name) => [layers[name], atlas[name]]));
  new PbfReader(bytes).readFields((field, _, reader) => {
    const runs = reader.readMessage(readShape, []);
    lists.get(field)?.push({ edges: edgesOf(runs), runs });
  }, null);
  return atlas;
}

function readShape(_: number, runs: Run[], reader: PbfReader): void {
  runs.push(reader.readMessage(readRun, {} as Run));
}

function readRun(field: number, run: Run, reader: PbfReader): void {
  if (field === 2) run.bytes = reader.readBytes();
  if (field !== 1) return;
  const [left, top, right, bottom] = reader.readPackedSVarint().map((step) => step / STEPS);
  run.edges = { left: left!, top: top!, right: right!, bottom: bottom! };
}

function edgesOf(runs: readonly Run[]): Edges {
  return {
    left: Math.min(...runs.map(({ edges }) => edges.left)),
    top: Math.min(...runs.map(({ edges }) => edges.top)),
    right: Math.max(...runs.map(({ edges }) => edges.right)),
    bottom: Math.max(...runs.map(({ edges }) => edges.bottom)),
  };
}

/**
 * Decodes the points of a shape that a box needs: of several points in a row on the same side of
 * the box, only the first and the last one. What is inside of the box stays the same.
 */
export function pointsNear({ runs }: Shape, box: Edges): XY[] {
  const kept: XY[] = [];
  // The sides of the box on which the last two points are.
  let [beforeLast, last] = [0, 0];
  for (const { edges, bytes } of runs) {
    // If a whole run is on one side, its first point stands for it.
    const common = sidesOf(edges.left, edges.top, box) & sidesOf(edges.right, edges.bottom, box);
    const reader = new PbfReader(bytes);
    let [x, y] = [0, 0];
    do {
      x += reader.readSVarint();
      y += reader.readSVarint();
      const sides = sidesOf(x / STEPS, y / STEPS, box);
      if ((beforeLast & last & sides) === 0) beforeLast = last;
      else kept.pop();
      kept.push([x / STEPS, y / STEPS]);
      last = sides;
    } while (reader.pos < reader.length && common === 0);
  }
  return kept;
}

/** Returns on which sides of a box a point is, one bit each. */
function sidesOf(x: number, y: number, { left, top, right, bottom }: Edges): number {
  return (x < left ? 1 : 0) | (x > right ? 2 : 0) | (y < top ? 4 : 0) | (y > bottom ? 8 : 0);
}

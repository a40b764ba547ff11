/** The atlas: what it shows where, how large its answers are, and what `GET /atlas` refuses. */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { brotliCompressSync } from "node:zlib";
import { landOf } from "../../../routes/atlas/atlas.ts";
import { readAtlas, writeAtlas } from "../../../routes/atlas/atlas_file.ts";
import { drawOutlines } from "../../../routes/atlas/outlines.ts";
import { unwrapped } from "../../../routes/atlas/prepare.ts";
import { RateLimiter } from "../../../lib/store/rate_limiter.ts";
import {
  boxOf,
  frameAround,
  frameOf,
  frameText,
  LAND_UNITS,
  pointIn,
} from "../../../web/app/map/land.ts";
import { openApp } from "../../../testing/app.ts";

function around(latitude: number, longitude: number, degrees: number) {
  return frameAround({ latitude, longitude }, degrees);
}

/** Lists the rings or lines of a path as lists of points. */
function linesOf(path: string): [number, number][][] {
  return path.split("M").slice(1).map((line) => {
    const numbers = line.match(/-?\d+/g)!.map(Number);
    let [x, y] = [0, 0];
    return Array.from({ length: numbers.length / 2 }, (_, index) => {
      x += numbers[2 * index]!;
      y += numbers[2 * index + 1]!;
      return [x, y];
    });
  });
}

/** Whether a point in units of a frame is in the areas of a path, by the even-odd rule. */
function isIn(path: string, [x, y]: [number, number]): boolean {
  let isInside = false;
  for (const ring of linesOf(path)) {
    for (const [index, [toX, toY]] of ring.entries()) {
      const [fromX, fromY] = ring.at(index - 1)!;
      const crosses = (fromY > y) !== (toY > y) &&
        x < fromX + (toX - fromX) * (y - fromY) / (toY - fromY);
      if (crosses) isInside = !isInside;
    }
  }
  return isInside;
}

/** Whether the atlas has land at a place, in a frame of some degrees around it. */
async function isLandAt(latitude: number, longitude: number, degrees: number): Promise<boolean> {
  const frame = around(latitude, longitude, degrees);
  const box = boxOf(frame);
  const { x, y } = pointIn(box, { latitude, longitude });
  const scale = LAND_UNITS / box.width;
  const { paths } = await landOf(frame);
  return isIn(paths.land, [(x - box.x) * scale, (y - box.y) * scale]);
}

const spots: [name: string, latitude: number, longitude: number, isLand: boolean][] = [
  ["Madrid", 40.42, -3.7, true],
  ["the sea off Lisbon", 38.5, -11, false],
  ["Prague", 50.08, 14.43, true],
  ["Chukotka, beyond the antimeridian", 66.5, -175, true],
  ["the Caspian Sea", 42, 50.5, false],
  ["Antarctica", -80, 30, true],
  ["the pole in the north", 84.9, 10, false],
  ["Hokkaido", 43.3, 142.8, true],
];

for (const [name, latitude, longitude, isLand] of spots) {
  Deno.test(`the atlas knows ${name} as ${isLand ? "land" : "water"} at each size`, async () => {
    for (const degrees of [0.5, 4, 16, 60, 180, 360]) {
      assertStrictEquals(await isLandAt(latitude, longitude, degrees), isLand, `${degrees}°`);
    }
  });
}

Deno.test("Lisbon has water, Prague a region with borders, and Fiji no line around the world", async () => {
  const lisbon = await landOf(
    frameOf([{ latitude: 38.71, longitude: -9.2 }, { latitude: 38.77, longitude: -9.09 }])!,
  );
  assertMatch(lisbon.paths.land, /^M/);
  assertStrictEquals(lisbon.region, null);
  const prague = await landOf(frameOf([{ latitude: 50.08, longitude: 14.43 }])!);
  assertStrictEquals(prague.paths.borders, "");
  assert(prague.region!.paths.borders.length > 100);
  assert(JSON.stringify(prague.region).length < 3_000);

  const frame = frameOf([
    { latitude: -17.7, longitude: 178 },
    { latitude: -16.5, longitude: -179.9 },
  ])!;
  const fiji = await landOf(frame);
  for (const ring of linesOf(fiji.paths.land)) {
    const xs = ring.map(([x]) => x);
    assert(Math.max(...xs) - Math.min(...xs) < LAND_UNITS * 0.6, "an island goes around the world");
  }
  // Two islands on both sides of it.
  assert(await isLandAt(-17.8, 178, 4));
  assert(await isLandAt(-16.85, -179.97, 4));
});

Deno.test("the answers are small: 6 KB at most, 3 KB for a country", async () => {
  const large: [number, number, number, number][] = [
    [0, 0, 360, 6],
    [50, 10, 45, 6],
    [62, 8, 8, 3],
    [38, 25, 8, 4],
    [-3, 120, 30, 5],
    [36, 138, 16, 3],
    [50.08, 14.43, 0.1, 1.5],
  ];
  for (const [latitude, longitude, degrees, kilobytes] of large) {
    const json = JSON.stringify(await landOf(around(latitude, longitude, degrees)));
    const { length } = brotliCompressSync(json);
    assert(length <= kilobytes * 1_024, `${latitude} ${longitude}: ${length} bytes`);
  }
});

Deno.test("a ring is not cut where it crosses the antimeridian, and closed at the pole", () => {
  assertEquals(unwrapped([[179, 1], [-179, 2], [179, 3], [179, 1]]), [
    [179, 1],
    [181, 2],
    [179, 3],
    [179, 1],
  ]);
  const ring = unwrapped([[-180, -70], [-60, -72], [60, -71], [180, -70]]);
  assertEquals(ring.slice(-2), [[180, -90], [-180, -90]]);
});

Deno.test("a clipped shape is the same, however long it is outside of the frame", () => {
  // A comb that leaves the frame and comes back, with long ways on each side.
  const comb = Array.from({ length: 400 }, (_, index) => [
    index % 2 === 0 ? -9 : 9 + index / 100,
    50 - index / 40,
  ]);
  const ring = [...comb, [40, 30], [40, 60], [-9, 60]];
  const none = {
    fineBorders: [],
    coarseLand: [],
    coarseBorders: [],
    lakes: [],
    rivers: [],
    roughLand: [],
    roughBorders: [],
  };
  const atlas = readAtlas(writeAtlas({ ...none, fineLand: [ring] }));
  const frame = around(45, 0, 4);
  const { paths } = drawOutlines(atlas, frame);
  // Each tooth crosses the whole frame: it enters and leaves.
  const teeth = comb.filter(([, latitude]) => latitude! > frame.south && latitude! < frame.north);
  const ys = new Set(linesOf(paths.land).flat().map(([, y]) => y));
  assert(Math.abs(ys.size - 2 * teeth.length) < 10, `${ys.size} for ${teeth.length} teeth`);
});

Deno.test("GET /atlas answers for frames of the grid, and names the parameter for others", async () => {
  await using env = await openApp();
  const frame = frameText(frameOf([{ latitude: 38.71, longitude: -9.13 }])!);
  const response = await env.app.request(`/atlas?frame=${frame}`);
  assertStrictEquals(response.status, 200);
  assertMatch(response.headers.get("cache-control")!, /^public, max-age=\d{6,}$/);
  assertEquals(Object.keys((await response.json()).paths), ["land", "borders", "lakes", "rivers"]);
  for (
    const query of [
      "",
      "?frame=",
      "?frame=1,2,3",
      "?frame=a,b,c,d",
      "?frame=0,0,1,1",
      `?frame=${frame},1`,
      `?frame=${frame}&frame=${frame}`,
      `?frame=${"1".repeat(400)},2,3,4`,
      "?frame=NaN,NaN,NaN,NaN",
    ]
  ) {
    const refused = await env.app.request(`/atlas${query}`);
    assertStrictEquals(refused.status, 400, query);
    assertStrictEquals((await refused.json()).errors[0].parameter, "frame");
  }
});

Deno.test("GET /atlas counts as a request", async () => {
  const kv = await Deno.openKv(":memory:");
  await using env = await openApp({ kv });
  const requests = new RateLimiter(kv, { clock: env.clock, name: "requests", limit: 1 });
  const limited = await openApp({ kv, clock: env.clock, rateLimiters: { requests } });
  const path = `/atlas?frame=${frameText(around(50, 14, 1))}`;
  const statuses = [];
  for (let count = 0; count < 2; count++) {
    const { status, body } = await limited.app.request(path);
    await body?.cancel();
    statuses.push(status);
  }
  assertEquals(statuses, [200, 429]);
});

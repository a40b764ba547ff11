/** The frames of maps: snapped, with all places inside, also across the antimeridian. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  boxOf,
  type Frame,
  frameOf,
  frameText,
  grownFrame,
  isSameFrame,
  MAP_SHAPE,
  pointIn,
  snappedFrame,
} from "../../../../web/app/map/land.ts";

type LatitudeLongitude = [latitude: number, longitude: number];

function at([latitude, longitude]: LatitudeLongitude) {
  return { latitude, longitude };
}

/** How far the places are from the edges of a frame: 0 at an edge, 1 at the opposite one. */
function partsIn(frame: Frame, places: readonly LatitudeLongitude[]) {
  const box = boxOf(frame);
  return places.flatMap((place) => {
    const { x, y } = pointIn(box, at(place));
    return [(x - box.x) / box.width, (y - box.y) / box.height];
  });
}

const tables: [name: string, places: LatitudeLongitude[], maxDegrees: number][] = [
  ["one place", [[38.7139, -9.1335]], 0.07],
  ["the same place twice", [[38.7139, -9.1335], [38.7139, -9.1335]], 0.07],
  ["a city", [[38.7139, -9.1335], [38.6957, -9.193], [38.768, -9.095]], 0.3],
  ["two far cities", [[52.52, 13.4], [40.71, -74]], 180],
  ["across the antimeridian", [[-17.7, 178], [-16.5, -179.9]], 5],
  ["west of the antimeridian", [[-18.13, 178.44], [-17.75, 177.45]], 2],
  ["east of the antimeridian", [[51.9, -176.6], [52.1, -174.3]], 6],
  ["both sides of Greenwich", [[51.5, -0.12], [51.48, 0.01]], 0.5],
  ["the equator", [[0.4, 9.4], [-0.4, 9.6]], 3],
  ["Svalbard", [[78.22, 15.63], [79.5, 12]], 16],
];

for (const [name, places, maxDegrees] of tables) {
  Deno.test(`frameOf() has all places with a margin: ${name}`, () => {
    const frame = frameOf(places.map(at))!;
    for (const part of partsIn(frame, places)) assert(part > 0.05 && part < 0.95, `${part}`);
    assert(frame.east - frame.west <= maxDegrees, frameText(frame));
    // The server knows the frame again by its rounded text.
    const [west, south, east, north] = frameText(frame).split(",").map(Number) as number[];
    assertEquals(
      snappedFrame({ west: west!, south: south!, east: east!, north: north! }),
      frame,
    );
    const { width, height } = boxOf(frame);
    assert(Math.abs(height / width - MAP_SHAPE) < 0.01);
  });
}

Deno.test("frameOf() limits itself to the world at the poles and around it", () => {
  assertStrictEquals(frameOf([]), null);
  for (
    const places of [
      [[89.9, 0]],
      [[-89.9, 10], [78, 20]],
      [[0, 0], [0, 90], [0, 180], [0, -90]],
      [[90, 180], [-90, -180]],
    ] as LatitudeLongitude[][]
  ) {
    const frame = frameOf(places.map(at))!;
    assert(frame.north <= 85.06 && frame.south >= -85.06, frameText(frame));
    assert(frame.east - frame.west <= 360);
    assert(snappedFrame(frame));
  }
});

Deno.test("grownFrame() keeps a frame that has all places, and else contains the frame before", () => {
  for (
    const [first, later] of [
      [[[48.2, 16.37]], [47.5, 19.04]],
      [[[-17.7, 178]], [-16.5, -179.9]],
      [[[-16.5, -179.9]], [-17.7, 178]],
      [[[35.68, 139.76]], [40.7, -74]],
    ] as [LatitudeLongitude[], LatitudeLongitude][]
  ) {
    const before = frameOf(first.map(at))!;
    assertStrictEquals(grownFrame(before, first.map(at)), before);
    const after = grownFrame(before, [...first, later].map(at));
    assert(snappedFrame(after));
    const { south, north, west, east } = before;
    const corners: LatitudeLongitude[] = [[south, west], [north, east], later];
    for (const part of partsIn(after, corners)) assert(part >= -1e-6 && part <= 1.000001);
    for (const part of partsIn(after, [later])) assert(part >= 0.03 && part <= 0.97, `${part}`);
    assert(after.east - after.west < 260, frameText(after));
    assertStrictEquals(grownFrame(after, first.map(at)), after);
  }
});

Deno.test("a map grows before a marker at its edge is cut off", () => {
  const before = frameOf([at([48.2, 16.37])])!;
  const { south, west, east } = before;
  const edge: LatitudeLongitude = [48.2, west + (east - west) * 0.01];
  const after = grownFrame(before, [at(edge)]);
  assert(after.west < west && after.south <= south);
  for (const part of partsIn(after, [edge])) assert(part >= 0.03 && part <= 0.97, `${part}`);
});

Deno.test("snappedFrame() refuses frames that are not on the grid", () => {
  const { west, south, east, north } = frameOf([{ latitude: 50, longitude: 14 }])!;
  for (
    const frame of [
      { west: west + 0.001, south, east: east + 0.001, north },
      { west, south: south - 0.01, east, north },
      { west: east, south, east: west, north },
      { west, south: north, east, north: south },
      { west: -1e9, south, east: 1e9, north },
      { west: NaN, south, east, north },
      // The same place, after further turns around the world.
      { west: west + 1800, south, east: east + 1800, north },
      { west: west - 1800, south, east: east - 1800, north },
      { west: 0, south: 0, east: 0, north: 0 },
      // Smaller than any map.
      { west, south, east: west + 1e-4, north: south + 1e-4 },
    ]
  ) assertStrictEquals(snappedFrame(frame), null, JSON.stringify(frame));
  assert(isSameFrame({ west, south, east, north }, { west, south: south + 1e-5, east, north }));
});

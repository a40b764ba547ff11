import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  centerOf,
  distanceMeters,
  isWithin,
  straightWalk,
  walkingMinutes,
} from "../../../jobs/places/geometry.ts";
import { Walk } from "../../../jobs/places/place.ts";

function assertNear(actual: number, expected: number, tolerance: number): void {
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

const lisbon = { latitude: 38.7223, longitude: -9.1393 };
const porto = { latitude: 41.1579, longitude: -8.6291 };
const fiji = { latitude: -17.8, longitude: 179.5 };
const taveuni = { latitude: -16.8, longitude: -179.9 };

/** Two points and their distance in kilometres, from other calculators. */
const distances: [a: typeof lisbon, b: typeof lisbon, km: number][] = [
  [lisbon, lisbon, 0],
  [lisbon, porto, 274],
  [{ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 }, 20_015],
  [{ latitude: 90, longitude: 0 }, { latitude: -90, longitude: 77 }, 20_015],
  [{ latitude: 48.8566, longitude: 2.3522 }, { latitude: 35.6762, longitude: 139.6503 }, 9_712],
  // Across the date line.
  [fiji, taveuni, 128],
];

for (const [a, b, km] of distances) {
  Deno.test(`distanceMeters() is ${km} km from ${a.latitude}, ${a.longitude} to ${b.latitude}, ${b.longitude}`, () => {
    assertNear(distanceMeters(a, b) / 1_000, km, 1 + km / 500);
    assertNear(distanceMeters(a, b), distanceMeters(b, a), 1e-6);
  });
}

Deno.test("isWithin() compares with the radius in kilometres", () => {
  assert(isWithin(porto, { point: lisbon, radiusKm: 280 }));
  assert(!isWithin(porto, { point: lisbon, radiusKm: 270 }));
});

Deno.test("straightWalk() adds a detour, and walks 4.8 km an hour", () => {
  // A thousandth of a degree of latitude is 111 m.
  const walk = straightWalk({ from: lisbon, to: { ...lisbon, latitude: 38.7323 } });

  assertEquals(walk, { distanceMeters: 1446, walkingMinutes: 19, origin: "straight_line" });
  assertEquals(Walk.parse(walk), walk);
});

Deno.test("straightWalk() is 0 for a place that is the next one too", () => {
  const walk = straightWalk({ from: lisbon, to: lisbon });

  assertEquals([walk.distanceMeters, walk.walkingMinutes], [0, 0]);
});

Deno.test("walkingMinutes() rounds up", () => {
  assertEquals([0, 1, 80, 81, 4_800].map(walkingMinutes), [0, 1, 1, 2, 60]);
});

Deno.test("centerOf() returns the only point as it is", () => {
  assertEquals(centerOf([lisbon]), lisbon);
});

Deno.test("centerOf() lies as far from one point as from the other, also across the date line", () => {
  for (const [a, b] of [[lisbon, porto], [fiji, taveuni]] as const) {
    const center = centerOf([a, b]);
    assertNear(distanceMeters(center, a), distanceMeters(a, b) / 2, 1);
    assertNear(distanceMeters(center, b), distanceMeters(a, b) / 2, 1);
  }
  assertStrictEquals(Math.round(Math.abs(centerOf([fiji, taveuni]).longitude)), 180);
});

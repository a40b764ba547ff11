import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { straightWalk } from "../../../jobs/places/geometry.ts";
import { type Leg, Walk } from "../../../jobs/places/place.ts";
import { Walks } from "../../../jobs/places/router.ts";
import { systemClock } from "../../../lib/clock.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { serveLocally } from "../../../testing/local_server.ts";
import { servePlaces } from "../../../testing/places_server.ts";

const never = new AbortController().signal;
const context = { signal: never, clock: systemClock };

/** A point in Lisbon, some thousandths of a degree north of the first one. */
const point = (north: number) => ({ latitude: 38.71 + north / 1_000, longitude: -9.14 });

/** The legs from point to point. */
function legsOf(...north: number[]): Leg[] {
  return north.slice(1).map((to, index) => ({ from: point(north[index]!), to: point(to) }));
}

const pathsOf = (requests: URL[]) =>
  requests.map(({ pathname }) => decodeURIComponent(pathname.replace("/route/v1/foot/", "")));

Deno.test("measure() asks the router for one route per chain of legs", async () => {
  await using server = servePlaces();
  const legs = [...legsOf(0, 5, 12), ...legsOf(20, 22)];

  const walks = await new Walks(server.url, systemClock).measure(legs, context);

  assertEquals(
    walks,
    Array(3).fill({ distanceMeters: 1_000, walkingMinutes: 15, origin: "router" }),
  );
  assertEquals(walks.map((walk) => Walk.parse(walk)), walks);
  assertEquals(pathsOf(server.requests), [
    "-9.14,38.71;-9.14,38.715;-9.14,38.722",
    "-9.14,38.73;-9.14,38.732",
  ]);
});

Deno.test("measure() does not ask the router for a leg that is no walk", async () => {
  await using server = servePlaces();
  const legs = legsOf(0, 5, 5, 900, 905);

  const walks = await new Walks(server.url, systemClock).measure(legs, context);

  assertEquals(walks.map(({ origin }) => origin), [
    "router",
    "straight_line",
    "straight_line",
    "router",
  ]);
  assertStrictEquals(walks[1]!.distanceMeters, 0);
  assertEquals(pathsOf(server.requests), ["-9.14,38.71;-9.14,38.715", "-9.14,39.61;-9.14,39.615"]);
});

Deno.test("measure() divides a route with very many points", async () => {
  await using server = servePlaces();
  const legs = legsOf(...Array(121).keys());

  const walks = await new Walks(server.url, systemClock).measure(legs, context);

  assert(walks.every(({ origin }) => origin === "router"));
  assertEquals(pathsOf(server.requests).map((path) => path.split(";").length), [50, 50, 23]);
});

/** What a router says of a leg, and the walk. */
const legs: [distance: number, duration: number, meters: number, minutes: number][] = [
  [812.4, 650, 812, 11],
  // A router for cars.
  [4_800, 360, 4_800, 60],
  // A ferry.
  [500, 1_800, 500, 30],
  [0, 0, 0, 0],
];

for (const [distance, duration, meters, minutes] of legs) {
  Deno.test(`measure() takes ${minutes} minutes for ${distance} m in ${duration} s`, async () => {
    await using server = serveLocally(() =>
      Response.json({ code: "Ok", routes: [{ legs: [{ distance, duration }] }] })
    );

    const [walk] = await new Walks(server.url, systemClock).measure(legsOf(0, 5), context);

    assertEquals(walk, { distanceMeters: meters, walkingMinutes: minutes, origin: "router" });
  });
}

/** Answers without walks. */
const hostile: [what: string, answer: () => Response][] = [
  ["no route", () => Response.json({ code: "NoRoute", message: "…" }, { status: 400 })],
  ["no legs", () => Response.json({ code: "Ok", routes: [{ legs: [] }] })],
  ["no routes", () => Response.json({ code: "Ok", routes: [] })],
  [
    "a negative distance",
    () => Response.json({ code: "Ok", routes: [{ legs: [{ distance: -1, duration: 1 }] }] }),
  ],
  [
    "a text",
    () => Response.json({ code: "Ok", routes: [{ legs: [{ distance: "1", duration: 1 }] }] }),
  ],
  [
    "a huge distance",
    () => Response.json({ code: "Ok", routes: [{ legs: [{ distance: 1e300, duration: 1 }] }] }),
  ],
  ["a web page", () => new Response("<html>")],
  ["429", () => new Response(null, { status: 429 })],
  ["500", () => new Response(null, { status: 500 })],
];

for (const [what, answer] of hostile) {
  Deno.test(`measure() estimates the walks for ${what}`, async () => {
    await using server = serveLocally(answer);

    const walks = await new Walks(server.url, systemClock).measure(legsOf(0, 5), context);

    assertEquals(walks, legsOf(0, 5).map(straightWalk));
  });
}

Deno.test("measure() does not ask a router for a minute that has failed", async () => {
  await using server = servePlaces();
  const clock = new FakeClock();
  const walks = new Walks(server.url, clock);
  const ask = async () => (await walks.measure(legsOf(0, 5), { signal: never, clock }))[0]!.origin;
  server.mode = "broken";
  assertStrictEquals(await ask(), "straight_line");
  server.mode = "answers";

  clock.advance(59_000);
  assertStrictEquals(await ask(), "straight_line");
  clock.advance(1_000);
  assertStrictEquals(await ask(), "router");
});

Deno.test("measure() keeps the routes that came before the router stopped to answer", async () => {
  const slow = Promise.withResolvers<Response>();
  await using server = serveLocally((_request, { pathname }) =>
    pathname.includes("38.71;")
      ? Response.json({ code: "Ok", routes: [{ legs: [{ distance: 800, duration: 600 }] }] })
      : slow.promise
  );
  const clock = new FakeClock();
  const days = Array.from({ length: 30 }, (_, day) => legsOf(day * 10, day * 10 + 5)).flat();
  const measured = new Walks(server.url, clock).measure(days, { signal: never, clock });
  // The first answer makes room for a fifth request.
  while (server.requests.length < 5) await nextTurn();

  clock.advance(3_000);

  const walks = await measured;
  assertEquals(walks.map(({ origin }) => origin), ["router", ...Array(29).fill("straight_line")]);
  assertStrictEquals(server.requests.length, 5);
});

Deno.test("measure() rejects with the reason of a signal that aborts", async () => {
  await using server = servePlaces();
  server.mode = "slow";
  const abort = new AbortController();
  const clock = new FakeClock();
  const measured = new Walks(server.url, clock).measure(legsOf(0, 5), {
    signal: abort.signal,
    clock,
  });
  while (server.requests.length === 0) await nextTurn();

  abort.abort(new Error("lost"));

  await assertRejects(() => measured, Error, "lost");
});

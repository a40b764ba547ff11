/** Lists of jobs, and the parts of a plan. */
import { assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { createTripClient, partsOf, TripError } from "../../../web/client/client.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { doneJob, itineraryJob, monday, tuesday } from "../../../testing/test_page.ts";

/** A client of an application without a network, and the paths that it asks for. */
function clientOf(fetch: (request: Request) => Response | Promise<Response>, clientToken?: string) {
  const paths: string[] = [];
  const clock = new FakeClock();
  const platform = {
    clock,
    random: () => 0.5,
    events: null,
    fetch(path: string, init: RequestInit) {
      paths.push(path);
      return Promise.resolve(fetch(new Request(`http://localhost${path}`, init)));
    },
  };
  return { trips: createTripClient({ clientToken, platform }), paths, clock };
}

Deno.test("list() goes through the pages of the client's own jobs, newest first", async () => {
  await using env = await openApp();
  const { trips, paths } = clientOf((request) => env.app.fetch(request), "a-token-of-sixteen");
  const other = clientOf((request) => env.app.fetch(request), "another-token-of-us");
  const ids = [];
  for (let n = 0; n < 5; n++) {
    ids.unshift((await trips.createItinerary(tokyo)).jobId);
    env.clock.advance(1);
  }
  await trips.createGeneration(techno);
  await other.trips.createItinerary(tokyo);
  paths.length = 0;
  const listed = await Array.fromAsync(trips.list("itinerary", { limit: 2 }));
  assertEquals(listed.map(({ jobId }) => jobId), ids);
  assertEquals(paths.map((path) => path.replace(/cursor=.+/, "cursor=(…)")), [
    "/api/itineraries?limit=2",
    "/api/itineraries?limit=2&cursor=(…)",
    "/api/itineraries?limit=2&cursor=(…)",
  ]);
  const { items, nextCursor } = await trips.list("itinerary", { limit: 2 }).page();
  assertEquals(items.map(({ jobId }) => jobId), ids.slice(0, 2));
  const second = await trips.list("itinerary", { limit: 2 }).page(nextCursor);
  assertEquals(second.items.map(({ jobId }) => jobId), ids.slice(2, 4));
  // A loop that ends early asks for no further page.
  paths.length = 0;
  for await (const _ of trips.list("itinerary", { limit: 2 })) break;
  assertStrictEquals(paths.length, 1);
  assertStrictEquals((await Array.fromAsync(trips.list("generation"))).length, 1);
  await env.a.instance.idle();
});

Deno.test("list() of the changes of a plan names the job", async () => {
  const page = { items: [{ jobId: "b", status: "completed" }], nextCursor: null };
  const { trips, paths } = clientOf(() => Response.json(page));
  const listed = await Array.fromAsync(
    trips.list("itinerary", { refines: { jobId: "a" }, all: true }),
  );
  assertEquals(listed.map(({ jobId }) => jobId), ["b"]);
  assertEquals(paths, ["/api/itineraries?refines=a&all=1"]);
});

for (const body of [{}, { items: {} }, { items: [{}], nextCursor: null }, { items: [] }, []]) {
  Deno.test(`list() rejects an answer that is no page: ${JSON.stringify(body)}`, async () => {
    const { trips, clock, paths } = clientOf(() => Response.json(body));
    let isSettled = false;
    const read = trips.list("itinerary").page().finally(() => isSettled = true);
    const rejected = assertRejects(() => read, TripError, "not of this service");
    while (!isSettled) {
      clock.advance(1_000);
      await nextTurn();
    }
    await rejected;
    assertStrictEquals(paths.length, 5);
  });
}

Deno.test("list() without a token rejects with the problem of the service", async () => {
  await using env = await openApp();
  const { trips } = clientOf((request) => env.app.fetch(request));
  const error = await assertRejects(() => trips.list("itinerary").page(), TripError);
  assertMatch(error.code, /missing_client_token/);
});

Deno.test("partsOf() returns the parts so far, and all of them at the end", () => {
  assertEquals(partsOf(itineraryJob()), []);
  assertEquals(partsOf(itineraryJob({ partial: [monday] })), [monday]);
  assertEquals(partsOf(doneJob), [monday, tuesday]);
  assertEquals(partsOf(itineraryJob({ status: "failed" })), []);
});

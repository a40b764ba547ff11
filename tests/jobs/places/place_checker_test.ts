import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { nominatim } from "../../../jobs/places/nominatim.ts";
import { type Destination, PlaceAnswer } from "../../../jobs/places/place.ts";
import type { PlaceProvider } from "../../../jobs/places/place_provider.ts";
import { PlaceChecker, type PlaceCheckerOptions } from "../../../jobs/places/place_checker.ts";
import { DAY_MS } from "../../../lib/clock.ts";
import { PlaceStore, PlaceTurns } from "../../../lib/store/place_store.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { hookKv, settled } from "../../../testing/hooked_kv.ts";
import {
  type PlacesServer,
  type ServedPlace,
  servePlaces,
  type ServerMode,
} from "../../../testing/places_server.ts";
import { type Kv, withMethods } from "../../../lib/platform/kv.ts";

const lisbon: Destination = {
  name: "Lisbon, Portugal",
  point: { latitude: 38.7223, longitude: -9.1393 },
  radiusKm: 72,
  timeZone: "Europe/Lisbon",
  countryCode: "PT",
};

/** Ten names of a plan: the server knows eight of them. */
const names = [
  "Torre de Belém",
  "Mosteiro dos Jerónimos",
  "Castelo de São Jorge",
  "Livraria Bertrand",
  "Museu do Azulejo",
  "Oceanário",
  "Time Out Market",
  "Miradouro da Graça",
  "Café Inventado",
  "Museu Imaginário",
];
const queries = names.map((name) => `${name}, Lisboa`);

const known = names.slice(0, 8).map((name, n): ServedPlace => ({
  names: [name],
  latitude: 38.7 + n / 1_000,
  longitude: -9.14,
  ...n === 4 && { openingHours: "Tu-Su 10:00-18:00" },
}));

/** How many lookups run and have started, in all instances of a test, and what they use. */
let running = 0;
let started = 0;
let asked: PlacesServer;
let database: Kv;

/** Counts the lookups that run. */
function counted(provider: PlaceProvider): PlaceProvider {
  return {
    ...provider,
    async lookUp(...args) {
      running++;
      started++;
      return await provider.lookUp(...args).finally(() => running--);
    },
  };
}

/** A provider, and instances that share a database. */
async function openPlaces(places: readonly ServedPlace[] = known) {
  const { kv } = hookKv(await Deno.openKv(":memory:"));
  database = kv;
  started = 0;
  const clock = new FakeClock();
  const server = asked = servePlaces(places);
  const counts: Record<string, number> = {};
  const jobs: AbortController[] = [];
  const newChecker = (options: Partial<PlaceCheckerOptions> = {}, baseUrl = server.url) => {
    const turns = new PlaceTurns(kv, { clock, intervalMs: 1_000 });
    return new PlaceChecker({
      provider: counted(nominatim(baseUrl)),
      store: new PlaceStore(kv, { clock, schema: PlaceAnswer }),
      turn: (signal) => turns.take(signal),
      intervalMs: 1_000,
      clock,
      count: (outcome) => counts[outcome] = (counts[outcome] ?? 0) + 1,
      ...options,
    });
  };
  const newJob = () => {
    const job = new AbortController();
    jobs.push(job);
    return { abort: job, context: { signal: job.signal, clock } };
  };
  return {
    kv,
    clock,
    server,
    counts,
    newChecker,
    newJob,
    async [Symbol.asyncDispose]() {
      for (const job of jobs) job.abort();
      await settle();
      await server[Symbol.asyncDispose]();
      kv.close();
    },
  };
}

/** How far the clock is advanced at once. */
const STEP_MS = 250;

/** Waits for the database, and for a server that answers. */
async function settle(): Promise<void> {
  for (;;) {
    await settled(database);
    const isSlow = asked.mode === "slow" && asked.queries.length === started;
    if (running === 0 || isSlow) return;
    await nextTurn();
  }
}

/** Advances the clock until a promise settles. Returns its value, and the seconds that it took. */
async function finish<T>(
  work: Promise<T>,
  clock: FakeClock,
): Promise<{ value: T; seconds: number }> {
  let isOver = false;
  const startedAt = clock.now();
  const done = work.finally(() => isOver = true);
  done.catch(() => {});
  for (await settle(); !isOver; await settle()) clock.advance(STEP_MS);
  return { value: await done, seconds: (clock.now() - startedAt) / 1_000 };
}

/** Lets lookups go on for some time. */
async function run(clock: FakeClock, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += STEP_MS / 1_000) {
    await settle();
    clock.advance(STEP_MS);
  }
  await settle();
}

const outcomesOf = (answers: Map<string, PlaceAnswer>) =>
  [...answers.values()].map(({ outcome }) => outcome);

Deno.test("check() finds eight of ten places, with positions, and two not", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob, server } = places;

  const { value: answers, seconds } = await finish(
    newChecker().check(queries, lisbon, newJob().context),
    clock,
  );

  assertEquals([...answers.keys()], queries);
  assertEquals(outcomesOf(answers), [...Array(8).fill("found"), "not_found", "not_found"]);
  assertEquals(answers.get(queries[4]!), {
    outcome: "found",
    place: {
      name: "Museu do Azulejo",
      point: { latitude: 38.704, longitude: -9.14 },
      openingHours: "Tu-Su 10:00-18:00",
    },
  });
  assertEquals(server.queries, queries);
  assert(seconds >= 9 && seconds <= 11.5, `${seconds} s`);
});

Deno.test("check() asks for each name once, and not for texts without letters", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob, server } = places;
  const asked = ["Torre de Belém, Lisboa", " torre de  Belém,\nLisboa", "", "—", "x".repeat(201)];

  const { value } = await finish(newChecker().check(asked, lisbon, newJob().context), clock);

  assertEquals([...value.keys()], asked);
  assertEquals(outcomesOf(value), ["found", "found", "unknown", "unknown", "unknown"]);
  assertEquals(server.queries, ["Torre de Belém, Lisboa"]);
});

Deno.test("check() reads what another instance has learned, for thirty days", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob, server, counts } = places;
  const ask = async () => {
    const before = server.queries.length;
    const { value, seconds } = await finish(
      newChecker().check(queries.slice(6), lisbon, newJob().context),
      clock,
    );
    return { outcomes: outcomesOf(value), asked: server.queries.length - before, seconds };
  };
  const outcomes = ["found", "found", "not_found", "not_found"];

  assertEquals((await ask()).asked, 4);
  assertEquals(await ask(), { outcomes, asked: 0, seconds: 0 });
  assertEquals(counts, { found: 2, not_found: 2, cached: 4 });
  // What was not found is looked up again on the next day.
  clock.advance(DAY_MS);
  assertEquals((await ask()).asked, 2);
  clock.advance(29 * DAY_MS);
  assertEquals((await ask()).asked, 4);
});

Deno.test("check() keeps answers apart by provider, by server and by destination", async () => {
  await using places = await openPlaces();
  await using other = servePlaces(known);
  const { clock, newChecker, newJob, server } = places;
  const porto = { ...lisbon, point: { latitude: 41.15, longitude: -8.61 } };
  const query = queries.slice(0, 1);

  await finish(newChecker().check(query, lisbon, newJob().context), clock);
  await finish(newChecker({}, other.url).check(query, lisbon, newJob().context), clock);
  const { value } = await finish(newChecker().check(query, porto, newJob().context), clock);

  assertEquals([server.queries.length, other.queries.length], [2, 1]);
  assertEquals(outcomesOf(value), ["not_found"]);
});

Deno.test("the database has no names of a plan", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob, kv } = places;
  const query = "Casa da Avó Matilde, Lisboa";
  await finish(newChecker().check([query], lisbon, newJob().context), clock);

  const stored = JSON.stringify(await Array.fromAsync(kv.list({ prefix: [] })));

  assert(stored.includes('["place",'), stored);
  assert(!stored.includes("Matilde"), stored);
});

/** What a broken server costs a plan at most, in seconds. */
const faults: [mode: ServerMode, seconds: number, requests: number][] = [
  ["busy", 0.25, 1],
  ["broken", 0.25, 1],
  ["dead", 0.25, 1],
  // One request each second, until the first one is given up.
  ["slow", 3.25, 3],
  // The third answer in a row that cannot be read.
  ["web page", 2.5, 3],
];

for (const [mode, limit, requests] of faults) {
  Deno.test(`check() returns in ${limit} s for a server that is ${mode}, and the next one at once`, async () => {
    await using places = await openPlaces();
    const { clock, newChecker, newJob, server } = places;
    const checker = newChecker();
    server.mode = mode;

    const first = await finish(checker.check(queries, lisbon, newJob().context), clock);
    const second = await finish(checker.check(queries, lisbon, newJob().context), clock);

    assertEquals(outcomesOf(first.value), Array(10).fill("unknown"));
    assertEquals(outcomesOf(second.value), Array(10).fill("unknown"));
    assert(first.seconds <= limit, `${first.seconds} s`);
    assertStrictEquals(second.seconds, 0);
    assertStrictEquals(server.queries.length, requests);
  });
}

Deno.test("check() takes no time when the server is not there", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob } = places;
  const checker = newChecker({}, "http://127.0.0.1:9");

  const { value, seconds } = await finish(checker.check(queries, lisbon, newJob().context), clock);

  assertEquals(outcomesOf(value), Array(10).fill("unknown"));
  assert(seconds <= STEP_MS / 1_000, `${seconds} s`);
});

Deno.test("check() asks again after the pause that the server wants, and keeps no failure", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob, server } = places;
  const checker = newChecker();
  const ask = async () =>
    outcomesOf(
      (await finish(checker.check(queries.slice(0, 2), lisbon, newJob().context), clock)).value,
    );
  server.mode = "busy";
  await ask();
  server.mode = "answers";

  clock.advance(119_000);
  assertEquals(await ask(), ["unknown", "unknown"]);
  clock.advance(1_000);
  assertEquals(await ask(), ["found", "found"]);
});

Deno.test("check() returns what was found before the server stopped to answer", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob, server } = places;
  const check = newChecker().check(queries, lisbon, newJob().context);
  await run(clock, 3);
  server.mode = "busy";

  const { value, seconds } = await finish(check, clock);

  const outcomes = outcomesOf(value);
  assertEquals(outcomes.slice(0, 3), Array(3).fill("found"));
  assertEquals(outcomes.slice(4), Array(6).fill("unknown"));
  assert(seconds <= 1.2, `${seconds} s`);
});

const many = Array.from({ length: 25 }, (_, n) => `Lugar ${n}`);
const manyKnown = many.map((name) => ({ names: [name], latitude: 38.72, longitude: -9.14 }));

Deno.test("check() waits at most 15 seconds, and a later one finds what came in meanwhile", async () => {
  await using places = await openPlaces(manyKnown);
  const { clock, newChecker, newJob, server } = places;
  const checker = newChecker();
  const { context } = newJob();

  const first = await finish(checker.check(many, lisbon, context), clock);
  await run(clock, 15);
  const second = await finish(checker.check(many, lisbon, context), clock);

  const found = outcomesOf(first.value).filter((outcome) => outcome === "found").length;
  assert(found >= 12 && found <= 15, `${found} found`);
  assert(first.seconds <= 15.1, `${first.seconds} s`);
  assertEquals(outcomesOf(second.value), Array(25).fill("found"));
  assertStrictEquals(second.seconds, 0);
  assertStrictEquals(server.queries.length, 25);
});

Deno.test("prefetch() looks up while the model writes, so check() does not wait", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob, server } = places;
  const checker = newChecker();
  const { context } = newJob();
  for (const query of queries) {
    checker.prefetch([query], lisbon, context);
    await run(clock, 1.2);
  }

  const { value, seconds } = await finish(checker.check(queries, lisbon, context), clock);

  assertEquals(outcomesOf(value), [...Array(8).fill("found"), "not_found", "not_found"]);
  assertStrictEquals(seconds, 0);
  assertEquals(server.queries, queries);
});

Deno.test("a job that ends stops its lookups, and those of other jobs go on", async () => {
  await using places = await openPlaces(manyKnown);
  const { clock, newChecker, newJob, server } = places;
  const checker = newChecker();
  const [ending, other] = [newJob(), newJob()];
  checker.prefetch(many, lisbon, ending.context);
  await run(clock, 2.5);
  checker.prefetch(many.slice(20), lisbon, other.context);
  ending.abort.abort();
  const before = server.queries.length;

  await run(clock, 20);

  assertEquals(server.queries.slice(before), many.slice(20));
  assertStrictEquals(clock.waiting, 0);
});

Deno.test("check() rejects with the reason of a signal that aborts", async () => {
  await using places = await openPlaces(manyKnown);
  const { clock, newChecker, newJob, server } = places;
  const checker = newChecker();
  const { abort, context } = newJob();
  const check = checker.check(many, lisbon, context);
  await run(clock, 1);
  const before = server.queries.length;

  abort.abort(new Error("lost"));

  await assertRejects(() => check, Error, "lost");
  await assertRejects(() => checker.check(many, lisbon, context), Error, "lost");
  checker.prefetch(many, lisbon, context);
  await run(clock, 5);
  assertStrictEquals(server.queries.length, before);
});

Deno.test("a job that ends during a request does not make the server look broken", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob, server } = places;
  const checker = newChecker();
  const { abort, context } = newJob();
  server.mode = "slow";
  checker.prefetch(queries, lisbon, context);
  await settle();
  abort.abort();
  await settle();
  server.mode = "answers";

  const { value } = await finish(
    checker.check(queries.slice(0, 1), lisbon, newJob().context),
    clock,
  );

  assertEquals(outcomesOf(value), ["found"]);
});

Deno.test("jobs take turns, so that a long plan does not hold up a short one", async () => {
  await using places = await openPlaces([...manyKnown, ...known]);
  const { clock, newChecker, newJob } = places;
  const checker = newChecker();
  checker.prefetch(many, lisbon, newJob().context);
  await run(clock, 1);

  const { value, seconds } = await finish(
    checker.check(queries.slice(0, 3), lisbon, newJob().context),
    clock,
  );

  assertEquals(outcomesOf(value), ["found", "found", "found"]);
  assert(seconds <= 7, `${seconds} s`);
});

Deno.test("check() does not wait for lookups that begin too late, because many jobs have some", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob } = places;
  const checker = newChecker();
  for (let job = 0; job < 20; job++) {
    checker.prefetch([`Lugar ${job} a`, `Lugar ${job} b`], lisbon, newJob().context);
  }
  await settle();

  const { value, seconds } = await finish(checker.check(queries, lisbon, newJob().context), clock);

  assertEquals(outcomesOf(value), Array(10).fill("unknown"));
  assertStrictEquals(seconds, 0);
});

Deno.test("instances share the rate of the server", async () => {
  await using places = await openPlaces(manyKnown);
  const { clock, newChecker, newJob, server } = places;
  newChecker().prefetch(many.slice(0, 12), lisbon, newJob().context);
  newChecker().prefetch(many.slice(12), lisbon, newJob().context);

  await run(clock, 10);

  assert(server.queries.length >= 8 && server.queries.length <= 11, `${server.queries.length}`);
  const ofFirst = server.queries.filter((query) => many.indexOf(query) < 12).length;
  assert(ofFirst >= 3 && ofFirst <= 8, `${ofFirst}`);
});

Deno.test("check() knows nothing of three names if none of them is on the provider's map", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob } = places;
  const check = async (...queries: string[]) => {
    const { value } = await finish(newChecker().check(queries, lisbon, newJob().context), clock);
    return outcomesOf(value);
  };

  assertEquals(await check("Uno", "Dos"), ["not_found", "not_found"]);
  assertEquals(await check("Uno", "Dos", "Tres"), ["unknown", "unknown", "unknown"]);
  assertEquals(await check("Uno", "Dos", "Tres", queries[0]!), [
    "not_found",
    "not_found",
    "not_found",
    "found",
  ]);
});

Deno.test("check() asks the provider without a cache when the database cannot be read", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob, kv } = places;
  const down = () => Promise.reject(new Error("down"));
  const broken = withMethods(kv, { getMany: down, set: down });
  const store = new PlaceStore(broken, { clock, schema: PlaceAnswer });

  const { value } = await finish(
    newChecker({ store }).check(queries.slice(0, 2), lisbon, newJob().context),
    clock,
  );

  assertEquals(outcomesOf(value), ["found", "found"]);
});

Deno.test("check() knows nothing when the database gives no turns", async () => {
  await using places = await openPlaces();
  const { clock, newChecker, newJob, server } = places;
  const turn = () => Promise.reject(new Error("down"));

  const { value, seconds } = await finish(
    newChecker({ turn }).check(queries, lisbon, newJob().context),
    clock,
  );

  assertEquals(outcomesOf(value), Array(10).fill("unknown"));
  assertStrictEquals(seconds, 0);
  assertEquals(server.queries, []);
});

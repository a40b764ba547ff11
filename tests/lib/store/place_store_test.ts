import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { DAY_MS } from "../../../lib/clock.ts";
import { PlaceStore, PlaceTurns } from "../../../lib/store/place_store.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";

async function openPlaces() {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const store = new PlaceStore(kv, { clock, schema: z.object({ name: z.string() }) });
  return { kv, clock, store, [Symbol.dispose]: () => kv.close() };
}

Deno.test("read() returns the answers that were written, and no others", async () => {
  using places = await openPlaces();
  const { store } = places;
  const hashes = Array.from({ length: 25 }, (_, n) => `hash-${n}`);
  for (const hash of hashes) await store.write(hash, { name: hash }, { ttlMs: DAY_MS });

  const found = await store.read([...hashes, "unknown"]);

  assertEquals(found, new Map(hashes.map((hash) => [hash, { name: hash }])));
  assertEquals(await store.read([]), new Map());
});

Deno.test("read() returns no answer that has expired, also while KV still has it", async () => {
  using places = await openPlaces();
  const { store, clock } = places;
  await store.write("a", { name: "a" }, { ttlMs: 1_000 });

  clock.advance(999);
  assertStrictEquals((await store.read(["a"])).size, 1);
  clock.advance(1);
  assertStrictEquals((await store.read(["a"])).size, 0);
});

for (const value of [null, "text", {}, { answer: { name: 5 }, expiresAt: 1e15 }, { answer: {} }]) {
  Deno.test(`read() returns no answer for the stored value ${JSON.stringify(value)}`, async () => {
    using places = await openPlaces();
    await places.kv.set(["place", "a"], value);
    await places.store.write("b", { name: "b" }, { ttlMs: DAY_MS });

    assertEquals([...(await places.store.read(["a", "b"])).keys()], ["b"]);
  });
}

Deno.test("write() replaces an earlier answer", async () => {
  using places = await openPlaces();
  const { store } = places;
  await store.write("a", { name: "old" }, { ttlMs: DAY_MS });
  await store.write("a", { name: "new" }, { ttlMs: DAY_MS });

  assertEquals(await store.read(["a"]), new Map([["a", { name: "new" }]]));
});

const never = new AbortController().signal;

/** The clock of a machine that is wrong by some time. */
function skewed(clock: FakeClock, skewMs: number) {
  return {
    now: () => clock.now() + skewMs,
    wait: (ms: number, signal?: AbortSignal) => clock.wait(ms, signal),
  };
}

/** Takes turns all the time, and lists their true times in milliseconds since the start. */
async function takeTurns(
  turns: PlaceTurns,
  { clock, signal }: { clock: FakeClock; signal: AbortSignal },
) {
  const startedAt = clock.now();
  const taken: number[] = [];
  try {
    for (;;) {
      await turns.take(signal);
      taken.push(clock.now() - startedAt);
    }
  } catch {
    return taken;
  }
}

/** Advances the clock in small steps. In between, each instance works until it waits. */
async function run(clock: FakeClock, { ms, instances }: { ms: number; instances: number }) {
  for (let passed = 0; passed < ms; passed += 20) {
    while (clock.waiting < instances) await nextTurn();
    clock.advance(20);
  }
  while (clock.waiting < instances) await nextTurn();
}

for (const skews of [[0], [0, 0], [0, 600_000, -600_000], [0, 1_500]]) {
  Deno.test(`instances with clocks that are wrong by ${skews.join(", ")} ms take turns a second apart`, async () => {
    using places = await openPlaces();
    const { kv, clock } = places;
    const stop = new AbortController();
    const instances = skews.map((skewMs) =>
      takeTurns(new PlaceTurns(kv, { clock: skewed(clock, skewMs), intervalMs: 1_000 }), {
        clock,
        signal: stop.signal,
      })
    );

    await run(clock, { ms: 20_000, instances: skews.length });
    stop.abort();

    const taken = await Promise.all(instances);
    const all = taken.flat().toSorted((a, b) => a - b);
    const gaps = all.slice(1).map((at, index) => at - all[index]!);
    assert(gaps.every((gap) => gap >= 1_000), gaps.join(" "));
    // None is frozen, and no instance takes all turns.
    assert(all.length >= 16, all.join(" "));
    for (const own of taken) assert(own.length >= 12 / skews.length, own.join(" "));
  });
}

Deno.test("take() waits a whole interval after the clock was set back", async () => {
  using places = await openPlaces();
  const { kv, clock } = places;
  let skewMs = 0;
  const turns = new PlaceTurns(kv, {
    clock: { now: () => clock.now() + skewMs, wait: (ms, signal) => clock.wait(ms, signal) },
    intervalMs: 1_000,
  });
  await turns.take(never);
  skewMs = -3_600_000;

  const stop = new AbortController();
  const taken = takeTurns(turns, { clock, signal: stop.signal });
  await run(clock, { ms: 1_500, instances: 1 });
  stop.abort();

  assertStrictEquals((await taken).length, 1);
});

Deno.test("take() gives the first turn at once, also after an idle time", async () => {
  using places = await openPlaces();
  const { kv, clock } = places;
  const turns = new PlaceTurns(kv, { clock, intervalMs: 1_000 });

  await turns.take(never);
  clock.advance(5_000);
  await turns.take(never);
  await kv.delete(["place_turn"]);
  clock.advance(5_000);
  await turns.take(never);

  assertStrictEquals(clock.waiting, 0);
});

Deno.test("take() rejects when its signal aborts, and the next one gets the turn", async () => {
  using places = await openPlaces();
  const { kv, clock } = places;
  const turns = new PlaceTurns(kv, { clock, intervalMs: 1_000 });
  await turns.take(never);
  const abort = new AbortController();
  const turn = turns.take(abort.signal);
  abort.abort(new Error("over"));

  await assertRejects(() => turn, Error, "over");
  clock.advance(1_100);
  await turns.take(never);
});

Deno.test("take() rejects with the error of the database", async () => {
  using places = await openPlaces();
  const { kv, clock } = places;
  const broken = new Proxy(kv, {
    get: (target, name) =>
      name === "get" ? () => Promise.reject(new Error("down")) : Reflect.get(target, name),
  });

  await assertRejects(
    () => new PlaceTurns(broken, { clock, intervalMs: 1 }).take(never),
    Error,
    "down",
  );
});

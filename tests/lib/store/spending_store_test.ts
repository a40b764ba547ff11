import { assertEquals, assertStrictEquals } from "@std/assert";
import { DAY_MS } from "../../../lib/clock.ts";
import { SpendingStore } from "../../../lib/store/spending_store.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";

const TODAY = Math.floor(NOON / DAY_MS);

/** Two instances over one database. */
async function setUp() {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const open = (holder: string) => new SpendingStore(kv, { clock, holder });
  const commit = async (...changes: ((operation: Deno.AtomicOperation) => void)[]) => {
    const operation = kv.atomic();
    for (const change of changes) change(operation);
    return (await operation.commit()).ok;
  };
  const [a, b] = [open("a"), open("b")];
  return { kv, clock, a, b, commit, [Symbol.dispose]: () => kv.close() };
}

Deno.test("read() returns the sums of all instances", async () => {
  using test = await setUp();
  const { a, b } = test;
  await test.commit((c) => a.addAccepted(c), (c) => b.addAccepted(c), (c) => b.addAccepted(c));
  await test.commit((c) => a.addEnded(c, 0.25));
  await test.commit((c) => b.addEnded(c, 0.000_000_001), (c) => b.addEnded(c, 0));

  const expected = { day: TODAY, accepted: 3, ended: 3, costUsd: 0.250_000_001 };
  for (const store of [a, b]) assertEquals((await store.read()).today, expected);
});

Deno.test("simultaneous commits do not conflict, and none is lost", async () => {
  using test = await setUp();
  const { a, b } = test;
  const commits = Array.from(
    { length: 200 },
    (_, n) => test.commit((c) => (n % 2 ? a : b).addAccepted(c)),
  );
  assertEquals(new Set(await Promise.all(commits)), new Set([true]));
  assertStrictEquals((await a.read()).today.accepted, 200);
});

Deno.test("a commit that fails adds nothing", async () => {
  using test = await setUp();
  const { a } = test;
  await test.kv.set(["job"], 1);
  const ok = await test.commit(
    (c) => c.check({ key: ["job"], versionstamp: null }),
    (c) => a.addAccepted(c),
  );
  assertStrictEquals(ok, false);
  assertStrictEquals((await a.read()).today.accepted, 0);
});

Deno.test("each UTC day has its own sums, and older ones are deleted", async () => {
  using test = await setUp();
  const { a } = test;
  await test.commit((c) => a.addAccepted(c), (c) => a.addEnded(c, 2));
  test.clock.advance(DAY_MS / 2 - 1);
  await test.commit((c) => a.addAccepted(c));
  test.clock.advance(1);

  const next = await a.read();
  assertEquals(next.today, { day: TODAY + 1, accepted: 0, ended: 0, costUsd: 0 });
  assertEquals(next.yesterday, { day: TODAY, accepted: 2, ended: 1, costUsd: 2 });

  test.clock.advance(DAY_MS);
  assertStrictEquals((await a.read()).yesterday.accepted, 0);
  assertEquals(await Array.fromAsync(test.kv.list({ prefix: ["spent"] })), []);
});

Deno.test("read() skips values of other versions", async () => {
  using test = await setUp();
  await test.commit((c) => test.a.addAccepted(c));
  await test.kv.set(["spent", TODAY, 99, "accepted"], "many");
  await test.kv.set(["spent", TODAY, 99, "tokens"], new Deno.KvU64(5n));
  const { today } = await test.b.read();
  assertEquals(today, { day: TODAY, accepted: 1, ended: 0, costUsd: 0 });
});

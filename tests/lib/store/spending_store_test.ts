import { assertEquals, assertStrictEquals } from "@std/assert";
import { DAY_MS } from "../../../lib/clock.ts";
import { type Bill, noSums, SpendingStore } from "../../../lib/store/spending_store.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import type { AtomicOperation } from "../../../lib/platform/kv.ts";

const TODAY = Math.floor(NOON / DAY_MS);

const bill = (costUsd: number, more: Partial<Bill> = {}): Bill => ({
  costUsd,
  isUnpriced: false,
  isPlanPrice: false,
  ...more,
});

/** The owner of the key with a limit for its cost. */
const LIMITED = "key:limited";

/** Two instances over one database. */
async function setUp() {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const open = (holder: string) =>
    new SpendingStore(kv, {
      clock,
      holder,
      kinds: ["trip", "tour"],
      isLimited: true,
      isCostLimited: (owner) => owner === LIMITED,
    });
  const commit = async (...changes: ((operation: AtomicOperation) => void)[]) => {
    const operation = kv.atomic();
    for (const change of changes) change(operation);
    return (await operation.commit()).ok;
  };
  const [a, b] = [open("a"), open("b")];
  const job = (kind = "trip", owner: string | null = null) => ({
    kind,
    createdAt: clock.now(),
    owner,
  });
  return { kv, clock, a, b, job, commit, [Symbol.dispose]: () => kv.close() };
}

Deno.test("read() returns the sums of all instances, by kind", async () => {
  using test = await setUp();
  const { a, b, job } = test;
  await test.commit((c) => a.addAccepted(c, job()), (c) => b.addAccepted(c, job()));
  await test.commit((c) => b.addAccepted(c, job("tour")), (c) => b.addReplayed(c, job()));
  await test.commit((c) => a.addEnded(c, job(), bill(0.25, { isPlanPrice: true })));
  await test.commit((c) => b.addEnded(c, job(), bill(0.000_000_001, { isUnpriced: true })));
  await test.commit((c) => b.addEnded(c, job("tour"), bill(0)), (c) => b.addUnpriced(c, job()));

  const trip = {
    accepted: 2,
    replayed: 1,
    closed: 2,
    cost: 0.250_000_001,
    unpriced: 2,
    plans: 1,
    planCost: 0.25,
  };
  const kinds = new Map([["trip", trip], ["tour", { ...noSums(), accepted: 1, closed: 1 }]]);
  for (const store of [a, b]) assertEquals((await store.read()).today, { day: TODAY, kinds });
});

Deno.test("jobs of other kinds, such as callbacks, do not count", async () => {
  using test = await setUp();
  const { a, job } = test;
  await test.commit(
    (c) => a.addAccepted(c, job("callback")),
    (c) => a.addReplayed(c, job("callback")),
    (c) => a.addUnpriced(c, job("callback")),
    (c) => a.addEnded(c, job("callback"), bill(1)),
  );
  assertEquals((await a.read()).today.kinds, new Map());
});

Deno.test("simultaneous commits do not conflict, and none is lost", async () => {
  using test = await setUp();
  const { a, b, job } = test;
  const commits = Array.from(
    { length: 200 },
    (_, n) => test.commit((c) => (n % 2 ? a : b).addAccepted(c, job())),
  );
  assertEquals(new Set(await Promise.all(commits)), new Set([true]));
  assertStrictEquals((await a.read()).today.kinds.get("trip")?.accepted, 200);
});

Deno.test("a commit that fails adds nothing", async () => {
  using test = await setUp();
  const { a, job } = test;
  await test.kv.set(["job"], 1);
  const ok = await test.commit(
    (c) => c.check({ key: ["job"], versionstamp: null }),
    (c) => a.addAccepted(c, job()),
  );
  assertStrictEquals(ok, false);
  assertEquals((await a.read()).today.kinds, new Map());
});

Deno.test("each UTC day has its own sums, and older ones are deleted", async () => {
  using test = await setUp();
  const { a, job } = test;
  await test.commit((c) => a.addAccepted(c, job()));
  test.clock.advance(DAY_MS / 2 - 1);
  const late = job();
  await test.commit((c) => a.addAccepted(c, late));
  test.clock.advance(1);

  // A job that ends after midnight costs on the day of its end, but was open the day before.
  await test.commit((c) => a.addEnded(c, late, bill(2)));
  const next = await a.read();
  assertEquals(next.today.day, TODAY + 1);
  assertEquals(next.today.kinds.get("trip"), { ...noSums(), cost: 2 });
  assertEquals(next.yesterday.kinds.get("trip"), { ...noSums(), accepted: 2, closed: 1 });

  test.clock.advance(DAY_MS);
  assertEquals((await a.read()).yesterday.kinds.get("trip"), { ...noSums(), cost: 2 });
  test.clock.advance(DAY_MS);
  // Its day is deleted already.
  await test.commit((c) => a.addEnded(c, late, bill(0)));
  await a.read();
  assertEquals(await Array.fromAsync(test.kv.list({ prefix: ["spent"] })), []);
});

Deno.test("read() skips values of other versions", async () => {
  using test = await setUp();
  await test.commit((c) => test.a.addAccepted(c, test.job()));
  await test.kv.set(["spent", TODAY, 99, "trip", "accepted"], "many");
  await test.kv.set(["spent", TODAY, 99, "trip", "tokens"], new Deno.KvU64(5n));
  await test.kv.set(["spent", TODAY, 99, "accepted"], new Deno.KvU64(5n));
  const { today } = await test.b.read();
  assertEquals(today, { day: TODAY, kinds: new Map([["trip", { ...noSums(), accepted: 1 }]]) });
});

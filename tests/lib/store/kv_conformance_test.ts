/** What the stores need of a database: in memory, and over KV Connect. */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { Kv } from "../../../lib/platform/kv.ts";
import { ATOMIC_LIMITS, REMOTE_CHECKS } from "../../../lib/store/kv_limits.ts";
import { bothTest, workDirectory } from "../../../testing/databases.ts";
import { withWaitLimit } from "../../../testing/wait_limit.ts";

/** Registers a test with an empty database. */
function kvTest(name: string, run: (kv: Kv) => Promise<void>): void {
  bothTest(name, async (sort) => {
    await using directory = await workDirectory(sort);
    using kv = await directory.database.openEmpty();
    await run(kv);
  });
}

kvTest("a commit whose check fails writes nothing, and does not throw", async (kv) => {
  const first = await kv.set(["checked"], 1);
  await kv.set(["checked"], 2);
  const stale = { key: ["checked"], versionstamp: first.versionstamp };
  const absent = { key: ["checked"], versionstamp: null };
  for (const check of [stale, absent]) {
    assertEquals(await kv.atomic().check(check).set(["other"], 1).commit(), { ok: false });
  }
  assertEquals((await kv.get(["other"])).value, null);
  const entry = await kv.get(["checked"]);
  assertStrictEquals((await kv.atomic().check(entry).set(["other"], 1).commit()).ok, true);
});

kvTest("all writes of a commit have one version, which grows with each commit", async (kv) => {
  const first = await kv.atomic().set(["a"], 1).set(["b"], 1).delete(["c"]).commit();
  assert(first.ok);
  const entries = await kv.getMany([["a"], ["b"]]);
  assertEquals(entries.map(({ versionstamp }) => versionstamp), Array(2).fill(first.versionstamp));
  const second = await kv.set(["a"], 2);
  assert(second.versionstamp > first.versionstamp);
});

kvTest("a value is read as it was written", async (kv) => {
  const value = {
    text: "é 東京 🗼",
    empty: "",
    none: null,
    missing: undefined,
    numbers: [0, -1, 1.5, 2 ** 53],
    big: 2n ** 80n,
    bytes: new Uint8Array([0, 1, 255]),
    nested: { list: [{ deep: true }] },
  };
  await kv.set(["value"], value);
  assertEquals((await kv.get(["value"])).value, value);
});

kvTest("a list is sorted by key parts, and can be continued, reversed and limited", async (kv) => {
  const numbers = [...Array(25).keys()];
  for (const n of numbers.toReversed()) await kv.set(["list", n, "id"], n);
  await kv.set(["lisu"], "not in the list");
  const read = async (...parameters: Parameters<Kv["list"]>) =>
    (await Array.fromAsync(kv.list(...parameters))).map(({ value }) => value);
  const prefix = ["list"];
  assertEquals(await read({ prefix }, { batchSize: 10 }), numbers);
  assertEquals(await read({ prefix }, { reverse: true, limit: 3 }), [24, 23, 22]);
  assertEquals(await read({ prefix, start: ["list", 20] }), [20, 21, 22, 23, 24]);
  assertEquals(await read({ prefix, end: ["list", 2] }), [0, 1]);
  const page = kv.list({ prefix }, { limit: 5 });
  await Array.fromAsync(page);
  assertEquals(await read({ prefix }, { limit: 5, cursor: page.cursor }), [5, 6, 7, 8, 9]);
});

kvTest("sums of many commits at once add up", async (kv) => {
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => kv.atomic().sum(["sum"], BigInt(n)).commit()),
  );
  const { value } = await kv.get<{ value: bigint }>(["sum"]);
  assertStrictEquals(value?.value, 190n);
});

kvTest(
  "the largest value and the largest commit are taken, and larger ones are a TypeError",
  async (kv) => {
    // Less than 64 KiB, because the value has a header.
    const largest = new Uint8Array(65_000);
    const values = Math.floor(ATOMIC_LIMITS.bytes / (largest.length + 100));
    const commit = kv.atomic();
    for (let n = 0; n < values; n++) commit.set(["large", n], largest);
    assertStrictEquals((await commit.commit()).ok, true);
    const many = kv.atomic();
    for (let n = 0; n < ATOMIC_LIMITS.writes; n++) many.set(["small", n], n);
    for (let n = 0; n < REMOTE_CHECKS; n++) {
      many.check({ key: ["absent", n], versionstamp: null });
    }
    assertStrictEquals((await many.commit()).ok, true);
    assertStrictEquals((await Array.fromAsync(kv.list({ prefix: ["large"] }))).length, values);
    assertStrictEquals(
      (await Array.fromAsync(kv.list({ prefix: ["small"] }))).length,
      ATOMIC_LIMITS.writes,
    );
    // The group commit tells by the type of the error that nothing was written.
    await assertRejects(
      async () => await kv.atomic().set(["too large"], new Uint8Array(70_000)).commit(),
      TypeError,
    );
  },
);

kvTest("a watch reports the latest value, and ends when it is canceled", async (kv) => {
  const reader = kv.watch<[string]>([["watched"]]).getReader();
  assertStrictEquals((await reader.read()).value?.[0].value, null);
  await kv.set(["watched"], "new");
  let seen: string | null | undefined;
  while (seen !== "new") {
    const { value } = await withWaitLimit(reader.read(), () => `a change after ${seen}`);
    seen = value?.[0].value;
  }
  await reader.cancel();
  assertStrictEquals((await reader.read()).done, true);
});

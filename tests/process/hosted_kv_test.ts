/**
 * The database of the simulated Deno Deploy does what a database in memory does, over Deno's own
 * client of KV Connect.
 */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { HostedKv } from "../../testing/kv_connect/hosted_kv.ts";
import { withWaitLimit } from "../../testing/wait_limit.ts";

/** Starts a database, and opens it. `await using` ends both. */
async function openHosted(options?: ConstructorParameters<typeof HostedKv>[0]) {
  const hosted = new HostedKv(options);
  const before = Deno.env.get("DENO_KV_ACCESS_TOKEN");
  Deno.env.set("DENO_KV_ACCESS_TOKEN", hosted.token);
  const [kv, replica] = [
    await Deno.openKv(hosted.url("test")),
    await Deno.openKv(`${hosted.url("test")}/replica`),
  ];
  return {
    hosted,
    kv,
    replica,
    async [Symbol.asyncDispose]() {
      kv.close();
      replica.close();
      await hosted[Symbol.asyncDispose]();
      if (before === undefined) Deno.env.delete("DENO_KV_ACCESS_TOKEN");
      else Deno.env.set("DENO_KV_ACCESS_TOKEN", before);
    },
  };
}

const key = fc.tuple(fc.constantFrom("a", "b"), fc.nat({ max: 3 }));
const counter = fc.tuple(fc.constant("n"), fc.nat({ max: 1 }));
const step = fc.oneof(
  fc.record({ do: fc.constant("set" as const), key, value: fc.jsonValue() }),
  fc.record({ do: fc.constant("delete" as const), key }),
  fc.record({ do: fc.constantFrom("sum", "min", "max"), key: counter, n: fc.bigInt(0n, 9n) }),
);
const transaction = fc.record({
  checks: fc.array(fc.record({ key, isCurrent: fc.boolean() }), { maxLength: 2 }),
  steps: fc.array(step, { minLength: 1, maxLength: 3 }),
});
type Transaction = typeof transaction extends fc.Arbitrary<infer T> ? T : never;

/** Commits a transaction. Returns whether all checks passed. */
async function commit(kv: Deno.Kv, { checks, steps }: Transaction): Promise<boolean> {
  const operation = kv.atomic();
  for (const { key, isCurrent } of checks) {
    const { versionstamp } = await kv.get(key);
    const other = versionstamp === null ? "0".repeat(20) : null;
    operation.check({ key, versionstamp: isCurrent ? versionstamp : other });
  }
  for (const one of steps) {
    if (one.do === "set") operation.set(one.key, one.value);
    else if (one.do === "delete") operation.delete(one.key);
    else operation[one.do as "sum" | "min" | "max"](one.key, one.n);
  }
  return (await operation.commit()).ok;
}

/** Everything in a database, read in several ways. */
async function contentOf(kv: Deno.Kv) {
  const read = async (...args: Parameters<Deno.Kv["list"]>) =>
    (await Array.fromAsync(kv.list(...args))).map(({ key, value }) => [key, value]);
  return {
    all: await read({ prefix: [] }, { batchSize: 3 }),
    last: await read({ prefix: ["a"] }, { reverse: true, limit: 2 }),
    part: await read({ start: ["a", 1], end: ["b", 2] }),
    many: (await kv.getMany([["a", 0], ["b", 0], ["n", 0]])).map(({ value }) => value),
  };
}

Deno.test("the hosted database answers as one in memory does", async () => {
  await using opened = await openHosted();
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { maxLength: 8 }), async (transactions) => {
      using memory = await Deno.openKv(":memory:");
      for await (const { key } of opened.kv.list({ prefix: [] })) await opened.kv.delete(key);
      for (const one of transactions) {
        assertStrictEquals(await commit(opened.kv, one), await commit(memory, one));
      }
      assertEquals(await contentOf(opened.kv), await contentOf(memory));
    }),
    { numRuns: 40, seed: 1 },
  );
});

Deno.test("the hosted database has no queue, and counts requests", async () => {
  await using opened = await openHosted();
  await assertRejects(() => opened.kv.enqueue("message"), Error, "not supported");
  await opened.kv.set(["a"], 1);
  await opened.kv.atomic().check({ key: ["a"], versionstamp: null }).set(["a"], 2).commit();
  await opened.kv.get(["a"]);
  await opened.replica.get(["a"], { consistency: "eventual" });
  assertEquals(opened.hosted.requests("test"), {
    reads: 1,
    commits: 2,
    conflicts: 1,
    watches: 0,
    eventual: 1,
  });
});

Deno.test("the copy of the hosted database is old, and refuses strong reads", async () => {
  await using opened = await openHosted({ lagMs: 60_000 });
  await opened.kv.set(["a"], 1);
  const { value } = await opened.replica.get(["a"], { consistency: "eventual" });
  assertStrictEquals(value, null);
  assertStrictEquals((await opened.kv.get(["a"])).value, 1);
  await assertRejects(() => opened.replica.get(["a"]), Error, "Strong consistency");
});

Deno.test("a watch of the hosted database shows what its keys have", async () => {
  await using opened = await openHosted();
  const watch = opened.kv.watch([["a"], ["b"]]).getReader();
  const next = async () => {
    const { value } = await withWaitLimit(watch.read(), () => "a change");
    return value!.map(({ value }) => value);
  };
  assertEquals(await next(), [null, null]);
  await opened.kv.set(["b"], 1);
  assertEquals(await next(), [null, 1]);
  await opened.kv.delete(["b"]);
  assertEquals(await next(), [null, null]);
  await watch.cancel();
});

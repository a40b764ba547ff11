import { assertEquals, assertStrictEquals } from "@std/assert";
import { BulkTurns } from "../../../lib/store/bulk_turns.ts";
import { HOUR, queuedJob } from "../../../testing/jobs.ts";
import { openStore } from "../../../testing/stores.ts";

async function openTurns() {
  const env = await openStore();
  const { store, kv, clock } = env;
  const jobs = [queuedJob({ kind: "bulk" }), queuedJob({ kind: "bulk" })];
  for (const job of jobs) await store.accept(job);
  const [a, b] = jobs.map(({ id }) => id) as [string, string];
  const turns = new BulkTurns(kv, { clock, ttlMs: 24 * HOUR });
  return { store, kv, clock, turns, a, b, [Symbol.dispose]: () => env[Symbol.dispose]() };
}

Deno.test("take() gives the turn of a sort to one bulk job, which keeps it until it ends", async () => {
  using env = await openTurns();
  const takes = () =>
    Promise.all([env.turns.take("replay", env.a), env.turns.take("replay", env.b)]);
  assertEquals(await takes(), [true, false]);
  assertEquals(await takes(), [true, false]);
  assertStrictEquals(await env.turns.take("cancel", env.b), true);
  await env.store.cancel(env.a);
  assertStrictEquals(await env.turns.take("replay", env.b), true);
});

const gone: [name: string, lose: (env: Awaited<ReturnType<typeof openTurns>>) => unknown][] = [
  ["has expired", ({ clock }) => clock.advance(24 * HOUR)],
  ["does not exist", ({ kv, a }) => kv.delete(["job", a])],
  ["is not readable", ({ kv, a }) => kv.set(["job", a], { schema: 99 })],
];

for (const [name, lose] of gone) {
  Deno.test(`take() gives a turn on whose job ${name}`, async () => {
    using env = await openTurns();
    await env.turns.take("replay", env.a);
    await lose(env);
    assertStrictEquals(await env.turns.take("replay", env.b), true);
  });
}

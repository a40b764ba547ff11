import { assertEquals, assertStrictEquals } from "@std/assert";
import { NOON } from "../../../testing/fake_clock.ts";
import { newJobId } from "../../../lib/job/job_id.ts";
import { HOUR, limits, queuedJob } from "../../../testing/jobs.ts";
import { acceptAndClaim, countDue, dueIn, fault, openStore } from "../../../testing/stores.ts";
import type { KvKey } from "../../../lib/platform/kv.ts";

Deno.test("due() lists only due jobs, longest due first", async () => {
  using env = await openStore();
  const jobs = [3, 1, 2].map((second) => queuedJob({ now: NOON + second * 1_000 }));
  for (const job of jobs) await env.store.accept(job);
  env.clock.advance(2_000);
  assertEquals(await dueIn(env.store), [jobs[1]!.id, jobs[2]!.id]);
  assertStrictEquals(await countDue(env.kv), 3);
});

Deno.test("dueKeys() lists the keys of all waiting jobs of a kind in a part of the index", async () => {
  using env = await openStore();
  const jobs = [1, 2, 3, 4].map((second) => queuedJob({ now: NOON + second * 1_000 }));
  for (const job of [...jobs, queuedJob({ kind: "other" })]) await env.store.accept(job);
  const [, second, , fourth] = jobs.map(({ runAt, id }) => ["due", "test", runAt, id]);
  const idsOf = async (range: { from?: KvKey; end?: KvKey }) =>
    (await Array.fromAsync(env.store.index.dueKeys("test", range))).map((key) => key[3]);
  const ids = jobs.map(({ id }) => id);
  assertEquals(await idsOf({}), ids);
  assertEquals(await idsOf({ from: second! }), ids.slice(1));
  assertEquals(await idsOf({ end: fourth! }), ids.slice(0, 3));
  assertEquals(await idsOf({ from: second!, end: fourth! }), ids.slice(1, 3));
});

Deno.test("due() yields the kind and the deadline without reading the records", async () => {
  using env = await openStore();
  const fresh = queuedJob();
  await env.store.accept(fresh);
  const lease = await acceptAndClaim(env.store);
  await env.store.retry(lease, { failure: fault, runAt: NOON });
  await env.kv.set(["due", "test", NOON, "zz"], "from another version");
  await env.kv.set(["due", "other", NOON, "zy"], NOON);
  const due = await Array.fromAsync(env.store.index.due("test"));
  const common = { kind: "test", place: NOON };
  assertEquals(
    new Set(due),
    new Set([
      // A job that never started fails a quarter of an hour before it expires.
      { ...common, id: fresh.id, deadline: fresh.expiresAt - limits.timeoutMs },
      { ...common, id: lease.job.id, deadline: NOON + limits.timeoutMs },
      { ...common, id: "zz", deadline: 0 },
    ]),
  );
});

Deno.test("expiredForMs() returns for how long the oldest expired job has been stored", async () => {
  using env = await openStore();
  assertStrictEquals(await env.store.index.expiredForMs(), 0);
  const id = (now: number) => newJobId(now);
  for (const now of [NOON, NOON + 60_000]) {
    await env.store.accept(queuedJob({ id: id(now), now, ttlMs: HOUR }));
  }
  env.clock.advance(HOUR - 1);
  assertStrictEquals(await env.store.index.expiredForMs(), 0);
  env.clock.advance(90_001);
  assertStrictEquals(await env.store.index.expiredForMs(), 90_000);
});

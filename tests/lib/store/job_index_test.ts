import { assertEquals, assertStrictEquals } from "@std/assert";
import { NOON } from "../../../testing/fake_clock.ts";
import { HOUR, limits, queuedJob } from "../../../testing/jobs.ts";
import {
  acceptAndClaim,
  claim,
  countDue,
  dueIn,
  fault,
  openStore,
  plan,
} from "../../../testing/stores.ts";

const A = "instance-a";
const B = "instance-b";

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
  const idsOf = async (range: { from?: Deno.KvKey; end?: Deno.KvKey }) =>
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

Deno.test("every way to fail creates a dead letter, listed newest first", async () => {
  using env = await openStore();
  const { store, clock } = env;
  const failed = await acceptAndClaim(store);
  await store.fail(failed, { failure: fault });
  clock.advance(1);
  const late = await acceptAndClaim(store);
  await store.retry(late, { failure: fault, runAt: NOON });
  clock.advance(limits.timeoutMs);
  await claim(store, late.job.id, { holder: B });
  clock.advance(1);
  const crashed = await acceptAndClaim(store);
  const worn = { ...crashed.job, attempt: limits.maxAttempts };
  await env.kv.set(["job", worn.id], worn);
  await store.rescue({ id: worn.id, holder: A, attempt: worn.attempt });

  const letters = await store.index.deadLetters({ limit: 10 });
  assertEquals(letters.map(({ id, failure }) => [id, failure.code]), [
    [crashed.job.id, "worker_lost"],
    [late.job.id, "deadline_exceeded"],
    [failed.job.id, "upstream_error"],
  ]);
  assertStrictEquals(letters[2]?.finishedAt, NOON);
  assertStrictEquals(letters[2]?.kind, "test");
  assertStrictEquals((await store.index.deadLetters({ limit: 1 })).length, 1);
  const succeeded = await acceptAndClaim(store);
  await store.complete(succeeded, plan);
  await store.cancel((await acceptAndClaim(store)).job.id);
  assertStrictEquals((await store.index.deadLetters({ limit: 10 })).length, 3);
});

Deno.test("an expired dead letter is not listed", async () => {
  using env = await openStore();
  const { store, clock } = env;
  const job = queuedJob();
  await store.accept(job);
  await store.fail((await claim(store, job.id, { holder: A }))!, { failure: fault });
  clock.advance(24 * HOUR);
  assertEquals(await store.index.deadLetters({ limit: 10 }), []);
});

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { randomBytes } from "node:crypto";
import { noProgress } from "../../../lib/job/progress.ts";
import { openStores } from "../../../testing/runtimes.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { queuedJob } from "../../../testing/jobs.ts";
import { acceptAndClaim, claim, finished, openStore, step } from "../../../testing/stores.ts";

const A = "instance-a";
const B = "instance-b";

const found = (responseId: string | null) => ({ responseId, orphanId: null });
const notFound = found(null);

Deno.test("readStep() returns a step that an earlier attempt has finished", async () => {
  using env = await openStore();
  const first = await acceptAndClaim(env.store);
  const output = { text: randomBytes(200_000).toString("hex") };
  assertEquals(await env.store.checkpoints.readStep(first, step), notFound);
  assertStrictEquals(
    await env.store.checkpoints.saveStep(first, step, { ...finished, output }),
    "saved",
  );
  await env.store.release(first, { runAt: NOON });
  const second = await claim(env.store, first.job.id, { holder: B });
  assert(second);
  assertEquals(await env.store.checkpoints.readStep(second, step), { ...finished, output });
  const otherStep = { ...step, promptVersion: "test-2" };
  assertEquals(await env.store.checkpoints.readStep(second, otherStep), notFound);
});

Deno.test("readStep() treats a damaged step as not finished", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  const key = [lease.job.id, step.promptVersion, step.name];
  const damages = [
    () => env.kv.set(["step", ...key], "no reference"),
    () => env.kv.set(["step", ...key], { output: { parts: 1, bytes: 30 } }),
    () => env.kv.set(["output", ...key, 0], new Uint8Array([1, 2, 3])),
    () => env.kv.delete(["output", ...key, 0]),
  ];
  for (const damage of damages) {
    await env.store.checkpoints.saveStep(lease, step, finished);
    assertEquals(await env.store.checkpoints.readStep(lease, step), finished);
    await damage();
    assertEquals(await env.store.checkpoints.readStep(lease, step), notFound);
  }
});

Deno.test("readOutput() reads a finished step without a lease, also after the end of the job", async () => {
  using env = await openStore();
  const { checkpoints } = env.store;
  const lease = await acceptAndClaim(env.store);
  const { id } = lease.job;
  assertStrictEquals(await checkpoints.readOutput(id, step), undefined);
  await checkpoints.saveStep(lease, step, finished);
  await env.store.cancel(id);
  assertEquals(await checkpoints.readOutput(id, step), finished.output);
  await env.kv.delete(["output", id, step.promptVersion, step.name, 0]);
  assertStrictEquals(await checkpoints.readOutput(id, step), undefined);
});

Deno.test("readStep() throws when a read fails, so that no finished step is paid for again", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  const lease = (await claim(env.store, job.id, { holder: A }))!;
  await env.store.checkpoints.saveStep(lease, step, finished);
  const kv = new Proxy(env.kv, {
    get: (target, name) =>
      name === "getMany"
        ? () => Promise.reject(new Error("database lost"))
        : Reflect.get(target, name),
  });
  const { store } = openStores(kv, { clock: new FakeClock() });
  await assertRejects(() => store.checkpoints.readStep(lease, step), Error, "database lost");
});

Deno.test("readStep() throws when the output cannot be read for a moment", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const { store } = openStores(kv, { clock: new FakeClock() });
  const lease = await acceptAndClaim(store);
  await store.checkpoints.saveStep(lease, step, finished);
  hooks.get = ([sort]) =>
    sort === "output" ? Promise.reject(new Error("database lost")) : undefined;
  await assertRejects(() => store.checkpoints.readStep(lease, step), Error, "database lost");
  kv.close();
});

Deno.test("report() keeps the newest progress when not all of it fits into a value", async () => {
  using env = await openStore();
  const job = queuedJob();
  await env.store.accept(job);
  const lease = (await claim(env.store, job.id, { holder: A }))!;
  const reasoningSummaries = ["é".repeat(10_000), "ö".repeat(10_000), "ü".repeat(10_000)];
  assertStrictEquals(
    await env.store.checkpoints.report(lease, { ...noProgress, reasoningSummaries }),
    "saved",
  );
  assertEquals((await env.store.read(job.id))?.progress.reasoningSummaries, [
    reasoningSummaries[2],
  ]);
});

Deno.test("a response id is found although the output of its step is damaged", async () => {
  using env = await openStore();
  const lease = await acceptAndClaim(env.store);
  await env.store.checkpoints.saveStep(lease, step, finished);
  await env.kv.delete(["output", lease.job.id, step.promptVersion, step.name, 0]);
  await env.store.checkpoints.saveResponse(lease, step, "resp_1");
  assertEquals(await env.store.checkpoints.readStep(lease, step), found("resp_1"));
});

Deno.test("storedResponses() lists all responses of a job, and of no other job", async () => {
  using env = await openStore();
  const [lease, other] = [await acceptAndClaim(env.store), await acceptAndClaim(env.store)];
  const long = `resp_${"x".repeat(2_000)}`;
  await env.store.checkpoints.saveResponse(lease, step, "resp_1");
  await env.store.checkpoints.saveStep(lease, step, finished);
  await env.store.checkpoints.saveResponse(lease, { ...step, name: "turn-2" }, long);
  await env.store.checkpoints.saveResponse(other, step, "resp_3");
  const found = await env.store.checkpoints.storedResponses(lease.job.id);
  assertEquals(found.toSorted(), ["resp_1", long].toSorted());
});

Deno.test("a response id is found by its own job and step only", async () => {
  using env = await openStore();
  const [lease, other] = [await acceptAndClaim(env.store), await acceptAndClaim(env.store)];
  await env.store.checkpoints.saveResponse(lease, step, "resp_1");
  assertEquals(await env.store.checkpoints.readStep(lease, step), found("resp_1"));
  assertEquals(await env.store.checkpoints.readStep(other, step), notFound);
  assertEquals(
    await env.store.checkpoints.readStep(lease, { ...step, name: "turn-2" }),
    notFound,
  );
  assertEquals(
    await env.store.checkpoints.readStep(lease, { ...step, promptVersion: "test-2" }),
    {
      responseId: null,
      orphanId: "resp_1",
    },
  );
  assertStrictEquals(await env.store.checkpoints.openResponse(lease.job.id), "resp_1");
  assertStrictEquals(await env.store.checkpoints.openResponse(other.job.id), null);
});

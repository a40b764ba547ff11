import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Metrics } from "../../../lib/metrics/metrics.ts";
import { testKind } from "../../../testing/jobs.ts";
import { openRuntimes, submit } from "../../../testing/runtimes.ts";

/** The counters of an instance that are not 0. */
async function countersOf(metrics: Metrics): Promise<string[]> {
  return (await metrics.collect()).flatMap(({ name, points }) =>
    points.flatMap(({ attributes, value }) =>
      typeof value === "number" && value > 0 && /leases|rescues|attempts/.test(name)
        ? [`${name} ${Object.values(attributes).join()} ${value}`]
        : []
    )
  );
}

/** Two instances; instance `a` works on a job until its signal aborts. */
async function setUp() {
  const kind = testKind((_request, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
  );
  const env = await openRuntimes({ kinds: [kind] });
  const { job } = await submit(env.a, env.kind, { text: "hello" });
  await env.settled();
  return { ...env, id: job.id, [Symbol.dispose]: () => env[Symbol.dispose]() };
}

Deno.test("an instance whose job was taken counts a lost lease", async () => {
  using env = await setUp();
  const record = (await env.store.read(env.id))!.job;
  assertStrictEquals(record.state, "running");
  const [held] = await env.store.index.heldBy(record.state === "running" ? record.holder : "");
  // The store of the test is another instance, which counts nothing here.
  await env.store.rescue(held!);
  await env.a.instance.beat();
  await env.settled();
  assertEquals(await countersOf(env.a.metrics), ["tripwright.leases.lost test 1"]);
});

Deno.test("an instance whose job was canceled elsewhere counts no lost lease", async () => {
  using env = await setUp();
  await env.b.jobs.cancel(env.kind, env.id);
  await env.a.instance.beat();
  await env.settled();
  assertEquals(await countersOf(env.a.metrics), []);
  assertEquals(await countersOf(env.b.metrics), ["tripwright.attempts test,canceled 1"]);
});

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { jobOf, openRuntimes, submit } from "../../../testing/runtimes.ts";
import { testKind } from "../../../testing/jobs.ts";

Deno.test("a canceled job is stopped at once, and stays canceled", async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const kind = testKind((_request, context) => {
    begun.resolve(context.signal);
    return new Promise(() => {});
  });
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  const signal = await begun.promise;
  const canceled = await env.a.jobs.cancel(kind, id);
  assertStrictEquals(canceled?.job.state, "canceled");
  assertStrictEquals(signal.aborted, true);
  await env.a.instance.idle();
  await env.a.instance.sweep();
  assertStrictEquals((await jobOf(env.store, id)).state, "canceled");
});

Deno.test("a job that is canceled through another instance is stopped within a second", async () => {
  const begun = Promise.withResolvers<AbortSignal>();
  const kind = testKind((_request, context) => {
    begun.resolve(context.signal);
    return new Promise(() => {});
  });
  using env = await openRuntimes({ kinds: [kind], leaseMs: 300_000 });
  env.a.instance.start();
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  const signal = await begun.promise;
  await env.b.jobs.cancel(kind, id);
  const canceledAt = env.clock.now();
  while (!signal.aborted) {
    env.clock.advance(100);
    await env.settled();
  }
  assert(env.clock.now() - canceledAt <= 1_000, `${env.clock.now() - canceledAt} ms`);
  await env.a.instance.idle();
  await env.a.instance.stop(0);
});

Deno.test("cancel() does not change a job of another kind, or one that has ended", async () => {
  using env = await openRuntimes();
  const { job: { id } } = await submit(env.a, env.kind, { text: "hello" });
  await env.a.instance.idle();
  const before = await env.store.read(id);
  assertStrictEquals(await env.a.jobs.cancel({ ...env.kind, name: "other" }, id), null);
  assertEquals(await env.a.jobs.cancel(env.kind, id), before);
  assertStrictEquals(await env.a.jobs.cancel(env.kind, crypto.randomUUID()), null);
});

import { assertStrictEquals } from "@std/assert";
import { nextTurn } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { testKind, upstreamError } from "../../../testing/jobs.ts";
import { openRuntimesOn, submit } from "../../../testing/runtimes.ts";
import type { KvListOptions, KvListSelector } from "../../../lib/platform/kv.ts";

Deno.test("a heartbeat that began in an earlier attempt does not affect the next attempt", async () => {
  const first = Promise.withResolvers<never>();
  const second = Promise.withResolvers<void>();
  let runs = 0;
  const kind = testKind(async ({ text }) => {
    if (++runs === 1) return await first.promise;
    await second.promise;
    return { text };
  });
  const inner = await Deno.openKv(":memory:");
  const { kv: hooked, hooks } = hookKv(inner);
  const read = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const kv = new Proxy(hooked, {
    get(target, name) {
      if (name !== "list") return Reflect.get(target, name, target);
      return (selector: KvListSelector, options: KvListOptions) => {
        if (!("prefix" in selector) || selector.prefix[0] !== "running") {
          return hooked.list(selector, options);
        }
        return (async function* () {
          await read.promise;
          const all = await Array.fromAsync(inner.list(selector, options));
          await answer.promise;
          yield* all;
        })();
      };
    },
  });
  using env = openRuntimesOn(kv, { kinds: [kind], random: () => 0 });
  const { job: { id } } = await submit(env.a, env.kind, { text: "x" });
  while (runs < 1) await nextTurn();
  // The heartbeat notes the first attempt, and asks the database what this instance holds.
  const beat = env.a.instance.beat();
  for (let n = 0; n < 10; n++) await nextTurn();
  const claiming = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  hooks.commit = async (sets, run) => {
    if (sets.some(([sort]) => sort === "running")) {
      claiming.resolve();
      await go.promise;
    }
    return await run();
  };
  // The job is retried at once. The database is read between the attempts, and answers late.
  first.reject(upstreamError());
  await claiming.promise;
  read.resolve();
  for (let n = 0; n < 10; n++) await nextTurn();
  go.resolve();
  while (runs < 2) await nextTurn();
  answer.resolve();
  await beat;
  second.resolve();
  await env.a.instance.idle();
  assertStrictEquals((await env.a.jobs.read(kind, id))?.job.state, "succeeded");
});

import { assertEquals } from "@std/assert";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { openRuntimesOn } from "../../../testing/runtimes.ts";

Deno.test("a request that is refused for its budget takes no place in the queue", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = openRuntimesOn(kv, { maxQueuedJobs: 3, dailyJobsPerKey: 1 });
  const caller = { id: "key:1", owner: "key:1" };
  // A scan takes 60 ms, so a "full" result is reused for ten times as long.
  hooks.list = (selector) => {
    if ("prefix" in selector && selector.prefix[0] === "due") env.clock.advance(60);
  };
  const submit = async (options = {}) =>
    (await env.a.jobs.submit(env.kind, { text: crypto.randomUUID() }, options)).outcome;
  const outcomes = [await submit({ caller })];
  await env.a.instance.idle();
  env.clock.advance(1_000);
  for (let n = 0; n < 3; n++) outcomes.push(await submit({ caller }));
  outcomes.push(await submit());
  const spent = "budget spent";
  await env.a.instance.idle();
  assertEquals(outcomes, ["accepted", spent, spent, spent, "accepted"]);
});

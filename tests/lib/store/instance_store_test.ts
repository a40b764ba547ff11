import { assertEquals, assertStrictEquals } from "@std/assert";
import { openStore } from "../../../testing/stores.ts";

const A = "instance-a";

Deno.test("forget() removes a silent instance, and never one whose heartbeat continues", async () => {
  using env = await openStore();
  await env.instances.beat(A);
  const [first] = await env.instances.list();
  await env.instances.beat(A);
  await env.instances.forget(first!);
  assertStrictEquals((await env.instances.list()).length, 1);
  const [second] = await env.instances.list();
  await env.instances.forget(second!);
  assertEquals(await env.instances.list(), []);
});

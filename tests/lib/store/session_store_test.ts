import { assertEquals, assertStrictEquals } from "@std/assert";
import { SESSION_MS, SessionStore } from "../../../lib/store/session_store.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import type { AtomicOperation } from "../../../lib/platform/kv.ts";

Deno.test("a session is found until it ends, on all instances", async () => {
  using kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const [here, there] = [new SessionStore(kv, clock), new SessionStore(kv, clock)];
  const id = await here.start("Ann");
  assertEquals(await there.find(id), { name: "Ann", expiresAt: NOON + SESSION_MS });
  await there.end(id);
  await there.end(id);
  assertStrictEquals(await here.find(id), null);
});

Deno.test("a session lasts twelve hours, although KV still has its key", async () => {
  using kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const sessions = new SessionStore(kv, clock);
  const id = await sessions.start("Ann");
  clock.advance(SESSION_MS - 1);
  assertStrictEquals((await sessions.find(id))?.name, "Ann");
  clock.advance(1);
  assertStrictEquals(await sessions.find(id), null);
});

Deno.test("the key of a session does not contain its id, and expires with it", async () => {
  using kv = await Deno.openKv(":memory:");
  const sets: Parameters<AtomicOperation["set"]>[] = [];
  const begin = kv.atomic.bind(kv);
  kv.atomic = () => {
    const operation = begin();
    const set = operation.set.bind(operation);
    operation.set = (...args: Parameters<typeof set>) => {
      sets.push(args);
      return set(...args);
    };
    return operation;
  };
  const id = await new SessionStore(kv, new FakeClock()).start("Ann");
  assertEquals(sets.map(([, , options]) => options), [{ expireIn: SESSION_MS }]);
  assertStrictEquals(JSON.stringify(sets).includes(id), false);
});

Deno.test("find() takes a damaged entry for no session", async () => {
  using kv = await Deno.openKv(":memory:");
  const sessions = new SessionStore(kv, new FakeClock());
  const id = await sessions.start("Ann");
  for await (const { key } of kv.list({ prefix: ["session"] })) await kv.set(key, { name: 7 });
  assertStrictEquals(await sessions.find(id), null);
});

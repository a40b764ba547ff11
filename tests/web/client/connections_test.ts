/**
 * How many connections the windows of a browser keep open together.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { nextTurn } from "../../../testing/fake_clock.ts";
import { Connections, type Locks } from "../../../web/client/connections.ts";

/** The locks of one browser, as the Web Locks API gives them out. */
function browserLocks(): Locks & { held: Set<string> } {
  const held = new Set<string>();
  const request: Locks["request"] = async (name, options, hold) => {
    assertEquals(options, { ifAvailable: true });
    if (held.has(name)) return await hold(null);
    held.add(name);
    try {
      return await hold({ name, mode: "exclusive" });
    } finally {
      held.delete(name);
    }
  };
  return { held, request };
}

const service = "https://trips.example";

Deno.test("all windows of a browser have at most three connections to a service", async () => {
  const locks = browserLocks();
  const windows = Array.from({ length: 8 }, () => new Connections(service, locks));
  const taken = await Promise.all(windows.map((window) => window.take()));
  assertEquals(taken.map((release) => release !== null), [
    ...[true, true, true],
    ...Array(5).fill(false),
  ]);
  // Each service has connections of its own.
  assert(await new Connections("https://other.example", locks).take());
  taken[1]!();
  const next = await windows[7]!.take();
  assert(next);
  assertStrictEquals(await windows[6]!.take(), null);
  // A connection that is given back twice is not free for two.
  taken[1]!();
  assertStrictEquals(await windows[6]!.take(), null);
});

Deno.test("without locks, each client has at most three connections", async () => {
  const client = new Connections(service, null);
  const taken = [await client.take(), await client.take(), await client.take()];
  assertStrictEquals(await client.take(), null);
  taken[0]!();
  taken[0]!();
  assert(await client.take());
  assertStrictEquals(await client.take(), null);
  assert(await new Connections(service, null).take());
});

Deno.test("a page that may not use locks does without them", async () => {
  const request = () => Promise.reject(new DOMException("not allowed", "SecurityError"));
  const page = new Connections(service, { request });
  assert(await page.take());
});

Deno.test("a connection that is given back is free for the next window", async () => {
  const locks = browserLocks();
  const window = new Connections(service, locks);
  const release = await window.take();
  assertStrictEquals(locks.held.size, 1);
  release!();
  await nextTurn();
  assertStrictEquals(locks.held.size, 0);
});

/**
 * How many connections the windows of a browser keep open together.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { browserLocks } from "../../../testing/browser_locks.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import { doneJob, itineraryJob, pageTest } from "../../../testing/test_page.ts";
import { Connections } from "../../../web/client/connections.ts";

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

const locks = browserLocks();

pageTest(
  "a watch without a free connection polls, and has a stream when another window leaves",
  async (page) => {
    const others = [1, 2, 3].map(() => new Connections("", locks));
    const taken = await Promise.all(others.map((other) => other.take()));
    const watching = page.watch();
    (await page.nextRequest("GET /:id")).show(itineraryJob());
    const [look, ms] = await page.nextRequestAfter("GET /:id");
    assertStrictEquals(ms, 2_000);
    taken[0]!();
    await nextTurn();
    look.show(itineraryJob());
    (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
    const events = (await page.nextRequest("GET /:id/events")).stream();
    await events.send(["progress", itineraryJob(), "0-"]);
    assertEquals(page.connections, ["polling", "live"]);

    // A hidden page leaves its connection to others at once.
    assertStrictEquals(locks.held.size, 3);
    await page.setHidden(true);
    await nextTurn();
    assertStrictEquals(locks.held.size, 2);
    (await page.nextRequest("GET /:id")).show(doneJob);
    assertEquals(await watching, doneJob);
    assertStrictEquals(locks.held.size, 2);
  },
  { platform: { locks } },
);

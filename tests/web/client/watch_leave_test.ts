/**
 * Aborting a watch: at any moment, it leaves no resources.
 */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { nextTurn } from "../../../testing/fake_clock.ts";
import {
  CountingTarget,
  doneJob,
  id,
  itineraryJob,
  monday,
  pageTest,
  reason,
  type TestPage,
  wish,
} from "../../../testing/test_page.ts";

/** Every state in which a watch can be. */
const states: [name: string, reach: (page: TestPage, signal: AbortSignal) => Promise<Watching>][] =
  [
    ["before the first answer", async (page, signal) => {
      const watching = page.watch(signal);
      await page.nextRequest("GET /:id");
      return { watching };
    }],
    ["while a body arrives", async (page, signal) => {
      const watching = page.watch(signal);
      const request = await page.nextRequest("GET /:id");
      const body = request.stream("application/json");
      // As the network does.
      request.signal.addEventListener("abort", () => body.fail());
      await body.write("{");
      return { watching };
    }],
    ["before the stream is answered", async (page, signal) => {
      const watching = page.watch(signal);
      (await page.nextRequest("GET /:id")).show(itineraryJob());
      await page.nextRequest("GET /:id/events");
      return { watching };
    }],
    ["during a stream", (page, signal) => page.watchLive(signal)],
    ["between two streams", async (page, signal) => {
      const { watching, events } = await page.watchLive(signal);
      await events.close();
      return { watching };
    }],
    ["during a long poll", async (page, signal) => {
      const { watching } = await page.watchByLongPolls(signal);
      await page.nextRequestAfter("GET /:id, wait=25");
      return { watching };
    }],
    ["between two long polls", async (page, signal) => {
      const { watching } = await page.watchByLongPolls(signal);
      const [poll] = await page.nextRequestAfter("GET /:id, wait=25");
      poll.show(itineraryJob(), { "preference-applied": "wait=25" });
      await nextTurn();
      return { watching };
    }],
    ["between two plain polls", (page, signal) => page.watchByPlainPolls(signal)],
    ["while the server is away", async (page, signal) => {
      const watching = page.watch(signal);
      (await page.nextRequest("GET /:id")).fail();
      await nextTurn();
      return { watching };
    }],
    ["while the page is hidden", async (page, signal) => {
      page.isHidden = true;
      const watching = page.watch(signal);
      (await page.nextRequest("GET /:id")).show(itineraryJob());
      await nextTurn();
      return { watching };
    }],
  ];

interface Watching {
  watching: Promise<unknown>;
}

for (const [name, reach] of states) {
  pageTest(`aborting ${name} ends the watch at once`, async (page) => {
    const leaving = new AbortController();
    const { watching } = await reach(page, leaving.signal);
    const rejected = assertRejects(() => watching);
    await nextTurn();
    leaving.abort(reason);
    assertStrictEquals(await rejected, reason);
    const { shown, connections, sent } = page;
    const before = [shown.length, connections.length, sent.length];
    await page.advance(60_000);
    assertEquals([shown.length, connections.length, sent.length], before);
  });

  pageTest(`a wake ${name} leaves no resources`, async (page) => {
    const leaving = new AbortController();
    const { watching } = await reach(page, leaving.signal);
    await nextTurn();
    await page.dispatch("online");
    (await page.nextRequest("GET /:id")).show(doneJob);
    assertEquals(await watching, doneJob);
  });
}

pageTest("a call with an aborted signal sends no request", async (page) => {
  const signal = AbortSignal.abort(reason);
  for (
    const call of [
      page.watch(signal),
      page.client.get(id, { signal }),
      page.client.cancel(id, { signal }),
      page.client.createItinerary(wish, { signal }),
    ]
  ) {
    assertStrictEquals(await assertRejects(() => call), reason);
  }
  assertStrictEquals(page.sent.length, 0);
});

/** A signal that counts its listeners. */
function countedSignal() {
  const { signal } = new AbortController();
  const counter = new CountingTarget();
  signal.addEventListener = counter.addEventListener.bind(counter);
  signal.removeEventListener = counter.removeEventListener.bind(counter);
  return { signal, counter };
}

pageTest("an ended call has no listener on its signal", async (page) => {
  const { signal, counter } = countedSignal();
  const { watching, events } = await page.watchLive(signal);
  assert(counter.listeners > 0);
  await events.close();
  await page.finish(watching);
  const creating = page.client.createItinerary(wish, { signal });
  (await page.nextRequest("POST /api/itineraries")).answer(202, itineraryJob());
  await creating;
  assertStrictEquals(counter.listeners, 0);
});

pageTest("aborting in the last onProgress() rejects with the reason", async (page) => {
  const leaving = new AbortController();
  const watching = page.client.watch(id, {
    signal: leaving.signal,
    onProgress: () => leaving.abort(reason),
  });
  const rejected = assertRejects(() => watching);
  (await page.nextRequest("GET /:id")).show(doneJob);
  assertStrictEquals(await rejected, reason);
});

pageTest("data that arrives at the moment of aborting is not shown", async (page) => {
  const leaving = new AbortController();
  const { watching, events } = await page.watchLive(leaving.signal);
  const sent = events.send(["item", { index: 0, item: monday }, "1-a"]);
  leaving.abort(reason);
  await sent;
  assertStrictEquals(await assertRejects(() => watching), reason);
  assertEquals(page.days, [[]]);
});

pageTest("aborting in onProgress() ends all further calls of it", async (page) => {
  const leaving = new AbortController();
  let calls = 0;
  const watching = page.client.watch(id, {
    signal: leaving.signal,
    onProgress() {
      if (++calls === 2) leaving.abort(reason);
    },
  });
  const rejected = assertRejects(() => watching);
  (await page.nextRequest("GET /:id")).show(itineraryJob());
  const events = (await page.nextRequest("GET /:id/events")).stream();
  await events.send(["item", { index: 0, item: monday }, "1-a"]);
  assertStrictEquals(await rejected, reason);
  assertStrictEquals(calls, 2);
  assertStrictEquals(events.isOver, true);
});

for (const call of [1, 2]) {
  pageTest(
    `an error in onProgress() ends the watch with that error: call ${call}`,
    async (page) => {
      const fault = new TypeError("The page has a bug");
      let calls = 0;
      const watching = page.client.watch(id, {
        onProgress() {
          if (++calls === call) throw fault;
        },
      });
      const rejected = assertRejects(() => watching);
      (await page.nextRequest("GET /:id")).show(itineraryJob());
      if (call === 2) {
        const events = (await page.nextRequest("GET /:id/events")).stream();
        await events.send(["item", { index: 0, item: monday }, "1-a"]);
        assertStrictEquals(events.isOver, true);
      }
      assertStrictEquals(await rejected, fault);
      assertStrictEquals(calls, call);
    },
  );
}

for (const state of ["live", "polling", "lost"]) {
  pageTest(`an error in onConnection() ends the watch: ${state}`, async (page) => {
    const fault = new TypeError("The page has a bug");
    const watching = page.client.watch(id, {
      onConnection(connection) {
        if (connection === state) throw fault;
      },
    });
    const rejected = assertRejects(() => watching);
    page.isHidden = state === "polling";
    const look = await page.nextRequest("GET /:id");
    if (state === "lost") look.fail();
    else look.show(itineraryJob());
    if (state === "live") {
      const events = (await page.nextRequest("GET /:id/events")).stream();
      await events.write(": hello\n\n");
    }
    assertStrictEquals(await rejected, fault);
  });
}

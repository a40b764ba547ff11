/**
 * Watching a job with a stream.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { nextTurn } from "../../../testing/fake_clock.ts";
import {
  doneJob,
  id,
  itineraryJob,
  monday,
  pageTest,
  tuesday,
} from "../../../testing/test_page.ts";

pageTest("watch() shows the job, each event, and the ended job", async (page) => {
  const { watching, events } = await page.watchLive();
  const writing = itineraryJob({
    progress: { ...itineraryJob().progress!, message: "Writing day 2 of 2", step: 1 },
  });
  const { partial: _, ...progress } = writing;
  await events.send(["progress", itineraryJob(), "0-"]);
  await events.send(["item", { index: 0, item: monday }, "1-a"]);
  await events.send(["progress", progress, "1-a"]);
  await events.send(["item", { index: 1, item: tuesday }, "2-b"]);
  await events.send(["end", doneJob, "end"]);
  (await page.nextRequest("GET /:id")).show(doneJob);
  assertEquals(await watching, doneJob);
  assertEquals(page.shown, [
    itineraryJob(),
    itineraryJob({ partial: [monday] }),
    { ...writing, partial: [monday] },
    { ...writing, partial: [monday, tuesday] },
    doneJob,
  ]);
  assertEquals(page.connections, ["live"]);
});

pageTest("a stream is requested by its content type, and read in any pieces", async (page) => {
  const watching = page.watch();
  (await page.nextRequest("GET /:id")).show(itineraryJob());
  const request = await page.nextRequest("GET /:id/events");
  assertStrictEquals(request.headers.get("accept"), "text/event-stream");
  assertStrictEquals(request.headers.get("last-event-id"), null);
  const events = request.stream("text/event-stream; charset=utf-8");
  const item = JSON.stringify({ index: 0, item: { ...monday, theme: "Fado" } });
  for (const piece of `event: item\r\nid: 1-a\r\ndata: ${item}\r\n\r\n`) {
    await events.write(
      piece,
    );
  }
  assertEquals(page.days, [[], ["Fado"]]);
  await events.close();
  await page.finish(watching);
});

pageTest("a character that the network splits arrives in full", async (page) => {
  const { watching, events } = await page.watchLive();
  const item = { index: 0, item: { ...monday, theme: "Café" } };
  const bytes = new TextEncoder().encode(`event: item\ndata: ${JSON.stringify(item)}\n\n`);
  const cut = bytes.indexOf(0xc3) + 1;
  await events.writeBytes(bytes.slice(0, cut));
  await events.writeBytes(bytes.slice(cut));
  assertEquals(page.days.at(-1), ["Café"]);
  await events.close();
  await page.finish(watching);
});

pageTest("a repeated item changes nothing, and is not shown again", async (page) => {
  const { watching, events } = await page.watchLive();
  const first = ["item", { index: 0, item: monday }, "1-a"] as [string, unknown, string];
  const second = ["item", { index: 1, item: tuesday }, "2-b"] as [string, unknown, string];
  for (const event of [first, first, second, first, second]) await events.send(event);
  assertEquals(page.days, [[], ["Monday"], ["Monday", "Tuesday"]]);
  await events.close();
  await page.finish(watching);
});

pageTest("events that arrive together are shown together", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(
    ["reset", {}, "0-"],
    ["item", { index: 0, item: monday }, "1-a"],
    ["item", { index: 1, item: tuesday }, "2-b"],
  );
  assertEquals(page.days, [[], ["Monday", "Tuesday"]]);
  await events.close();
  await page.finish(watching);
});

pageTest("a reset empties the plan, which then starts again", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["item", { index: 0, item: monday }, "1-a"]);
  await events.send(["item", { index: 1, item: tuesday }, "2-b"]);
  await events.send(["reset", {}, "0-"]);
  await events.send(["item", { index: 0, item: tuesday }, "1-c"]);
  assertEquals(page.days, [[], ["Monday"], ["Monday", "Tuesday"], [], ["Tuesday"]]);
  await events.close();
  await page.finish(watching);
});

pageTest(
  "a different item at a known index starts a new plan at this item",
  async (page) => {
    const watching = page.watch();
    (await page.nextRequest("GET /:id")).show(itineraryJob({ partial: [monday, tuesday] }));
    const events = (await page.nextRequest("GET /:id/events")).stream();
    await events.send(["item", { index: 0, item: tuesday }, "1-c"]);
    assertEquals(page.days, [["Monday", "Tuesday"], ["Tuesday"]]);
    await events.close();
    await page.finish(watching);
  },
);

pageTest("an item after a gap makes the client read the job again", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["item", { index: 0, item: monday }, "1-a"]);
  await events.send(["item", { index: 2, item: tuesday }, "3-c"]);
  (await page.nextRequest("GET /:id")).show(itineraryJob());
  const request = await page.nextRequest("GET /:id/events");
  assertStrictEquals(request.headers.get("last-event-id"), null);
  assertEquals(page.days, [[], ["Monday"], []]);
  await request.stream().close();
  await page.finish(watching);
});

for (
  const text of [
    "event: item\ndata: {\n\n",
    "event: item\ndata: null\n\n",
    'event: item\ndata: {"index":0}\n\n',
    'event: item\ndata: {"index":-1,"item":{}}\n\n',
    'event: item\ndata: {"index":"0","item":{}}\n\n',
    'event: item\ndata: {"index":0.5,"item":{}}\n\n',
    "event: progress\ndata: []\n\n",
    'event: progress\ndata: {"status":"brooding"}\n\n',
    'event: progress\ndata: "processing"\n\n',
    'event: applause\ndata: {"index":0,"item":{}}\n\n',
    'data: {"index":0,"item":{}}\n\n',
    "\0\n\ngarbage\n\n: comment\n\nretry: soon\n\n",
  ]
) {
  pageTest(
    `an invalid event in a stream is ignored: ${JSON.stringify(text)}`,
    async (page) => {
      const { watching, events } = await page.watchLive();
      await events.write(text);
      await events.send(["item", { index: 0, item: monday }, "1-a"]);
      assertEquals(page.days, [[], ["Monday"]]);
      await events.close();
      await page.finish(watching);
    },
  );
}

pageTest("an end event that the record does not confirm is ignored", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["end", doneJob, "end"]);
  (await page.nextRequest("GET /:id")).show(itineraryJob());
  for (let n = 0; n < 3; n++) {
    const request = await page.nextRequest("GET /:id/events");
    // As if there had been no end event.
    assertStrictEquals(request.headers.get("last-event-id"), null);
    await request.stream().send(["end", doneJob, "end"]);
    // From the second time, the client pauses first.
    const [look, ms] = await page.nextRequestAfter("GET /:id");
    assert(ms >= 750, `after ${ms} ms`);
    look.show(itineraryJob());
  }
  (await page.nextRequest("GET /:id/events")).fail();
  await page.finish(watching);
  assertEquals(page.shown.map(({ status }) => status), ["processing", "completed"]);
});

pageTest("progress of an ended job only makes the client read the job", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["progress", { ...doneJob, status: "failed" }, "0-"]);
  assertEquals(page.shown.length, 1);
  (await page.nextRequest("GET /:id")).show(doneJob);
  assertStrictEquals((await watching).status, "completed");
});

for (const status of ["failed", "canceled"] as const) {
  pageTest(`a ${status} job ends the watch`, async (page) => {
    const watching = page.watch();
    (await page.nextRequest("GET /:id")).show(itineraryJob({ status }));
    assertStrictEquals((await watching).status, status);
    assertEquals(page.shown.map(({ status }) => status), [status]);
    assertEquals(page.connections, []);
  });
}

for (const end of ["close", "fail"] as const) {
  pageTest(
    `a broken stream is resumed after a short pause and a read of the job: ${end}`,
    async (page) => {
      const { watching, events } = await page.watchLive();
      await events.send(["item", { index: 0, item: monday }, "1-a"]);
      await events[end]();
      const [look, ms] = await page.nextRequestAfter("GET /:id");
      assertStrictEquals(ms, 750);
      assert(look.headers.has("if-none-match"));
      look.show(itineraryJob({ partial: [monday] }));
      const request = await page.nextRequest("GET /:id/events");
      assertStrictEquals(request.headers.get("last-event-id"), "1-a");
      const next = request.stream();
      await next.send(["item", { index: 1, item: tuesday }, "2-b"]);
      assertEquals(page.days, [[], ["Monday"], ["Monday", "Tuesday"]]);
      assertEquals(page.connections, ["live"]);
      await next.close();
      await page.finish(watching);
    },
  );
}

pageTest(
  "pauses grow for streams that close after one event, up to the polling interval",
  async (page) => {
    const watching = page.watch();
    (await page.nextRequest("GET /:id")).show(itineraryJob(), { "retry-after": "10" });
    const pauses = [];
    for (let n = 0; n < 7; n++) {
      const events = (await page.nextRequest("GET /:id/events")).stream();
      await events.send(["progress", itineraryJob(), "0-"]);
      await events.close();
      const [look, ms] = await page.nextRequestAfter("GET /:id");
      look.show(itineraryJob(), { "retry-after": "10" });
      pauses.push(ms);
    }
    assertEquals(pauses, [750, 1_500, 3_000, 6_000, 10_000, 10_000, 10_000]);
    // The streams do deliver.
    assertEquals(page.connections, ["live"]);
    (await page.nextRequest("GET /:id/events")).fail();
    await page.finish(watching);
  },
);

pageTest("the pause is short again after a stream that was open for a while", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["progress", itineraryJob(), "0-"]);
  await events.close();
  let pause = 0;
  for (let n = 0; n < 3; n++) {
    const [look, ms] = await page.nextRequestAfter("GET /:id");
    look.show(itineraryJob(), { "retry-after": "10" });
    pause = ms;
    const next = (await page.nextRequest("GET /:id/events")).stream();
    await next.send(["progress", itineraryJob(), "0-"]);
    if (n === 2) await page.advance(20_000);
    await next.close();
  }
  assertStrictEquals(pause, 3_000);
  const [look, ms] = await page.nextRequestAfter("GET /:id");
  assertStrictEquals(ms, 750);
  look.show(doneJob);
  await watching;
});

pageTest(
  "a stream is closed after 40 seconds of silence, and comments count as activity",
  async (page) => {
    const { watching, events } = await page.watchLive();
    await events.send(["progress", itineraryJob(), "0-"]);
    for (let n = 0; n < 4; n++) {
      await page.advance(39_000);
      assertStrictEquals(events.isOver, false);
      await events.write(": keep-alive\n\n");
    }
    await page.advance(39_999);
    assertStrictEquals(events.isOver, false);
    await page.advance(1);
    assertStrictEquals(events.isOver, true);
    (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
    // A stream that has sent events does not count as failed.
    const request = await page.nextRequest("GET /:id/events");
    request.fail();
    await page.finish(watching);
  },
);

pageTest(
  "a stream without an event in 15 seconds counts as blocked",
  async (page) => {
    const watching = page.watch();
    (await page.nextRequest("GET /:id")).show(itineraryJob());
    // Without an answer.
    await page.nextRequest("GET /:id/events");
    await page.advance(15_000);
    (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
    // An answer without events.
    const events = (await page.nextRequest("GET /:id/events")).stream();
    await nextTurn();
    await page.advance(14_999);
    assertStrictEquals(events.isOver, false);
    await page.advance(1);
    assertStrictEquals(events.isOver, true);
    (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
    const [poll] = await page.nextRequestAfter("GET /:id, wait=25");
    assertEquals(page.connections, ["polling"]);
    poll.show(doneJob);
    await watching;
  },
);

pageTest(
  "a stream with a comment but without an event counts as live for 15 seconds only",
  async (page) => {
    const { watching, events } = await page.watchLive();
    assertEquals(page.connections, ["live"]);
    await page.advance(15_000);
    assertStrictEquals(events.isOver, true);
    (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
    const request = await page.nextRequest("GET /:id/events");
    assertEquals(page.connections, ["live", "polling"]);
    request.fail();
    await page.finish(watching);
  },
);

pageTest("a stream of another content type is not read", async (page) => {
  const watching = page.watch();
  (await page.nextRequest("GET /:id")).show(itineraryJob());
  const body = (await page.nextRequest("GET /:id/events")).stream("text/html");
  await nextTurn();
  assertStrictEquals(body.isOver, true);
  assertEquals(page.connections, []);
  await page.finish(watching);
});

pageTest("an event without an id does not change the position", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["item", { index: 0, item: monday }, "1-a"]);
  await events.send(["progress", itineraryJob()]);
  await events.close();
  (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob({ partial: [monday] }));
  const request = await page.nextRequest("GET /:id/events");
  assertStrictEquals(request.headers.get("last-event-id"), "1-a");
  request.fail();
  await page.finish(watching);
});

pageTest("onProgress() gets copies, so that changes by the page have no effect", async (page) => {
  const seen: string[][] = [];
  const watching = page.client.watch(id, {
    onProgress(job) {
      seen.push((job.partial ?? []).map(({ theme }) => theme));
      job.partial?.splice(0);
    },
  });
  (await page.nextRequest("GET /:id")).show(itineraryJob({ partial: [monday] }));
  const events = (await page.nextRequest("GET /:id/events")).stream();
  await events.send(["item", { index: 1, item: tuesday }, "2-b"]);
  assertEquals(seen, [["Monday"], ["Monday", "Tuesday"]]);
  await events.close();
  await page.finish(watching);
});

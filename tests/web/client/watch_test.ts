/**
 * Watching a job by a stream.
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

pageTest("watch() shows the record, each event, and the job as it ended", async (page) => {
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
  (await page.asked("GET /:id")).show(doneJob);
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

pageTest("a stream is asked for as what it is, and read whatever its pieces are", async (page) => {
  const watching = page.watch();
  (await page.asked("GET /:id")).show(itineraryJob());
  const request = await page.asked("GET /:id/events");
  assertStrictEquals(request.headers.get("accept"), "text/event-stream");
  assertStrictEquals(request.headers.get("last-event-id"), null);
  const events = request.stream("text/event-stream; charset=utf-8");
  const item = JSON.stringify({ index: 0, item: { ...monday, theme: "Fado" } });
  for (const piece of `event: item\r\nid: 1-a\r\ndata: ${item}\r\n\r\n`) await events.write(piece);
  assertEquals(page.days, [[], ["Fado"]]);
  await events.close();
  await page.finish(watching);
});

pageTest("a letter that is cut in two by the network arrives whole", async (page) => {
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

pageTest("an item that comes twice changes nothing, and is not shown again", async (page) => {
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

pageTest("after a reset the plan is empty, and begins anew", async (page) => {
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
  "another item in the same place belongs to another plan, of which no more is known",
  async (page) => {
    const watching = page.watch();
    (await page.asked("GET /:id")).show(itineraryJob({ partial: [monday, tuesday] }));
    const events = (await page.asked("GET /:id/events")).stream();
    await events.send(["item", { index: 0, item: tuesday }, "1-c"]);
    assertEquals(page.days, [["Monday", "Tuesday"], ["Tuesday"]]);
    await events.close();
    await page.finish(watching);
  },
);

pageTest("an item whose predecessors have got lost is fetched with them", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["item", { index: 0, item: monday }, "1-a"]);
  await events.send(["item", { index: 2, item: tuesday }, "3-c"]);
  (await page.asked("GET /:id")).show(itineraryJob());
  const request = await page.asked("GET /:id/events");
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
    `what cannot be understood in a stream is ignored: ${JSON.stringify(text)}`,
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

pageTest("an end that the record does not confirm is not believed", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["end", doneJob, "end"]);
  (await page.asked("GET /:id")).show(itineraryJob());
  for (let n = 0; n < 3; n++) {
    const request = await page.asked("GET /:id/events");
    // As if there had been no end.
    assertStrictEquals(request.headers.get("last-event-id"), null);
    await request.stream().send(["end", doneJob, "end"]);
    // The second time nobody runs for it.
    const [look, ms] = await page.askedAfter("GET /:id");
    assert(ms >= 750, `after ${ms} ms`);
    look.show(itineraryJob());
  }
  (await page.asked("GET /:id/events")).fail();
  await page.finish(watching);
  assertEquals(page.shown.map(({ status }) => status), ["processing", "completed"]);
});

pageTest("progress of a job that has ended is reason to look, and nothing else", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["progress", { ...doneJob, status: "failed" }, "0-"]);
  assertEquals(page.shown.length, 1);
  (await page.asked("GET /:id")).show(doneJob);
  assertStrictEquals((await watching).status, "completed");
});

for (const status of ["failed", "canceled"] as const) {
  pageTest(`${status} is an end, too`, async (page) => {
    const watching = page.watch();
    (await page.asked("GET /:id")).show(itineraryJob({ status }));
    assertStrictEquals((await watching).status, status);
    assertEquals(page.shown.map(({ status }) => status), [status]);
    assertEquals(page.connections, []);
  });
}

for (const end of ["close", "fail"] as const) {
  pageTest(
    `a stream that breaks is gone on with, after a short pause and a look at the record: ${end}`,
    async (page) => {
      const { watching, events } = await page.watchLive();
      await events.send(["item", { index: 0, item: monday }, "1-a"]);
      await events[end]();
      const [look, ms] = await page.askedAfter("GET /:id");
      assertStrictEquals(ms, 750);
      assert(look.headers.has("if-none-match"));
      look.show(itineraryJob({ partial: [monday] }));
      const request = await page.asked("GET /:id/events");
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
  "a stream that always closes after one event is paced, but not slower than polls",
  async (page) => {
    const watching = page.watch();
    (await page.asked("GET /:id")).show(itineraryJob(), { "retry-after": "10" });
    const pauses = [];
    for (let n = 0; n < 7; n++) {
      const events = (await page.asked("GET /:id/events")).stream();
      await events.send(["progress", itineraryJob(), "0-"]);
      await events.close();
      const [look, ms] = await page.askedAfter("GET /:id");
      look.show(itineraryJob(), { "retry-after": "10" });
      pauses.push(ms);
    }
    assertEquals(pauses, [750, 1_500, 3_000, 6_000, 10_000, 10_000, 10_000]);
    // It does deliver.
    assertEquals(page.connections, ["live"]);
    (await page.asked("GET /:id/events")).fail();
    await page.finish(watching);
  },
);

pageTest("a stream that has held for some time is soon opened again", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["progress", itineraryJob(), "0-"]);
  await events.close();
  let pause = 0;
  for (let n = 0; n < 3; n++) {
    const [look, ms] = await page.askedAfter("GET /:id");
    look.show(itineraryJob(), { "retry-after": "10" });
    pause = ms;
    const next = (await page.asked("GET /:id/events")).stream();
    await next.send(["progress", itineraryJob(), "0-"]);
    if (n === 2) await page.pass(20_000);
    await next.close();
  }
  assertStrictEquals(pause, 3_000);
  const [look, ms] = await page.askedAfter("GET /:id");
  assertStrictEquals(ms, 750);
  look.show(doneJob);
  await watching;
});

pageTest(
  "a stream that says nothing for 40 seconds is dead; comments keep it alive",
  async (page) => {
    const { watching, events } = await page.watchLive();
    await events.send(["progress", itineraryJob(), "0-"]);
    for (let n = 0; n < 4; n++) {
      await page.pass(39_000);
      assertStrictEquals(events.isOver, false);
      await events.write(": keep-alive\n\n");
    }
    await page.pass(39_999);
    assertStrictEquals(events.isOver, false);
    await page.pass(1);
    assertStrictEquals(events.isOver, true);
    (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
    // What it told before was no failure of streams.
    const request = await page.asked("GET /:id/events");
    request.fail();
    await page.finish(watching);
  },
);

pageTest(
  "a stream whose first event does not come at once is held back by somebody",
  async (page) => {
    const watching = page.watch();
    (await page.asked("GET /:id")).show(itineraryJob());
    // Not even an answer.
    await page.asked("GET /:id/events");
    await page.pass(15_000);
    (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
    // An answer, and nothing else.
    const events = (await page.asked("GET /:id/events")).stream();
    await nextTurn();
    await page.pass(14_999);
    assertStrictEquals(events.isOver, false);
    await page.pass(1);
    assertStrictEquals(events.isOver, true);
    (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
    const [poll] = await page.askedAfter("GET /:id, wait=25");
    assertEquals(page.connections, ["polling"]);
    poll.show(doneJob);
    await watching;
  },
);

pageTest(
  "a stream that begins, but without an event, does not count as live for long",
  async (page) => {
    const { watching, events } = await page.watchLive();
    assertEquals(page.connections, ["live"]);
    await page.pass(15_000);
    assertStrictEquals(events.isOver, true);
    (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
    const request = await page.asked("GET /:id/events");
    assertEquals(page.connections, ["live", "polling"]);
    request.fail();
    await page.finish(watching);
  },
);

pageTest("a page in place of a stream is not read", async (page) => {
  const watching = page.watch();
  (await page.asked("GET /:id")).show(itineraryJob());
  const body = (await page.asked("GET /:id/events")).stream("text/html");
  await nextTurn();
  assertStrictEquals(body.isOver, true);
  assertEquals(page.connections, []);
  await page.finish(watching);
});

pageTest("an event without an id leaves the place where it was", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["item", { index: 0, item: monday }, "1-a"]);
  await events.send(["progress", itineraryJob()]);
  await events.close();
  (await page.askedAfter("GET /:id"))[0].show(itineraryJob({ partial: [monday] }));
  const request = await page.asked("GET /:id/events");
  assertStrictEquals(request.headers.get("last-event-id"), "1-a");
  request.fail();
  await page.finish(watching);
});

pageTest("onProgress gets copies: what the page does with them changes nothing", async (page) => {
  const seen: string[][] = [];
  const watching = page.client.watch(id, {
    onProgress(job) {
      seen.push((job.partial ?? []).map(({ theme }) => theme));
      job.partial?.splice(0);
    },
  });
  (await page.asked("GET /:id")).show(itineraryJob({ partial: [monday] }));
  const events = (await page.asked("GET /:id/events")).stream();
  await events.send(["item", { index: 1, item: tuesday }, "2-b"]);
  assertEquals(seen, [["Monday"], ["Monday", "Tuesday"]]);
  await events.close();
  await page.finish(watching);
});

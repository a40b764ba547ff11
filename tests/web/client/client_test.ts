import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  createTripClient,
  type GenerationJob,
  type ItineraryJob,
  type Job,
  type TripClient,
  TripError,
} from "../../../web/client/client.ts";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { FakeClock, nextTurn, NOON } from "../../../testing/fake_clock.ts";
import { type App, send } from "../../../testing/http.ts";
import { Program, workDirectory } from "../../../testing/program.ts";
import {
  CountingTarget,
  doneJob,
  itineraryJob,
  JOB_ID,
  monday,
  pageTest,
  type SentRequest,
  TestPage,
  tuesday,
} from "../../../testing/test_page.ts";

const modulePath = join(import.meta.dirname!, "../../../web/client/client.ts");

const wish = { destination: "Lisbon", durationDays: 2 };
const id = { jobId: JOB_ID };

/** The error that a promise rejects with. */
async function errorOf(promise: Promise<unknown>): Promise<TripError> {
  const error = await promise.then(() => assert.fail("it succeeded"), (error) => error);
  assert.ok(error instanceof TripError, String(error));
  return error;
}

// Watching by a stream

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
  assert.deepEqual(await watching, doneJob);
  assert.deepEqual(page.shown, [
    itineraryJob(),
    itineraryJob({ partial: [monday] }),
    { ...writing, partial: [monday] },
    { ...writing, partial: [monday, tuesday] },
    doneJob,
  ]);
  assert.deepEqual(page.connections, ["live"]);
});

pageTest("a stream is asked for as what it is, and read whatever its pieces are", async (page) => {
  const watching = page.watch();
  (await page.asked("GET /:id")).show(itineraryJob());
  const request = await page.asked("GET /:id/events");
  assert.equal(request.headers.get("accept"), "text/event-stream");
  assert.equal(request.headers.get("last-event-id"), null);
  const events = request.stream("text/event-stream; charset=utf-8");
  const item = JSON.stringify({ index: 0, item: { ...monday, theme: "Fado" } });
  for (const piece of `event: item\r\nid: 1-a\r\ndata: ${item}\r\n\r\n`) await events.write(piece);
  assert.deepEqual(page.days, [[], ["Fado"]]);
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
  assert.deepEqual(page.days.at(-1), ["Café"]);
  await events.close();
  await page.finish(watching);
});

pageTest("an item that comes twice changes nothing, and is not shown again", async (page) => {
  const { watching, events } = await page.watchLive();
  const first = ["item", { index: 0, item: monday }, "1-a"] as [string, unknown, string];
  const second = ["item", { index: 1, item: tuesday }, "2-b"] as [string, unknown, string];
  for (const event of [first, first, second, first, second]) await events.send(event);
  assert.deepEqual(page.days, [[], ["Monday"], ["Monday", "Tuesday"]]);
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
  assert.deepEqual(page.days, [[], ["Monday", "Tuesday"]]);
  await events.close();
  await page.finish(watching);
});

pageTest("after a reset the plan is empty, and begins anew", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["item", { index: 0, item: monday }, "1-a"]);
  await events.send(["item", { index: 1, item: tuesday }, "2-b"]);
  await events.send(["reset", {}, "0-"]);
  await events.send(["item", { index: 0, item: tuesday }, "1-c"]);
  assert.deepEqual(page.days, [[], ["Monday"], ["Monday", "Tuesday"], [], ["Tuesday"]]);
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
    assert.deepEqual(page.days, [["Monday", "Tuesday"], ["Tuesday"]]);
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
  assert.equal(request.headers.get("last-event-id"), null);
  assert.deepEqual(page.days, [[], ["Monday"], []]);
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
      assert.deepEqual(page.days, [[], ["Monday"]]);
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
    assert.equal(request.headers.get("last-event-id"), null);
    await request.stream().send(["end", doneJob, "end"]);
    // The second time nobody runs for it.
    const [look, ms] = await page.askedAfter("GET /:id");
    assert.ok(ms >= 750, `after ${ms} ms`);
    look.show(itineraryJob());
  }
  (await page.asked("GET /:id/events")).fail();
  await page.finish(watching);
  assert.deepEqual(page.shown.map(({ status }) => status), ["processing", "completed"]);
});

pageTest("progress of a job that has ended is reason to look, and nothing else", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["progress", { ...doneJob, status: "failed" }, "0-"]);
  assert.deepEqual(page.shown.length, 1);
  (await page.asked("GET /:id")).show(doneJob);
  assert.equal((await watching).status, "completed");
});

for (const status of ["failed", "canceled"] as const) {
  pageTest(`${status} is an end, too`, async (page) => {
    const watching = page.watch();
    (await page.asked("GET /:id")).show(itineraryJob({ status }));
    assert.equal((await watching).status, status);
    assert.deepEqual(page.shown.map(({ status }) => status), [status]);
    assert.deepEqual(page.connections, []);
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
      assert.equal(ms, 750);
      assert.ok(look.headers.has("if-none-match"));
      look.show(itineraryJob({ partial: [monday] }));
      const request = await page.asked("GET /:id/events");
      assert.equal(request.headers.get("last-event-id"), "1-a");
      const next = request.stream();
      await next.send(["item", { index: 1, item: tuesday }, "2-b"]);
      assert.deepEqual(page.days, [[], ["Monday"], ["Monday", "Tuesday"]]);
      assert.deepEqual(page.connections, ["live"]);
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
    assert.deepEqual(pauses, [750, 1_500, 3_000, 6_000, 10_000, 10_000, 10_000]);
    // It does deliver.
    assert.deepEqual(page.connections, ["live"]);
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
  assert.equal(pause, 3_000);
  const [look, ms] = await page.askedAfter("GET /:id");
  assert.equal(ms, 750);
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
      assert.equal(events.isOver, false);
      await events.write(": keep-alive\n\n");
    }
    await page.pass(39_999);
    assert.equal(events.isOver, false);
    await page.pass(1);
    assert.equal(events.isOver, true);
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
    assert.equal(events.isOver, false);
    await page.pass(1);
    assert.equal(events.isOver, true);
    (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
    const [poll] = await page.askedAfter("GET /:id, wait=25");
    assert.deepEqual(page.connections, ["polling"]);
    poll.show(doneJob);
    await watching;
  },
);

pageTest(
  "a stream that begins, but without an event, does not count as live for long",
  async (page) => {
    const { watching, events } = await page.watchLive();
    assert.deepEqual(page.connections, ["live"]);
    await page.pass(15_000);
    assert.equal(events.isOver, true);
    (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
    const request = await page.asked("GET /:id/events");
    assert.deepEqual(page.connections, ["live", "polling"]);
    request.fail();
    await page.finish(watching);
  },
);

pageTest("a page in place of a stream is not read", async (page) => {
  const watching = page.watch();
  (await page.asked("GET /:id")).show(itineraryJob());
  const body = (await page.asked("GET /:id/events")).stream("text/html");
  await nextTurn();
  assert.equal(body.isOver, true);
  assert.deepEqual(page.connections, []);
  await page.finish(watching);
});

pageTest("an event without an id leaves the place where it was", async (page) => {
  const { watching, events } = await page.watchLive();
  await events.send(["item", { index: 0, item: monday }, "1-a"]);
  await events.send(["progress", itineraryJob()]);
  await events.close();
  (await page.askedAfter("GET /:id"))[0].show(itineraryJob({ partial: [monday] }));
  const request = await page.asked("GET /:id/events");
  assert.equal(request.headers.get("last-event-id"), "1-a");
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
  assert.deepEqual(seen, [["Monday"], ["Monday", "Tuesday"]]);
  await events.close();
  await page.finish(watching);
});

// Falling back

pageTest("two streams that tell nothing, and long polls are used", async (page) => {
  const { watching } = await page.watchByLongPolls();
  const [poll] = await page.askedAfter("GET /:id, wait=25");
  assert.ok(poll.headers.has("if-none-match"));
  poll.show(itineraryJob({ partial: [monday] }), { "preference-applied": "wait=25" });
  const [next, ms] = await page.askedAfter("GET /:id, wait=25");
  // However fast they are answered.
  assert.equal(ms, 1_000);
  next.show(doneJob, { "preference-applied": "wait=25" });
  assert.deepEqual(await watching, doneJob);
  assert.deepEqual(page.days, [[], ["Monday"], undefined]);
  assert.deepEqual(page.connections, ["polling"]);
});

pageTest("a long poll that has waited is followed by the next one at once", async (page) => {
  const { watching } = await page.watchByLongPolls();
  const [poll] = await page.askedAfter("GET /:id, wait=25");
  // Longer than the server was to wait: the way takes time, too.
  await page.pass(34_000);
  assert.equal(poll.isSettled, false);
  poll.answer(304, null, { "preference-applied": "wait=25", etag: '"1"' });
  const [next, ms] = await page.askedAfter("GET /:id, wait=25");
  assert.equal(ms, 0);
  next.show(doneJob);
  await watching;
});

pageTest(
  "one stream that tells nothing does not matter, nor do two that are apart",
  async (page) => {
    const watching = page.watch();
    for (let n = 0; n < 3; n++) {
      (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
      (await page.asked("GET /:id/events")).fail();
      (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
      const events = (await page.asked("GET /:id/events")).stream();
      await events.send(["progress", itineraryJob(), "0-"]);
      await events.close();
    }
    await page.finish(watching);
  },
);

for (
  const [what, fail] of [
    ["is refused", (request) => request.answer(500, "<h1>Oops</h1>")],
    ["is a page", (request) => request.stream("text/html")],
    ["is empty", (request) => request.answer(204)],
    ["cannot be reached", (request) => request.fail()],
    ["closes at once", async (request) => await request.stream().close()],
    ["breaks at once", async (request) => await request.stream().fail()],
    ["only has comments", async (request) => {
      const events = request.stream();
      await events.write(": hello\n\n");
      await events.close();
    }],
  ] as [string, (request: SentRequest) => void | Promise<void>][]
) {
  pageTest(`a stream that ${what} tells nothing`, async (page) => {
    const watching = page.watch();
    for (let n = 0; n < 2; n++) {
      (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
      await fail(await page.asked("GET /:id/events"));
    }
    (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
    (await page.askedAfter("GET /:id, wait=25"))[0].show(doneJob);
    await watching;
  });
}

pageTest("streams are not given up because the server is away", async (page) => {
  const watching = page.watch();
  (await page.asked("GET /:id")).show(itineraryJob());
  for (let n = 0; n < 5; n++) {
    (await page.asked("GET /:id/events")).fail();
    (await page.askedAfter("GET /:id"))[0].fail();
    (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
  }
  (await page.asked("GET /:id/events")).fail();
  await page.finish(watching);
});

pageTest(
  "streams are not given up because the server has too much to do, which takes as long as it says",
  async (page) => {
    const watching = page.watch();
    (await page.asked("GET /:id")).show(itineraryJob());
    for (const status of [429, 503, 429]) {
      const headers = { "retry-after": "17" };
      (await page.asked("GET /:id/events")).refuse(status, "rate_limited", headers);
      const [look, ms] = await page.askedAfter("GET /:id");
      assert.equal(ms, 17_000);
      look.show(itineraryJob());
    }
    (await page.asked("GET /:id/events")).fail();
    await page.finish(watching);
  },
);

pageTest(
  "two long polls that fail, and the record is asked for plainly, as often as it says",
  async (page) => {
    const { watching } = await page.watchByPlainPolls();
    for (const [retryAfter, expected] of [["3", 3_000], ["10", 10_000], ["0", 1_000]] as const) {
      const [look] = await page.askedAfter("GET /:id");
      look.show(itineraryJob(), { "retry-after": retryAfter });
      await nextTurn();
      const before = page.clock.now();
      await page.untilAsked();
      assert.equal(page.clock.now() - before, expected);
    }
    await page.finish(watching);
    assert.deepEqual(page.connections, ["polling"]);
  },
);

pageTest("a long poll may fail by silence as well", async (page) => {
  const { watching } = await page.watchByLongPolls();
  for (let n = 0; n < 2; n++) {
    const [poll] = await page.askedAfter("GET /:id, wait=25");
    await page.pass(34_999);
    assert.equal(poll.isSettled, false);
    await page.pass(1);
    assert.equal(poll.isSettled, true);
    (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
  }
  const [, ms] = await page.askedAfter("GET /:id");
  assert.equal(ms, 2_000);
  page.sent.at(-1)!.show(doneJob);
  await watching;
});

pageTest("long polls are not given up because the server is away or busy", async (page) => {
  const { watching } = await page.watchByLongPolls();
  for (let n = 0; n < 3; n++) {
    (await page.askedAfter("GET /:id, wait=25"))[0].fail();
    (await page.askedAfter("GET /:id"))[0].fail();
    (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
    const [poll] = await page.askedAfter("GET /:id, wait=25");
    poll.refuse(503, "stopping", { "retry-after": "5" });
    const [look, ms] = await page.askedAfter("GET /:id");
    assert.equal(ms, 5_000);
    look.show(itineraryJob());
    const [again] = await page.askedAfter("GET /:id, wait=25");
    again.show(itineraryJob(), { "preference-applied": "wait=25" });
  }
  await page.finish(watching);
});

pageTest(
  "two long polls that fail with a good one in between are no reason to give up",
  async (page) => {
    const { watching } = await page.watchByLongPolls();
    for (let n = 0; n < 3; n++) {
      (await page.askedAfter("GET /:id, wait=25"))[0].fail();
      (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
      const [poll] = await page.askedAfter("GET /:id, wait=25");
      poll.show(itineraryJob(), { "preference-applied": "wait=25" });
    }
    await page.finish(watching);
  },
);

pageTest(
  "a server that does not wait when it is asked to is asked as often as it says",
  async (page) => {
    const { watching } = await page.watchByLongPolls();
    for (let n = 0; n < 3; n++) {
      const [poll] = await page.askedAfter("GET /:id, wait=25");
      poll.answer(304, null, { "retry-after": "6" });
      await nextTurn();
      const before = page.clock.now();
      await page.untilAsked();
      assert.equal(page.clock.now() - before, 6_000);
    }
    await page.finish(watching);
  },
);

for (const value of ["", "soon", "-1", "1e3", "Sat, 21 Nov 2026 12:00:09 GMT"]) {
  pageTest(`with ${value || "no"} Retry-After five seconds pass`, async (page) => {
    const { watching } = await page.watchByPlainPolls();
    const [look] = await page.askedAfter("GET /:id");
    look.show(itineraryJob(), { "retry-after": value });
    const [, ms] = await page.askedAfter("GET /:id");
    assert.equal(ms, 5_000, value);
    page.sent.at(-1)!.show(doneJob);
    await watching;
  });
}

pageTest("304 is the job as it was", async (page) => {
  const { watching } = await page.watchByPlainPolls();
  const [look] = await page.askedAfter("GET /:id");
  look.show(itineraryJob({ partial: [monday] }), { etag: '"monday"' });
  for (let n = 0; n < 3; n++) {
    const [next] = await page.askedAfter("GET /:id");
    assert.equal(next.headers.get("if-none-match"), '"monday"');
    next.answer(304, null, { etag: '"monday"', "retry-after": "2" });
  }
  await page.finish(watching);
  assert.deepEqual(page.days, [[], ["Monday"], undefined]);
});

// When the server is away

pageTest(
  "pauses double while the server is away, up to half a minute, and begin anew after it",
  async (page) => {
    const watching = page.watch();
    const pauses: number[] = [];
    for (let n = 0; n < 8; n++) {
      const [look, ms] = await page.askedAfter("GET /:id");
      look.fail();
      pauses.push(ms);
    }
    assert.deepEqual(pauses, [0, 750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500]);
    assert.deepEqual(page.connections, ["lost"]);
    (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
    const request = await page.asked("GET /:id/events");
    assert.deepEqual(page.connections, ["lost", "polling"]);
    const events = request.stream();
    await events.send(["progress", itineraryJob(), "0-"]);
    assert.deepEqual(page.connections, ["lost", "polling", "live"]);
    await events.fail();
    (await page.askedAfter("GET /:id"))[0].fail();
    const [look, ms] = await page.askedAfter("GET /:id");
    assert.equal(ms, 750);
    look.show(doneJob);
    await watching;
  },
);

for (const [random, pauseMs] of [[0, 500], [0.999, 1_000]] as const) {
  const platform = { random: () => random };
  pageTest(`pauses are partly chance: ${random}`, async (page) => {
    const watching = page.watch();
    (await page.asked("GET /:id")).fail();
    const [look, ms] = await page.askedAfter("GET /:id");
    assert.equal(ms, pauseMs);
    look.show(doneJob);
    await watching;
  }, { platform });
}

for (
  const [what, status, body] of [
    ["a proxy's page", 502, "<html><h1>502 Bad Gateway</h1></html>"],
    ["a problem", 500, { code: "internal", detail: "Something went wrong" }],
    ["a timeout", 408, null],
    ["a page with a friendly status", 200, "<html>Please sign in to the Wi-Fi</html>"],
    ["another API's JSON", 200, { ok: true }],
    ["a status that nobody knows", 200, { ...doneJob, status: "succeeded" }],
    ["a list", 200, [doneJob]],
    ["null", 200, "null"],
    ["nothing", 200, null],
    ["304 to whoever has nothing", 304, null],
  ] as const
) {
  pageTest(`${what} in place of the job is a fault, and asked again`, async (page) => {
    const watching = page.watch();
    (await page.asked("GET /:id")).answer(status, body);
    const [look, ms] = await page.askedAfter("GET /:id");
    assert.equal(ms, 750);
    assert.deepEqual(page.connections, ["lost"]);
    assert.deepEqual(page.shown, []);
    look.show(doneJob);
    await watching;
  });
}

pageTest("a body that breaks off is a fault", async (page) => {
  const watching = page.watch();
  const request = await page.asked("GET /:id");
  const body = request.stream("application/json");
  await body.write('{"jobId":"54a6');
  await body.fail();
  (await page.askedAfter("GET /:id"))[0].show(doneJob);
  await watching;
});

for (const [status, connections] of [[429, []], [503, ["lost", "polling"]]] as const) {
  pageTest(
    `${status} is asked again when it says, and is ${
      connections.length ? "a" : "no"
    } lost connection`,
    async (page) => {
      const watching = page.watch();
      (await page.asked("GET /:id")).refuse(status, "rate_limited", { "retry-after": "41" });
      const [look, ms] = await page.askedAfter("GET /:id");
      assert.equal(ms, 41_000);
      look.show(doneJob);
      await watching;
      assert.deepEqual(page.connections, connections);
    },
  );
}

pageTest(
  "a date in Retry-After is compared with the server's clock, whatever time it is here",
  async (page) => {
    const watching = page.watch();
    (await page.asked("GET /:id")).refuse(503, "stopping", {
      date: "Fri, 01 Jan 1999 12:00:00 GMT",
      "retry-after": "Fri, 01 Jan 1999 12:00:20 GMT",
    });
    const [look, ms] = await page.askedAfter("GET /:id");
    assert.equal(ms, 20_000);
    // Not every server says what time it is, and scripts of other sites cannot read it.
    look.refuse(503, "stopping", { "retry-after": "Fri, 01 Jan 2100 12:00:20 GMT" });
    const [next, backoff] = await page.askedAfter("GET /:id");
    assert.equal(backoff, 1_500);
    next.show(doneJob);
    await watching;
  },
);

pageTest("nobody waits for longer than an hour, whatever a server says", async (page) => {
  const watching = page.watch();
  (await page.asked("GET /:id")).refuse(503, "stopping", { "retry-after": "9".repeat(30) });
  await nextTurn();
  await page.pass(3_599_999);
  assert.equal(page.unseen, 0);
  await page.pass(1);
  (await page.asked("GET /:id")).show(doneJob);
  await watching;
});

pageTest("a look that is not answered is given up after 15 seconds", async (page) => {
  const watching = page.watch();
  const request = await page.asked("GET /:id");
  await page.pass(14_999);
  assert.equal(request.signal.aborted, false);
  await page.pass(1);
  assert.equal(request.signal.aborted, true);
  (await page.askedAfter("GET /:id"))[0].show(doneJob);
  await watching;
});

for (
  const [status, code] of [
    [404, "job_not_found"],
    [401, "unauthorized"],
    [403, "not_owner"],
    [400, "invalid_header"],
    [410, "gone"],
  ] as const
) {
  pageTest(`${status} ends the watch, at its beginning and later`, async (page) => {
    const early = page.watch();
    (await page.asked("GET /:id")).refuse(status, code);
    const error = await errorOf(early);
    assert.deepEqual(
      [error.status, error.code, error.message, error.retryAfterSeconds, error.errors],
      [status, code, `It is ${code}`, null, []],
    );
    const { watching, events } = await page.watchLive();
    await events.close();
    (await page.askedAfter("GET /:id"))[0].refuse(status, code);
    assert.equal((await errorOf(watching)).code, code);
  });
}

for (const status of [400, 401, 403, 404, 410]) {
  pageTest(`${status} of somebody else, such as a proxy, does not end the watch`, async (page) => {
    const { watching, events } = await page.watchLive();
    await events.close();
    for (let n = 0; n < 7; n++) {
      (await page.askedAfter("GET /:id"))[0].answer(status, { code: "NOT_FOUND" });
    }
    assert.equal(page.connections.at(-1), "lost");
    (await page.askedAfter("GET /:id"))[0].show(doneJob);
    assert.deepEqual(await watching, doneJob);
  });
}

/** A clock that waits as it should, but is wrong all the time. */
class WrongClock extends FakeClock {
  readonly #times = [NOON, 0, 8.64e15, -NOON, NaN];
  #asked = 0;
  override now = () => this.#times[this.#asked++ % this.#times.length]!;
}

const clock = new WrongClock();

pageTest("what the time is does not matter, nor that it changes", async (page) => {
  const dateNow = Date.now;
  Date.now = clock.now;
  try {
    const { watching, events } = await page.watchLive();
    await events.send(["item", { index: 0, item: monday }, "1-a"]);
    await events.close();
    clock.advance(1_000);
    (await page.asked("GET /:id")).refuse(503, "stopping", { "retry-after": "5" });
    await nextTurn();
    clock.advance(5_000);
    (await page.asked("GET /:id")).show(doneJob);
    assert.deepEqual(await watching, doneJob);
    assert.equal(clock.waiting, 0);
  } finally {
    Date.now = dateNow;
  }
}, { platform: { clock } });

// A page that sleeps, and wakes

for (
  const [type, members] of [
    ["online", {}],
    ["pageshow", { persisted: true }],
    ["visibilitychange", {}],
  ] as const
) {
  pageTest(`${type}: whatever goes on is begun anew, at once and with a stream`, async (page) => {
    const { watching } = await page.watchByPlainPolls();
    // A plain look that nobody will answer.
    await page.askedAfter("GET /:id");
    await page.say(type, members);
    (await page.asked("GET /:id")).show(itineraryJob());
    // A stream that is not answered, and one that is.
    await page.asked("GET /:id/events");
    await page.say(type, members);
    (await page.asked("GET /:id")).show(itineraryJob());
    const events = (await page.asked("GET /:id/events")).stream();
    await events.send(["item", { index: 0, item: monday }, "1-a"]);
    await page.say(type, members);
    assert.equal(events.isOver, true);
    // A long pause, which begins with the shortest one afterwards.
    (await page.asked("GET /:id")).refuse(503, "stopping", { "retry-after": "3000" });
    await nextTurn();
    await page.say(type, members);
    (await page.asked("GET /:id")).fail();
    const [look, ms] = await page.askedAfter("GET /:id");
    assert.equal(ms, 750);
    look.show(itineraryJob({ partial: [monday] }));
    assert.equal((await page.asked("GET /:id/events")).headers.get("last-event-id"), "1-a");
    await page.say(type, members);
    (await page.asked("GET /:id")).show(doneJob);
    await watching;
  });
}

pageTest("a page that is shown for the first time has not been asleep", async (page) => {
  const { watching, events } = await page.watchLive();
  await page.say("pageshow", { persisted: false });
  assert.equal(events.isOver, false);
  await events.close();
  await page.finish(watching);
});

pageTest("a hidden page holds no connection, and asks every ten seconds at most", async (page) => {
  page.isHidden = true;
  const watching = page.watch();
  (await page.asked("GET /:id")).show(itineraryJob());
  const pauses = [];
  for (const retryAfter of ["2", "14", "2"]) {
    const [look, ms] = await page.askedAfter("GET /:id");
    look.show(itineraryJob(), { "retry-after": retryAfter });
    pauses.push(ms);
  }
  assert.deepEqual(pauses, [10_000, 10_000, 14_000]);
  assert.deepEqual(page.connections, ["polling"]);
  await nextTurn();
  await page.setHidden(false);
  (await page.asked("GET /:id")).show(itineraryJob());
  const events = (await page.asked("GET /:id/events")).stream();
  await events.send(["progress", itineraryJob(), "0-"]);
  assert.deepEqual(page.connections, ["polling", "live"]);
  await events.close();
  await page.finish(watching);
});

pageTest("a page that becomes hidden lets go of its stream", async (page) => {
  const { watching, events } = await page.watchLive();
  await page.setHidden(true);
  assert.equal(events.isOver, true);
  (await page.asked("GET /:id")).show(itineraryJob());
  const [look, ms] = await page.askedAfter("GET /:id");
  assert.equal(ms, 10_000);
  look.show(doneJob);
  await watching;
});

pageTest("a page that becomes hidden lets go of its long poll", async (page) => {
  const { watching } = await page.watchByLongPolls();
  const [poll] = await page.askedAfter("GET /:id, wait=25");
  await page.setHidden(true);
  assert.equal(poll.signal.aborted, true);
  (await page.asked("GET /:id")).show(doneJob);
  await watching;
});

pageTest(
  "a page that becomes hidden between two plain looks asks no sooner for it",
  async (page) => {
    const { watching } = await page.watchByPlainPolls();
    await nextTurn();
    await page.setHidden(true);
    assert.equal(page.unseen, 0);
    await page.finish(watching);
  },
);

pageTest(
  "of many watches three hold a connection, and the others poll until there is room",
  async (page) => {
    const watches = Array.from({ length: 4 }, () => page.watch());
    for (const _ of watches) (await page.asked("GET /:id")).show(itineraryJob());
    const streams = [];
    for (let n = 0; n < 3; n++) streams.push((await page.asked("GET /:id/events")).stream());
    for (const events of streams) await events.send(["progress", itineraryJob(), "0-"]);
    const [look, ms] = await page.askedAfter("GET /:id");
    assert.equal(ms, 2_000);
    look.show(itineraryJob());
    await nextTurn();
    await streams[0]!.send(["end", doneJob, "end"]);
    (await page.asked("GET /:id")).show(doneJob);
    (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
    streams[0] = (await page.asked("GET /:id/events")).stream();
    for (const events of streams) {
      await events.send(["end", doneJob, "end"]);
      (await page.asked("GET /:id")).show(doneJob);
    }
    for (const watching of watches) assert.deepEqual(await watching, doneJob);
  },
);

// Giving up

const reason = new Error("The page is gone");

/** Every state in which a watch can be. */
const states: [name: string, reach: (page: TestPage, signal: AbortSignal) => Promise<Watching>][] =
  [
    ["before the first answer", async (page, signal) => {
      const watching = page.watch(signal);
      await page.asked("GET /:id");
      return { watching };
    }],
    ["while a body arrives", async (page, signal) => {
      const watching = page.watch(signal);
      const request = await page.asked("GET /:id");
      const body = request.stream("application/json");
      // What the network does.
      request.signal.addEventListener("abort", () => body.fail());
      await body.write("{");
      return { watching };
    }],
    ["before the stream is answered", async (page, signal) => {
      const watching = page.watch(signal);
      (await page.asked("GET /:id")).show(itineraryJob());
      await page.asked("GET /:id/events");
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
      await page.askedAfter("GET /:id, wait=25");
      return { watching };
    }],
    ["between two long polls", async (page, signal) => {
      const { watching } = await page.watchByLongPolls(signal);
      const [poll] = await page.askedAfter("GET /:id, wait=25");
      poll.show(itineraryJob(), { "preference-applied": "wait=25" });
      await nextTurn();
      return { watching };
    }],
    ["between two plain looks", (page, signal) => page.watchByPlainPolls(signal)],
    ["while the server is away", async (page, signal) => {
      const watching = page.watch(signal);
      (await page.asked("GET /:id")).fail();
      await nextTurn();
      return { watching };
    }],
    ["while the page is hidden", async (page, signal) => {
      page.isHidden = true;
      const watching = page.watch(signal);
      (await page.asked("GET /:id")).show(itineraryJob());
      await nextTurn();
      return { watching };
    }],
  ];

interface Watching {
  watching: Promise<unknown>;
}

for (const [name, reach] of states) {
  pageTest(`aborting ${name} ends everything at once`, async (page) => {
    const leaving = new AbortController();
    const { watching } = await reach(page, leaving.signal);
    const rejected = assert.rejects(watching, reason);
    await nextTurn();
    leaving.abort(reason);
    await rejected;
    const { shown, connections, sent } = page;
    const before = [shown.length, connections.length, sent.length];
    await page.pass(60_000);
    assert.deepEqual([shown.length, connections.length, sent.length], before);
  });

  pageTest(`a wake ${name} leaves nothing behind`, async (page) => {
    const leaving = new AbortController();
    const { watching } = await reach(page, leaving.signal);
    await nextTurn();
    await page.say("online");
    (await page.asked("GET /:id")).show(doneJob);
    assert.deepEqual(await watching, doneJob);
  });
}

pageTest("whoever has left before asks for nothing", async (page) => {
  const signal = AbortSignal.abort(reason);
  for (
    const call of [
      page.watch(signal),
      page.client.get(id, { signal }),
      page.client.cancel(id, { signal }),
      page.client.createItinerary(wish, { signal }),
    ]
  ) {
    await assert.rejects(call, reason);
  }
  assert.equal(page.sent.length, 0);
});

/** A signal that knows how many listen to it. */
function countedSignal() {
  const { signal } = new AbortController();
  const counter = new CountingTarget();
  signal.addEventListener = counter.addEventListener.bind(counter);
  signal.removeEventListener = counter.removeEventListener.bind(counter);
  return { signal, counter };
}

pageTest("a call that is over does not listen to its signal any more", async (page) => {
  const { signal, counter } = countedSignal();
  const { watching, events } = await page.watchLive(signal);
  assert.ok(counter.listeners > 0);
  await events.close();
  await page.finish(watching);
  const creating = page.client.createItinerary(wish, { signal });
  (await page.asked("POST /api/itineraries")).answer(202, itineraryJob());
  await creating;
  assert.equal(counter.listeners, 0);
});

pageTest("whoever leaves while being shown the end has left", async (page) => {
  const leaving = new AbortController();
  const watching = page.client.watch(id, {
    signal: leaving.signal,
    onProgress: () => leaving.abort(reason),
  });
  const rejected = assert.rejects(watching, reason);
  (await page.asked("GET /:id")).show(doneJob);
  await rejected;
});

pageTest("what arrives in the moment of leaving is not shown", async (page) => {
  const leaving = new AbortController();
  const { watching, events } = await page.watchLive(leaving.signal);
  const sent = events.send(["item", { index: 0, item: monday }, "1-a"]);
  leaving.abort(reason);
  await sent;
  await assert.rejects(watching, reason);
  assert.deepEqual(page.days, [[]]);
});

pageTest("whoever leaves while being shown something is shown nothing more", async (page) => {
  const leaving = new AbortController();
  let calls = 0;
  const watching = page.client.watch(id, {
    signal: leaving.signal,
    onProgress() {
      if (++calls === 2) leaving.abort(reason);
    },
  });
  const rejected = assert.rejects(watching, reason);
  (await page.asked("GET /:id")).show(itineraryJob());
  const events = (await page.asked("GET /:id/events")).stream();
  await events.send(["item", { index: 0, item: monday }, "1-a"]);
  await rejected;
  assert.equal(calls, 2);
  assert.equal(events.isOver, true);
});

for (const call of [1, 2]) {
  pageTest(
    `an onProgress that throws ends the watch with what it threw: call ${call}`,
    async (page) => {
      const fault = new TypeError("The page has a bug");
      let calls = 0;
      const watching = page.client.watch(id, {
        onProgress() {
          if (++calls === call) throw fault;
        },
      });
      const rejected = assert.rejects(watching, fault);
      (await page.asked("GET /:id")).show(itineraryJob());
      if (call === 2) {
        const events = (await page.asked("GET /:id/events")).stream();
        await events.send(["item", { index: 0, item: monday }, "1-a"]);
        assert.equal(events.isOver, true);
      }
      await rejected;
      assert.equal(calls, call);
    },
  );
}

for (const state of ["live", "polling", "lost"]) {
  pageTest(`an onConnection that throws ends the watch, too: ${state}`, async (page) => {
    const fault = new TypeError("The page has a bug");
    const watching = page.client.watch(id, {
      onConnection(connection) {
        if (connection === state) throw fault;
      },
    });
    const rejected = assert.rejects(watching, fault);
    page.isHidden = state === "polling";
    const look = await page.asked("GET /:id");
    if (state === "lost") look.fail();
    else look.show(itineraryJob());
    if (state === "live") {
      const events = (await page.asked("GET /:id/events")).stream();
      await events.write(": hello\n\n");
    }
    await rejected;
  });
}

// Making, getting and canceling

const elsewhere = {
  baseUrl: "https://trips.example/",
  apiKey: "a-key-of-sixteen-chars",
  clientToken: "a-token-of-sixteen",
};

pageTest(
  "createItinerary() and createGeneration() post the wish, and give the job",
  async (page) => {
    const itinerary = page.client.createItinerary(wish);
    const first = await page.asked("POST https://trips.example/api/itineraries");
    assert.deepEqual(first.body, wish);
    assert.equal(first.cache, "no-store");
    assert.equal(first.headers.get("content-type"), "application/json");
    assert.match(first.headers.get("idempotency-key")!, /^[\d-]{16,255}$/);
    assert.equal(first.headers.get("authorization"), "Bearer a-key-of-sixteen-chars");
    assert.equal(first.headers.get("client-token"), "a-token-of-sixteen");
    first.answer(202, itineraryJob());
    assert.deepEqual(await itinerary, itineraryJob());

    const { jobId: _, ...job } = { ...itineraryJob(), generationId: JOB_ID };
    const generation = page.client.createGeneration(techno, { idempotencyKey: "mine" });
    const second = await page.asked("POST https://trips.example/api/generations");
    assert.deepEqual(second.body, techno);
    assert.equal(second.headers.get("idempotency-key"), "mine");
    second.answer(200, job);
    assert.equal((await generation).generationId, JOB_ID);

    const looked = page.client.get({ generationId: JOB_ID });
    (await page.asked(`GET https://trips.example/api/generations/${JOB_ID}`)).show(job);
    await looked;
  },
  elsewhere,
);

pageTest(
  "each wish has a key of its own, also where there is no crypto.randomUUID()",
  async (page) => {
    const { randomUUID } = crypto;
    Object.assign(crypto, { randomUUID: undefined });
    try {
      const keys = new Set<string | null>();
      for (let n = 0; n < 20; n++) {
        const creating = page.client.createItinerary(wish);
        const request = await page.asked("POST /api/itineraries");
        keys.add(request.headers.get("idempotency-key"));
        request.answer(202, itineraryJob());
        await creating;
      }
      assert.equal(keys.size, 20);
    } finally {
      Object.assign(crypto, { randomUUID });
    }
  },
);

for (
  const [what, fail] of [
    ["the connection breaks", (request) => request.fail()],
    ["a proxy answers", (request) => request.answer(502, "<h1>Bad Gateway</h1>")],
    ["the job was not accepted", (request) => request.refuse(500, "accept_failed")],
    ["there were too many requests", (request) => request.refuse(429, "rate_limited")],
    ["the request took too long", (request) => request.answer(408)],
    ["the answer is no job", (request) => request.answer(202, { jobId: 7, status: "processing" })],
    ["the answer is no object", (request) => request.answer(202, "processing")],
  ] as [string, (request: SentRequest) => void][]
) {
  pageTest(`a wish is sent again, with the same key, when ${what}`, async (page) => {
    const creating = page.client.createItinerary(wish);
    const keys = [];
    for (let n = 0; n < 4; n++) {
      const [request, ms] = await page.askedAfter("POST /api/itineraries");
      assert.equal(ms, [0, 750, 1_500, 3_000][n]);
      assert.deepEqual(request.body, wish);
      keys.push(request.headers.get("idempotency-key"));
      fail(request);
    }
    const [request] = await page.askedAfter("POST /api/itineraries");
    request.answer(202, itineraryJob());
    assert.deepEqual(await creating, itineraryJob());
    assert.equal(new Set([...keys, request.headers.get("idempotency-key")]).size, 1);
  });
}

pageTest("a wish that is not answered is sent again after 15 seconds", async (page) => {
  const creating = page.client.createItinerary(wish);
  await page.asked("POST /api/itineraries");
  await page.pass(15_000);
  (await page.askedAfter("POST /api/itineraries"))[0].answer(202, itineraryJob());
  await creating;
});

pageTest("after five tries the last error is thrown", async (page) => {
  const creating = errorOf(page.client.createItinerary(wish));
  for (let n = 0; n < 4; n++) (await page.askedAfter("POST /api/itineraries"))[0].fail();
  (await page.askedAfter("POST /api/itineraries"))[0].answer(502, "<h1>Bad Gateway</h1>");
  const error = await creating;
  assert.deepEqual(
    [error.name, error.status, error.code, error.message],
    ["TripError", 502, "network", "The answer has the status 502"],
  );
  const unreachable = errorOf(page.client.createItinerary(wish));
  for (let n = 0; n < 5; n++) (await page.askedAfter("POST /api/itineraries"))[0].fail();
  const { status, code, message, cause } = await unreachable;
  assert.deepEqual([status, code, message], [0, "network", "The service cannot be reached"]);
  assert.ok(cause instanceof TypeError);
});

pageTest("up to 5 seconds are waited for, more are told to the page at once", async (page) => {
  const creating = page.client.createItinerary(wish);
  const [request] = await page.askedAfter("POST /api/itineraries");
  request.refuse(503, "queue_full", { "retry-after": "5" });
  const [again, ms] = await page.askedAfter("POST /api/itineraries");
  assert.equal(ms, 5_000);
  again.refuse(429, "daily_budget_spent", { "retry-after": "6" });
  const { status, code, retryAfterSeconds } = await errorOf(creating);
  assert.deepEqual([status, code, retryAfterSeconds], [429, "daily_budget_spent", 6]);
});

pageTest(
  "a wish that is refused says what is wrong with it, and is not sent again",
  async (page) => {
    const creating = page.client.createItinerary(wish);
    const errors = [{ pointer: "#/durationDays", detail: "expected a whole number from 1 to 30" }];
    (await page.asked("POST /api/itineraries")).answer(400, {
      code: "invalid_request",
      detail: "durationDays: expected a whole number from 1 to 30",
      errors,
    }, { "content-type": "application/problem+json; charset=utf-8" });
    const error = await errorOf(creating);
    assert.deepEqual([error.status, error.code], [400, "invalid_request"]);
    assert.deepEqual(error.errors, errors);
    assert.match(error.message, /^durationDays/);
  },
);

const problemType = "application/problem+json";
const odd: [body: unknown, type: string][] = [
  ["null", problemType],
  ["[]", problemType],
  ["7", problemType],
  ["", problemType],
  [{ detail: {}, code: 7, errors: "many" }, problemType],
  [{ code: "job_not_found", detail: "No such page", errors: [] }, "application/json"],
];
for (const [body, type] of odd) {
  pageTest(
    `an error without a problem is an error all the same: ${JSON.stringify(body)}`,
    async (page) => {
      const creating = page.client.createItinerary(wish);
      creating.catch(() => {});
      for (let n = 0; n < 5; n++) {
        const [request] = await page.askedAfter("POST /api/itineraries");
        request.answer(422, body, { "content-type": type });
      }
      const { status, code, message, errors } = await errorOf(creating);
      assert.deepEqual(
        [status, code, message, errors],
        [422, "network", "The answer has the status 422", []],
      );
    },
  );
}

for (const options of [{ apiKey: "ключ" }, { apiKey: "two\nlines" }, { clientToken: "жетон" }]) {
  Deno.test(`what no header can hold is refused at once: ${JSON.stringify(options)}`, () => {
    assert.throws(() => createTripClient(options), TypeError);
  });
}

pageTest("get() gives the job as it is now, and tries again like the others", async (page) => {
  const getting = page.client.get(id);
  (await page.asked("GET /:id")).fail();
  (await page.askedAfter("GET /:id"))[0].show(itineraryJob());
  assert.deepEqual(await getting, itineraryJob());
});

pageTest("cancel() gives the canceled job, and tries again like the others", async (page) => {
  const canceled = itineraryJob({ status: "canceled" });
  const canceling = page.client.cancel(id);
  (await page.asked("DELETE /:id")).fail();
  (await page.askedAfter("DELETE /:id"))[0].refuse(503, "stopping");
  (await page.askedAfter("DELETE /:id"))[0].answer(202, canceled);
  assert.deepEqual(await canceling, canceled);
});

pageTest("cancel() of a job that has ended gives it as it ended", async (page) => {
  const canceling = page.client.cancel(id);
  (await page.asked("DELETE /:id")).refuse(409, "job_finished");
  (await page.asked("GET /:id")).show(doneJob);
  assert.deepEqual(await canceling, doneJob);
  const forbidden = page.client.cancel(id);
  (await page.asked("DELETE /:id")).refuse(403, "not_owner");
  assert.equal((await errorOf(forbidden)).code, "not_owner");
});

for (const isBetween of [false, true]) {
  pageTest(
    `aborting a wish ${isBetween ? "between two requests" : "during its request"} ends it at once`,
    async (page) => {
      const leaving = new AbortController();
      const creating = page.client.createItinerary(wish, { signal: leaving.signal });
      const rejected = assert.rejects(creating, reason);
      const request = await page.asked("POST /api/itineraries");
      if (isBetween) request.fail();
      await nextTurn();
      leaving.abort(reason);
      await rejected;
    },
  );
}

pageTest("aborting the last try is aborting, too", async (page) => {
  const leaving = new AbortController();
  const creating = page.client.createItinerary(wish, { signal: leaving.signal });
  const rejected = assert.rejects(creating, reason);
  for (let n = 0; n < 4; n++) (await page.askedAfter("POST /api/itineraries"))[0].fail();
  await page.askedAfter("POST /api/itineraries");
  leaving.abort(reason);
  await rejected;
});

// With the service

/** The application in place of a network: it answers in its own time, and notes what it was asked. */
function connectTo(app: App, block: (line: string) => boolean = () => false) {
  const clock = new FakeClock();
  const lines: string[] = [];
  async function fetch(path: string, init: RequestInit): Promise<Response> {
    const request = new Request(`http://localhost${path}`, init);
    const prefer = request.headers.get("prefer") ?? "";
    const line = `${request.method} ${path.replace(/\/[\da-f-]{36}/, "/:id")} ${prefer}`.trim();
    lines.push(line);
    const response = await app.fetch(request);
    init.signal?.throwIfAborted();
    if (!block(line)) return response;
    await response.body?.cancel();
    throw new TypeError("NetworkError when attempting to fetch resource.");
  }
  const platform = { fetch, clock, random: () => 0.5, events: null };
  const client = createTripClient({ clientToken: "a-token-of-sixteen", platform });
  return { client, clock, lines };
}

/** Lets time go by for everybody until this has happened. */
async function passUntil<T>(promise: Promise<T>, clocks: FakeClock[]): Promise<T> {
  let isSettled = false;
  const settled = promise.finally(() => isSettled = true);
  settled.catch(() => {});
  while (!isSettled) {
    for (const clock of clocks) clock.advance(250);
    await nextTurn();
  }
  return await settled;
}

/** How the days or bundles that are shown become more. */
const countsOf = (shown: Job[]) => shown.map(({ partial }) => partial?.length ?? null);

for (
  const [how, create, planOf] of [
    [
      "an itinerary",
      (client: TripClient) => client.createItinerary(tokyo),
      (job: Job) => (job as ItineraryJob).itinerary,
    ],
    [
      "a generation",
      (client: TripClient) => client.createGeneration(techno),
      (job: Job) => (job as GenerationJob).bundles,
    ],
  ] as const
) {
  Deno.test(`${how} is watched to its end by one stream`, async () => {
    using env = await openApp({ delayMs: 20_000 });
    const { client, clock, lines } = connectTo(env.app);
    const job: Job = await create(client);
    assert.equal(job.status, "processing");
    const shown: Job[] = [];
    const connections: string[] = [];
    const watching = client.watch(job, {
      onProgress: (job) => shown.push(job),
      onConnection: (connection) => connections.push(connection),
    });
    // Nothing of the client waits for the time.
    const ended = await passUntil(watching, [env.clock]);
    assert.equal(ended.status, "completed");
    assert.deepEqual(shown.at(-1), ended);
    assert.deepEqual(await client.get(job), ended);
    const counts = countsOf(shown);
    const plan = planOf(ended)!;
    for (let count = 0; count <= plan.length; count++) {
      assert.ok(counts.includes(count), `${counts}`);
    }
    assert.deepEqual(counts.slice(0, -1), counts.slice(0, -1).toSorted());
    assert.deepEqual(shown.at(-2)!.partial, plan);
    assert.deepEqual(connections, ["live"]);
    assert.deepEqual(lines.map((line) => line.split("/").at(-1)), [
      lines[0]!.split("/").at(-1),
      ":id",
      "events",
      ":id",
      ":id",
    ]);
    await env.a.instance.idle();
    assert.deepEqual([clock.waiting, env.a.jobs.watched], [0, 0]);
  });
}

for (
  const [how, block, expected] of [
    ["long polls", (line) => line.endsWith("/events"), "GET /api/itineraries/:id wait=25"],
    ["plain polls", (line) => /events|wait/.test(line), "GET /api/itineraries/:id"],
  ] as [string, (line: string) => boolean, string][]
) {
  Deno.test(`a job is watched to its end by ${how} where streams do not get through`, async () => {
    using env = await openApp({ delayMs: 60_000 });
    const { client, clock, lines } = connectTo(env.app, block);
    const job = await client.createItinerary(tokyo);
    const shown: Job[] = [];
    const watching = client.watch(job, { onProgress: (job) => shown.push(job) });
    const ended = await passUntil(watching, [env.clock, clock]);
    assert.equal(ended.itinerary?.length, tokyo.durationDays);
    assert.ok(countsOf(shown).includes(1));
    assert.equal(lines.at(-1), expected);
    await env.a.instance.idle();
    assert.deepEqual([clock.waiting, env.a.jobs.watched], [0, 0]);
  });
}

Deno.test("a wish whose first answer is lost makes one job", async () => {
  using env = await openApp();
  let lost = 2;
  const { client, clock, lines } = connectTo(env.app, () => lost-- > 0);
  const job = await passUntil(client.createItinerary(tokyo), [clock]);
  assert.equal(lines.length, 3);
  const headers = { "client-token": "a-token-of-sixteen" };
  const { body } = await send(env.app, "/api/itineraries", { headers });
  assert.deepEqual(body.items.map(({ jobId }: ItineraryJob) => jobId), [job.jobId]);
  assert.equal(clock.waiting, 0);
  await env.a.instance.idle();
});

Deno.test("a job that is canceled ends its watch; one that has ended stays as it is", async () => {
  using env = await openApp({ delayMs: 20_000 });
  const { client, clock } = connectTo(env.app);
  const job = await client.createItinerary(tokyo);
  const live = Promise.withResolvers<void>();
  const watching = client.watch(job, { onConnection: () => live.resolve() });
  await live.promise;
  const canceled = await client.cancel(job);
  assert.equal(canceled.status, "canceled");
  assert.deepEqual(await passUntil(watching, [env.clock]), canceled);
  assert.deepEqual(await client.cancel(job), canceled);
  const other = await client.createItinerary(tokyo);
  const done = await passUntil(client.watch(other), [env.clock]);
  assert.equal(done.status, "completed");
  assert.deepEqual(await client.cancel(other), done);
  await env.a.instance.idle();
  assert.deepEqual([clock.waiting, env.a.jobs.watched], [0, 0]);
});

Deno.test("a job that is not there, and a wish that makes no sense, are problems", async () => {
  using env = await openApp();
  const { client } = connectTo(env.app);
  assert.equal((await errorOf(client.watch(id))).code, "job_not_found");
  const { code, errors } = await errorOf(client.createItinerary({ ...tokyo, durationDays: 99 }));
  assert.equal(code, "invalid_request");
  assert.deepEqual(errors.map(({ pointer }) => pointer), ["#/durationDays"]);
});

/** A port that nobody listens on. */
function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String((listener.addr as Deno.NetAddr).port);
}

Deno.test("the server is killed and started again: the watch goes on, and nothing is left of it", async () => {
  await using directory = await workDirectory();
  // On a Deno that cannot try locks, a death is noticed soon.
  const lease = { LEASE_SECONDS: "1" };
  const env = { PORT: freePort(), GENERATOR: "sample", SAMPLE_DELAY_MS: "2000", ...lease };
  const client = createTripClient({ baseUrl: `http://127.0.0.1:${env.PORT}` });
  const [seen, lost] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const connections: string[] = [];
  let watching: Promise<ItineraryJob>;
  {
    await using program = new Program(directory.path, { env });
    await program.url();
    const job = await client.createItinerary(tokyo);
    watching = client.watch(job, {
      onProgress: ({ partial }) => partial?.length === 1 && seen.resolve(),
      onConnection(connection) {
        connections.push(connection);
        if (connection === "lost") lost.resolve();
      },
    });
    await seen.promise;
    await program.end("SIGKILL");
  }
  await lost.promise;
  await using _ = new Program(directory.path, { env });
  const job = await watching;
  assert.deepEqual([job.status, job.attempt], ["completed", 2]);
  assert.equal(job.itinerary?.length, tokyo.durationDays);
  assert.deepEqual(connections.slice(0, 2), ["live", "lost"]);
  assert.notEqual(connections.at(-1), "lost");
});

Deno.test("over a real network, too, whoever leaves leaves nothing behind", async () => {
  await using directory = await workDirectory();
  const env = { GENERATOR: "sample", SAMPLE_DELAY_MS: "600000" };
  await using program = new Program(directory.path, { env });
  const client = createTripClient({ baseUrl: await program.url() });
  const job = await client.createGeneration(techno);
  const leaving = new AbortController();
  const watching = client.watch(job, {
    signal: leaving.signal,
    onConnection: (connection) => connection === "live" && leaving.abort(reason),
  });
  await assert.rejects(watching, reason);
  assert.equal((await client.cancel(job)).status, "canceled");
});

// What pages load

Deno.test("the module is one file of less than 6 KB, and needs nothing else", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--minify", modulePath],
    stderr: "inherit",
  }).output();
  const code = new TextDecoder().decode(stdout);
  const { length } = gzipSync(stdout);
  assert.ok(length < 6 * 1024, `${length} bytes`);
  assert.doesNotMatch(code, /\bimport\b|\bfrom\s*"|\bDeno\b|\brequire\(/);
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  assert.deepEqual(Object.keys(module).toSorted(), ["TripError", "createTripClient"]);
  const { get } = module.createTripClient({
    platform: { fetch: () => Promise.resolve(Response.json(doneJob)) },
  });
  assert.deepEqual(await get(id), doneJob);
});

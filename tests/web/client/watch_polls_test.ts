/**
 * Watching a job where streams, or also long polls, do not get through.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { nextTurn } from "../../../testing/fake_clock.ts";
import {
  doneJob,
  itineraryJob,
  monday,
  pageTest,
  type SentRequest,
} from "../../../testing/test_page.ts";

pageTest("long polls are used after two streams without events", async (page) => {
  const { watching } = await page.watchByLongPolls();
  const [poll] = await page.nextRequestAfter("GET /:id, wait=25");
  assert(poll.headers.has("if-none-match"));
  poll.show(itineraryJob({ partial: [monday] }), { "preference-applied": "wait=25" });
  const [next, ms] = await page.nextRequestAfter("GET /:id, wait=25");
  // However fast they are answered.
  assertStrictEquals(ms, 1_000);
  next.show(doneJob, { "preference-applied": "wait=25" });
  assertEquals(await watching, doneJob);
  assertEquals(page.days, [[], ["Monday"], undefined]);
  assertEquals(page.connections, ["polling"]);
});

pageTest("a long poll that has waited is followed by the next one at once", async (page) => {
  const { watching } = await page.watchByLongPolls();
  const [poll] = await page.nextRequestAfter("GET /:id, wait=25");
  // Longer than the server was asked to wait: the network takes time, too.
  await page.advance(34_000);
  assertStrictEquals(poll.isSettled, false);
  poll.answer(304, null, { "preference-applied": "wait=25", etag: '"1"' });
  const [next, ms] = await page.nextRequestAfter("GET /:id, wait=25");
  assertStrictEquals(ms, 0);
  next.show(doneJob);
  await watching;
});

pageTest(
  "streams are used again after one without events, or two that are not consecutive",
  async (page) => {
    const watching = page.watch();
    for (let n = 0; n < 3; n++) {
      (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
      (await page.nextRequest("GET /:id/events")).fail();
      (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
      const events = (await page.nextRequest("GET /:id/events")).stream();
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
  pageTest(`a stream that ${what} counts as one without events`, async (page) => {
    const watching = page.watch();
    for (let n = 0; n < 2; n++) {
      (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
      await fail(await page.nextRequest("GET /:id/events"));
    }
    (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
    (await page.nextRequestAfter("GET /:id, wait=25"))[0].show(doneJob);
    await watching;
  });
}

pageTest("an unavailable server does not count against streams", async (page) => {
  const watching = page.watch();
  (await page.nextRequest("GET /:id")).show(itineraryJob());
  for (let n = 0; n < 5; n++) {
    (await page.nextRequest("GET /:id/events")).fail();
    (await page.nextRequestAfter("GET /:id"))[0].fail();
    (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
  }
  (await page.nextRequest("GET /:id/events")).fail();
  await page.finish(watching);
});

pageTest(
  "a busy server does not count against streams, and is given the time that it asks for",
  async (page) => {
    const watching = page.watch();
    (await page.nextRequest("GET /:id")).show(itineraryJob());
    for (const status of [429, 503, 429]) {
      const headers = { "retry-after": "17" };
      (await page.nextRequest("GET /:id/events")).refuse(status, "rate_limited", headers);
      const [look, ms] = await page.nextRequestAfter("GET /:id");
      assertStrictEquals(ms, 17_000);
      look.show(itineraryJob());
    }
    (await page.nextRequest("GET /:id/events")).fail();
    await page.finish(watching);
  },
);

pageTest(
  "plain polls are used after two failed long polls, at the server's interval",
  async (page) => {
    const { watching } = await page.watchByPlainPolls();
    for (const [retryAfter, expected] of [["3", 3_000], ["10", 10_000], ["0", 1_000]] as const) {
      const [look] = await page.nextRequestAfter("GET /:id");
      look.show(itineraryJob(), { "retry-after": retryAfter });
      await nextTurn();
      const before = page.clock.now();
      await page.untilRequest();
      assertStrictEquals(page.clock.now() - before, expected);
    }
    await page.finish(watching);
    assertEquals(page.connections, ["polling"]);
  },
);

pageTest("a long poll without an answer counts as failed", async (page) => {
  const { watching } = await page.watchByLongPolls();
  for (let n = 0; n < 2; n++) {
    const [poll] = await page.nextRequestAfter("GET /:id, wait=25");
    await page.advance(34_999);
    assertStrictEquals(poll.isSettled, false);
    await page.advance(1);
    assertStrictEquals(poll.isSettled, true);
    (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
  }
  const [, ms] = await page.nextRequestAfter("GET /:id");
  assertStrictEquals(ms, 2_000);
  page.sent.at(-1)!.show(doneJob);
  await watching;
});

pageTest("an unavailable or busy server does not count against long polls", async (page) => {
  const { watching } = await page.watchByLongPolls();
  for (let n = 0; n < 3; n++) {
    (await page.nextRequestAfter("GET /:id, wait=25"))[0].fail();
    (await page.nextRequestAfter("GET /:id"))[0].fail();
    (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
    const [poll] = await page.nextRequestAfter("GET /:id, wait=25");
    poll.refuse(503, "stopping", { "retry-after": "5" });
    const [look, ms] = await page.nextRequestAfter("GET /:id");
    assertStrictEquals(ms, 5_000);
    look.show(itineraryJob());
    const [again] = await page.nextRequestAfter("GET /:id, wait=25");
    again.show(itineraryJob(), { "preference-applied": "wait=25" });
  }
  await page.finish(watching);
});

pageTest(
  "long polls are used again after two failures with a success in between",
  async (page) => {
    const { watching } = await page.watchByLongPolls();
    for (let n = 0; n < 3; n++) {
      (await page.nextRequestAfter("GET /:id, wait=25"))[0].fail();
      (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
      const [poll] = await page.nextRequestAfter("GET /:id, wait=25");
      poll.show(itineraryJob(), { "preference-applied": "wait=25" });
    }
    await page.finish(watching);
  },
);

pageTest(
  "a server that does not support waiting is polled at its own interval",
  async (page) => {
    const { watching } = await page.watchByLongPolls();
    for (let n = 0; n < 3; n++) {
      const [poll] = await page.nextRequestAfter("GET /:id, wait=25");
      poll.answer(304, null, { "retry-after": "6" });
      await nextTurn();
      const before = page.clock.now();
      await page.untilRequest();
      assertStrictEquals(page.clock.now() - before, 6_000);
    }
    await page.finish(watching);
  },
);

for (const value of ["", "soon", "-1", "1e3", "Sat, 21 Nov 2026 12:00:09 GMT"]) {
  pageTest(`the pause is five seconds with ${value || "no"} Retry-After`, async (page) => {
    const { watching } = await page.watchByPlainPolls();
    const [look] = await page.nextRequestAfter("GET /:id");
    look.show(itineraryJob(), { "retry-after": value });
    const [, ms] = await page.nextRequestAfter("GET /:id");
    assertStrictEquals(ms, 5_000, value);
    page.sent.at(-1)!.show(doneJob);
    await watching;
  });
}

pageTest("304 leaves the job unchanged", async (page) => {
  const { watching } = await page.watchByPlainPolls();
  const [look] = await page.nextRequestAfter("GET /:id");
  look.show(itineraryJob({ partial: [monday] }), { etag: '"monday"' });
  for (let n = 0; n < 3; n++) {
    const [next] = await page.nextRequestAfter("GET /:id");
    assertStrictEquals(next.headers.get("if-none-match"), '"monday"');
    next.answer(304, null, { etag: '"monday"', "retry-after": "2" });
  }
  await page.finish(watching);
  assertEquals(page.days, [[], ["Monday"], undefined]);
});

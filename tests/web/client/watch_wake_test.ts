/**
 * Watching a job on a page that sleeps, wakes and is hidden.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { nextTurn } from "../../../testing/fake_clock.ts";
import { doneJob, itineraryJob, monday, pageTest } from "../../../testing/test_page.ts";

for (
  const [type, members] of [
    ["online", {}],
    ["pageshow", { persisted: true }],
    ["visibilitychange", {}],
  ] as const
) {
  pageTest(`${type}: all requests start again at once, with a stream`, async (page) => {
    const { watching } = await page.watchByPlainPolls();
    // A plain poll that the test does not answer.
    await page.nextRequestAfter("GET /:id");
    await page.dispatch(type, members);
    (await page.nextRequest("GET /:id")).show(itineraryJob());
    // A stream without an answer, and one with an answer.
    await page.nextRequest("GET /:id/events");
    await page.dispatch(type, members);
    (await page.nextRequest("GET /:id")).show(itineraryJob());
    const events = (await page.nextRequest("GET /:id/events")).stream();
    await events.send(["item", { index: 0, item: monday }, "1-a"]);
    await page.dispatch(type, members);
    assertStrictEquals(events.isOver, true);
    // A long pause; the next one after the wake is short again.
    (await page.nextRequest("GET /:id")).refuse(503, "stopping", { "retry-after": "3000" });
    await nextTurn();
    await page.dispatch(type, members);
    (await page.nextRequest("GET /:id")).fail();
    const [look, ms] = await page.nextRequestAfter("GET /:id");
    assertStrictEquals(ms, 750);
    look.show(itineraryJob({ partial: [monday] }));
    assertStrictEquals(
      (await page.nextRequest("GET /:id/events")).headers.get("last-event-id"),
      "1-a",
    );
    await page.dispatch(type, members);
    (await page.nextRequest("GET /:id")).show(doneJob);
    await watching;
  });
}

pageTest("a first pageshow does not count as a wake", async (page) => {
  const { watching, events } = await page.watchLive();
  await page.dispatch("pageshow", { persisted: false });
  assertStrictEquals(events.isOver, false);
  await events.close();
  await page.finish(watching);
});

pageTest("a hidden page has no connection, and polls at most every ten seconds", async (page) => {
  page.isHidden = true;
  const watching = page.watch();
  (await page.nextRequest("GET /:id")).show(itineraryJob());
  const pauses = [];
  for (const retryAfter of ["2", "14", "2"]) {
    const [look, ms] = await page.nextRequestAfter("GET /:id");
    look.show(itineraryJob(), { "retry-after": retryAfter });
    pauses.push(ms);
  }
  assertEquals(pauses, [10_000, 10_000, 14_000]);
  assertEquals(page.connections, ["polling"]);
  await nextTurn();
  await page.setHidden(false);
  (await page.nextRequest("GET /:id")).show(itineraryJob());
  const events = (await page.nextRequest("GET /:id/events")).stream();
  await events.send(["progress", itineraryJob(), "0-"]);
  assertEquals(page.connections, ["polling", "live"]);
  await events.close();
  await page.finish(watching);
});

pageTest("a page closes its stream when it becomes hidden", async (page) => {
  const { watching, events } = await page.watchLive();
  await page.setHidden(true);
  assertStrictEquals(events.isOver, true);
  (await page.nextRequest("GET /:id")).show(itineraryJob());
  const [look, ms] = await page.nextRequestAfter("GET /:id");
  assertStrictEquals(ms, 10_000);
  look.show(doneJob);
  await watching;
});

pageTest("a page ends its long poll when it becomes hidden", async (page) => {
  const { watching } = await page.watchByLongPolls();
  const [poll] = await page.nextRequestAfter("GET /:id, wait=25");
  await page.setHidden(true);
  assertStrictEquals(poll.signal.aborted, true);
  (await page.nextRequest("GET /:id")).show(doneJob);
  await watching;
});

pageTest(
  "a page that becomes hidden between two plain polls does not poll sooner",
  async (page) => {
    const { watching } = await page.watchByPlainPolls();
    await nextTurn();
    await page.setHidden(true);
    assertStrictEquals(page.unseen, 0);
    await page.finish(watching);
  },
);

pageTest(
  "three watches have a stream at the same time, and the others poll until a stream ends",
  async (page) => {
    const watches = Array.from({ length: 4 }, () => page.watch());
    for (const _ of watches) (await page.nextRequest("GET /:id")).show(itineraryJob());
    const streams = [];
    for (let n = 0; n < 3; n++) streams.push((await page.nextRequest("GET /:id/events")).stream());
    for (const events of streams) await events.send(["progress", itineraryJob(), "0-"]);
    const [look, ms] = await page.nextRequestAfter("GET /:id");
    assertStrictEquals(ms, 2_000);
    look.show(itineraryJob());
    await nextTurn();
    await streams[0]!.send(["end", doneJob, "end"]);
    (await page.nextRequest("GET /:id")).show(doneJob);
    (await page.nextRequestAfter("GET /:id"))[0].show(itineraryJob());
    streams[0] = (await page.nextRequest("GET /:id/events")).stream();
    for (const events of streams) {
      await events.send(["end", doneJob, "end"]);
      (await page.nextRequest("GET /:id")).show(doneJob);
    }
    for (const watching of watches) assertEquals(await watching, doneJob);
  },
);

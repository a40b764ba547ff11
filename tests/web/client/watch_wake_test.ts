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
    assertStrictEquals(events.isOver, true);
    // A long pause, which begins with the shortest one afterwards.
    (await page.asked("GET /:id")).refuse(503, "stopping", { "retry-after": "3000" });
    await nextTurn();
    await page.say(type, members);
    (await page.asked("GET /:id")).fail();
    const [look, ms] = await page.askedAfter("GET /:id");
    assertStrictEquals(ms, 750);
    look.show(itineraryJob({ partial: [monday] }));
    assertStrictEquals((await page.asked("GET /:id/events")).headers.get("last-event-id"), "1-a");
    await page.say(type, members);
    (await page.asked("GET /:id")).show(doneJob);
    await watching;
  });
}

pageTest("a page that is shown for the first time has not been asleep", async (page) => {
  const { watching, events } = await page.watchLive();
  await page.say("pageshow", { persisted: false });
  assertStrictEquals(events.isOver, false);
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
  assertEquals(pauses, [10_000, 10_000, 14_000]);
  assertEquals(page.connections, ["polling"]);
  await nextTurn();
  await page.setHidden(false);
  (await page.asked("GET /:id")).show(itineraryJob());
  const events = (await page.asked("GET /:id/events")).stream();
  await events.send(["progress", itineraryJob(), "0-"]);
  assertEquals(page.connections, ["polling", "live"]);
  await events.close();
  await page.finish(watching);
});

pageTest("a page that becomes hidden lets go of its stream", async (page) => {
  const { watching, events } = await page.watchLive();
  await page.setHidden(true);
  assertStrictEquals(events.isOver, true);
  (await page.asked("GET /:id")).show(itineraryJob());
  const [look, ms] = await page.askedAfter("GET /:id");
  assertStrictEquals(ms, 10_000);
  look.show(doneJob);
  await watching;
});

pageTest("a page that becomes hidden lets go of its long poll", async (page) => {
  const { watching } = await page.watchByLongPolls();
  const [poll] = await page.askedAfter("GET /:id, wait=25");
  await page.setHidden(true);
  assertStrictEquals(poll.signal.aborted, true);
  (await page.asked("GET /:id")).show(doneJob);
  await watching;
});

pageTest(
  "a page that becomes hidden between two plain looks asks no sooner for it",
  async (page) => {
    const { watching } = await page.watchByPlainPolls();
    await nextTurn();
    await page.setHidden(true);
    assertStrictEquals(page.unseen, 0);
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
    assertStrictEquals(ms, 2_000);
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
    for (const watching of watches) assertEquals(await watching, doneJob);
  },
);

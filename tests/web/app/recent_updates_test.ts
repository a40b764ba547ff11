import { assertEquals, assertStrictEquals } from "@std/assert";
import { RecentTrips } from "../../../web/app/kept/recent_trips.ts";
import { keepUpToDate } from "../../../web/app/home/recent_updates.ts";
import { nextTurn, NOON } from "../../../testing/fake_clock.ts";
import { MemoryStorage } from "../../../testing/memory_storage.ts";
import {
  itineraryJob,
  pageTest,
  type SentRequest,
  type TestPage,
} from "../../../testing/test_page.ts";

const at = (id: string) => `GET /api/itineraries/${id}`;

/** Creates a list of unfinished trips with these ids, newest first, and keeps it up to date. */
function follow(page: TestPage, ids: string[]) {
  const recent = new RecentTrips(new MemoryStorage() as unknown as Storage);
  const jobs = new Map(ids.map((jobId, index) => {
    const createdAt = new Date(NOON - 1_000 * index).toISOString();
    return [jobId, itineraryJob({ jobId, createdAt })];
  }));
  for (const job of jobs.values()) recent.put(job);
  const left = new AbortController();
  let looks = 0;
  const begin = () =>
    keepUpToDate({
      recent,
      openClient: () => page.client,
      platform: { clock: page.clock, events: page.events, isHidden: () => page.isHidden },
      onLook: () => void looks++,
      signal: left.signal,
    });
  return {
    recent,
    begin,
    looks: () => looks,
    job: (id: string, status: "processing" | "completed" = "processing") => {
      return { ...jobs.get(id)!, status };
    },
    /** Leaves the page. */
    async leave(following: Promise<void>): Promise<void> {
      left.abort();
      await following;
    },
  };
}

function statusesOf(recent: RecentTrips): string[] {
  return recent.list().map(({ id, status }) => `${id} ${status}`);
}

pageTest("trips are requested one after the other, and again four seconds later", async (page) => {
  const list = follow(page, ["a", "b"]);
  const following = list.begin();
  for (let round = 0; round < 3; round++) {
    const first = await page.nextRequest(at("a"));
    await nextTurn();
    assertStrictEquals(page.unseen, 0);
    first.show(list.job("a"));
    (await page.nextRequest(at("b"))).show(list.job("b"));
    await nextTurn();
    assertStrictEquals(list.looks(), round + 1);
    if (round < 2) assertStrictEquals(await page.untilRequest(), 4_000);
  }
  await list.leave(following);
});

pageTest("an ended trip is requested once, and a gone trip may be found again", async (page) => {
  const list = follow(page, ["a", "b", "c"]);
  list.recent.put(list.job("b", "completed"));
  list.recent.markGone("c");
  const following = list.begin();
  (await page.nextRequest(at("a"))).show(list.job("a"));
  (await page.nextRequest(at("b"))).refuse(404, "job_not_found");
  (await page.nextRequest(at("c"))).show(list.job("c", "completed"));
  await nextTurn();
  assertEquals(statusesOf(list.recent), ["a processing", "b gone", "c completed"]);
  await page.untilRequest();
  (await page.nextRequest(at("a"))).show(list.job("a", "completed"));
  await page.advance(600_000);
  assertStrictEquals(page.unseen, 0);
  assertEquals(statusesOf(list.recent), ["a completed", "b gone", "c completed"]);
  await list.leave(following);
});

pageTest("an unavailable service is requested at growing intervals", async (page) => {
  const list = follow(page, ["a", "b"]);
  const following = list.begin();
  const answers: ((request: SentRequest) => void)[] = [
    (request) => request.fail(),
    (request) => request.answer(404, "<h1>No deployment</h1>"),
    (request) => request.answer(502, "<h1>Bad gateway</h1>"),
    (request) => request.refuse(503, "stopping"),
  ];
  const pauses: number[] = [];
  for (let round = 0; round < 8; round++) {
    for (let tries = 0; tries < 5; tries++) {
      const [request, ms] = await page.nextRequestAfter(at("a"));
      if (tries === 0) pauses.push(ms);
      answers[round % 4]!(request);
    }
  }
  assertEquals(pauses, [0, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
  assertEquals(statusesOf(list.recent), ["a processing", "b processing"]);
  for (const id of ["a", "b"]) (await page.nextRequestAfter(at(id)))[0].show(list.job(id));
  assertStrictEquals((await page.nextRequestAfter(at("a")))[1], 4_000);
  await list.leave(following);
});

pageTest("a trip that could not be requested is requested later, ended or not", async (page) => {
  const list = follow(page, ["a", "b"]);
  list.recent.put(list.job("b", "completed"));
  const following = list.begin();
  // Without a key, all of the requests would fail.
  (await page.nextRequest(at("a"))).refuse(401, "unauthorized");
  assertStrictEquals(await page.untilRequest(), 8_000);
  (await page.nextRequest(at("a"))).show(list.job("a"));
  (await page.nextRequest(at("b"))).show(list.job("b", "completed"));
  await list.leave(following);
});

pageTest("a page that is left during a request does not process the answer", async (page) => {
  const list = follow(page, ["a", "b"]);
  const following = list.begin();
  await page.nextRequest(at("a"));
  await list.leave(following);
  assertStrictEquals(list.looks(), 0);
});

for (const [asked, ms] of [["300", 300_000], ["9".repeat(12), 3_600_000]] as const) {
  pageTest(`Retry-After: ${asked} is a pause of ${ms} ms`, async (page) => {
    const list = follow(page, ["a", "b"]);
    const following = list.begin();
    (await page.nextRequest(at("a"))).refuse(429, "rate_limited", { "retry-after": asked });
    await nextTurn();
    await page.advance(ms - 1);
    assertStrictEquals(page.unseen, 0);
    await page.advance(1);
    await page.nextRequest(at("a"));
    await list.leave(following);
  });
}

pageTest("a trip that cannot be read does not block the others", async (page) => {
  const list = follow(page, ["a", "b"]);
  const following = list.begin();
  for (let tries = 0; tries < 5; tries++) {
    (await page.nextRequestAfter(at("a")))[0].refuse(500, "internal");
  }
  (await page.nextRequest(at("b"))).show(list.job("b", "completed"));
  await nextTurn();
  assertEquals(statusesOf(list.recent), ["a processing", "b completed"]);
  await list.leave(following);
});

pageTest("a trip that is forgotten during its request stays forgotten", async (page) => {
  const list = follow(page, ["a"]);
  const following = list.begin();
  const request = await page.nextRequest(at("a"));
  list.recent.remove("a");
  request.show(list.job("a", "completed"));
  await nextTurn();
  assertEquals(list.recent.list(), []);
  await list.leave(following);
});

pageTest("a hidden page sends no request until it is shown again", async (page) => {
  const list = follow(page, ["a"]);
  page.isHidden = true;
  const following = list.begin();
  await page.advance(600_000);
  assertStrictEquals(page.unseen, 0);
  await page.setHidden(false);
  (await page.nextRequest(at("a"))).show(list.job("a"));
  await nextTurn();
  await page.dispatch("pageshow", { persisted: false });
  assertStrictEquals(page.unseen, 0);
  for (const event of ["online", "pageshow"]) {
    await page.dispatch(event);
    (await page.nextRequest(at("a"))).show(list.job("a"));
    await nextTurn();
  }
  await list.leave(following);
});

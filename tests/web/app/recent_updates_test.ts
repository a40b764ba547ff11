import { assertEquals, assertStrictEquals } from "@std/assert";
import { RecentTrips } from "../../../web/app/recent_trips.ts";
import { keepUpToDate } from "../../../web/app/recent_updates.ts";
import { nextTurn, NOON } from "../../../testing/fake_clock.ts";
import { MemoryStorage } from "../../../testing/memory_storage.ts";
import {
  itineraryJob,
  pageTest,
  type SentRequest,
  type TestPage,
} from "../../../testing/test_page.ts";

const at = (id: string) => `GET /api/itineraries/${id}`;

/** A list of unfinished trips with these ids, the first one newest, that a page keeps up to date. */
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
    /** The page is left. */
    async leave(following: Promise<void>): Promise<void> {
      left.abort();
      await following;
    },
  };
}

function statusesOf(recent: RecentTrips): string[] {
  return recent.list().map(({ id, status }) => `${id} ${status}`);
}

pageTest("trips are asked for one after the other, and again four seconds later", async (page) => {
  const list = follow(page, ["a", "b"]);
  const following = list.begin();
  for (let round = 0; round < 3; round++) {
    const first = await page.asked(at("a"));
    await nextTurn();
    assertStrictEquals(page.unseen, 0);
    first.show(list.job("a"));
    (await page.asked(at("b"))).show(list.job("b"));
    await nextTurn();
    assertStrictEquals(list.looks(), round + 1);
    if (round < 2) assertStrictEquals(await page.untilAsked(), 4_000);
  }
  await list.leave(following);
});

pageTest("what has ended or is gone is asked for once, and may be found again", async (page) => {
  const list = follow(page, ["a", "b", "c"]);
  list.recent.put(list.job("b", "completed"));
  list.recent.markGone("c");
  const following = list.begin();
  (await page.asked(at("a"))).show(list.job("a"));
  (await page.asked(at("b"))).refuse(404, "job_not_found");
  (await page.asked(at("c"))).show(list.job("c", "completed"));
  await nextTurn();
  assertEquals(statusesOf(list.recent), ["a processing", "b gone", "c completed"]);
  await page.untilAsked();
  (await page.asked(at("a"))).show(list.job("a", "completed"));
  await page.pass(600_000);
  assertStrictEquals(page.unseen, 0);
  assertEquals(statusesOf(list.recent), ["a completed", "b gone", "c completed"]);
  await list.leave(following);
});

pageTest("a service that is away is asked ever more rarely", async (page) => {
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
      const [request, ms] = await page.askedAfter(at("a"));
      if (tries === 0) pauses.push(ms);
      answers[round % 4]!(request);
    }
  }
  assertEquals(pauses, [0, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
  assertEquals(statusesOf(list.recent), ["a processing", "b processing"]);
  for (const id of ["a", "b"]) (await page.askedAfter(at(id)))[0].show(list.job(id));
  assertStrictEquals((await page.askedAfter(at("a")))[1], 4_000);
  await list.leave(following);
});

pageTest("what could not be asked for is asked for later, ended or not", async (page) => {
  const list = follow(page, ["a", "b"]);
  list.recent.put(list.job("b", "completed"));
  const following = list.begin();
  // Without a key, none of them can be asked for.
  (await page.asked(at("a"))).refuse(401, "unauthorized");
  assertStrictEquals(await page.untilAsked(), 8_000);
  (await page.asked(at("a"))).show(list.job("a"));
  (await page.asked(at("b"))).show(list.job("b", "completed"));
  await list.leave(following);
});

pageTest("a page that is left in the middle of a look hears nothing of it", async (page) => {
  const list = follow(page, ["a", "b"]);
  const following = list.begin();
  await page.asked(at("a"));
  await list.leave(following);
  assertStrictEquals(list.looks(), 0);
});

for (const [asked, ms] of [["300", 300_000], ["9".repeat(12), 3_600_000]] as const) {
  pageTest(`Retry-After: ${asked} is a pause of ${ms} ms`, async (page) => {
    const list = follow(page, ["a", "b"]);
    const following = list.begin();
    (await page.asked(at("a"))).refuse(429, "rate_limited", { "retry-after": asked });
    await nextTurn();
    await page.pass(ms - 1);
    assertStrictEquals(page.unseen, 0);
    await page.pass(1);
    await page.asked(at("a"));
    await list.leave(following);
  });
}

pageTest("a trip that cannot be shown does not keep the others from it", async (page) => {
  const list = follow(page, ["a", "b"]);
  const following = list.begin();
  for (let tries = 0; tries < 5; tries++) {
    (await page.askedAfter(at("a")))[0].refuse(500, "internal");
  }
  (await page.asked(at("b"))).show(list.job("b", "completed"));
  await nextTurn();
  assertEquals(statusesOf(list.recent), ["a processing", "b completed"]);
  await list.leave(following);
});

pageTest("what is forgotten while it is asked for stays so", async (page) => {
  const list = follow(page, ["a"]);
  const following = list.begin();
  const request = await page.asked(at("a"));
  list.recent.remove("a");
  request.show(list.job("a", "completed"));
  await nextTurn();
  assertEquals(list.recent.list(), []);
  await list.leave(following);
});

pageTest("a hidden page asks for nothing, and one that is shown again at once", async (page) => {
  const list = follow(page, ["a"]);
  page.isHidden = true;
  const following = list.begin();
  await page.pass(600_000);
  assertStrictEquals(page.unseen, 0);
  await page.setHidden(false);
  (await page.asked(at("a"))).show(list.job("a"));
  await nextTurn();
  await page.say("pageshow", { persisted: false });
  assertStrictEquals(page.unseen, 0);
  for (const event of ["online", "pageshow"]) {
    await page.say(event);
    (await page.asked(at("a"))).show(list.job("a"));
    await nextTurn();
  }
  await list.leave(following);
});

/** `POST …/refinements` over HTTP, with the sample generator. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStrictEquals,
} from "@std/assert";
import { RateLimiter } from "../../../lib/store/rate_limiter.ts";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { EventSource, type ReceivedEvent } from "../../../testing/event_source.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { type Answer, type App, assertProblem, post, send } from "../../../testing/http.ts";
import { HOUR, testKind } from "../../../testing/jobs.ts";
import { countDue } from "../../../testing/stores.ts";

type Env = Awaited<ReturnType<typeof openApp>>;

const week = { ...tokyo, durationDays: 5 };
const laptop = { "client-token": "11111111-2222-4333-8444-555555555555" };
const phone = { "client-token": "99999999-2222-4333-8444-555555555555" };

/** Creates a plan and returns its path. */
async function planned(
  env: Env,
  { path = "/api/itineraries", wish = week as object, headers = {} } = {},
) {
  const { headers: answered, status } = await post(env.app, path, wish, headers);
  assert(status === 200 || status === 202);
  await env.a.instance.idle();
  return answered.get("location")!;
}

/** Sends a change, and waits until the plan is changed. */
async function refined(env: Env, location: string, change: object, headers = {}): Promise<Answer> {
  const answer = await post(env.app, `${location}/refinements`, change, headers);
  assert(answer.status === 200 || answer.status === 202, JSON.stringify(answer.body));
  await env.a.instance.idle();
  return answer;
}

async function bodyOf(app: App, location: string) {
  const { body, status } = await send(app, location);
  assertStrictEquals(status, 200);
  return body;
}

const idOf = (location: string) => location.split("/").at(-1)!;

Deno.test("another day 2 of 5: days 1, 3, 4 and 5 are the same bytes, and the parent does not change", async () => {
  await using env = await openApp();
  const parent = await planned(env);
  const before = await send(env.app, parent);
  const answer = await refined(env, parent, { day: 2 });
  assertStrictEquals(answer.status, 202);
  const location = answer.headers.get("location")!;
  assertMatch(location, /^\/api\/itineraries\/[0-9a-f-]{36}$/);
  assertNotEquals(location, parent);
  assertStrictEquals(answer.headers.get("retry-after"), "2");
  assertEquals([answer.body.status, answer.body.refines, answer.body.lineage], [
    "processing",
    idOf(parent),
    [idOf(parent)],
  ]);
  const after = await bodyOf(env.app, location);
  assertStrictEquals(after.status, "completed");
  const days = (body: { itinerary: object[] }) => body.itinerary.map((day) => JSON.stringify(day));
  const [old, now] = [days(before.body), days(after)];
  assertEquals([0, 1, 2, 3, 4].filter((n) => old[n] === now[n]), [0, 2, 3, 4]);
  assertEquals([before.body.refines, before.body.lineage], [null, []]);
  const again = await send(env.app, parent);
  assertEquals([again.body, again.headers.get("etag")], [before.body, before.headers.get("etag")]);
});

Deno.test("another event of a bundle: the other bundles and events are the same bytes", async () => {
  await using env = await openApp();
  const parent = await planned(env, { path: "/api/generations", wish: techno });
  const { bundles: old } = await bodyOf(env.app, parent);
  const answer = await refined(env, parent, { bundle: 2, event: 1 });
  assertStrictEquals(answer.status, 200);
  const { bundles } = await bodyOf(env.app, answer.headers.get("location")!);
  const changed = bundles.flatMap((one: object, n: number) =>
    JSON.stringify(one) === JSON.stringify(old[n]) ? [] : n
  );
  assertEquals(changed, [1]);
  const [first, ...others] = bundles[1].keyEvents;
  assertNotEquals(first, old[1].keyEvents[0]);
  assertEquals(others, old[1].keyEvents.slice(1));
});

Deno.test("twenty changes in a chain stay readable, each with its lineage", async () => {
  await using env = await openApp();
  const locations = [await planned(env)];
  for (let n = 0; n < 20; n++) {
    const { headers } = await refined(env, locations.at(-1)!, { day: n % 5 + 1 });
    locations.push(headers.get("location")!);
  }
  for (const [n, location] of locations.entries()) {
    const body = await bodyOf(env.app, location);
    assertStrictEquals(body.status, "completed");
    assertEquals(body.lineage, locations.slice(0, n).map(idOf));
    assertStrictEquals(body.itinerary.length, 5);
  }
});

Deno.test("a changed plan can be changed when the first one has expired", async () => {
  await using env = await openApp();
  const parent = await planned(env);
  env.clock.advance(23 * HOUR);
  const child = (await refined(env, parent, { day: 1 })).headers.get("location")!;
  env.clock.advance(2 * HOUR);
  assertProblem(await send(env.app, parent), 404, "job_not_found");
  assertProblem(await post(env.app, `${parent}/refinements`, { day: 2 }), 404, "job_not_found");
  const { body } = await refined(env, child, { day: 2 });
  assertEquals(body.lineage, [parent, child].map(idOf));
});

Deno.test("a wish changes the request of the new job, and the days that it needs", async () => {
  await using env = await openApp();
  const parent = await planned(env);
  const { body } = await refined(env, parent, { wish: { durationDays: 7, pace: "relaxed" } });
  assertEquals([body.durationDays, body.destination, body.pace], [7, week.destination, "relaxed"]);
  const longer = await bodyOf(env.app, `/api/itineraries/${body.jobId}`);
  assertEquals(longer.itinerary.map(({ day }: { day: number }) => day), [1, 2, 3, 4, 5, 6, 7]);
  const cut = await refined(env, `/api/itineraries/${body.jobId}`, { wish: { durationDays: 2 } });
  const shorter = await bodyOf(env.app, cut.headers.get("location")!);
  assertEquals(shorter.itinerary, longer.itinerary.slice(0, 2));
});

Deno.test("only a completed job can be changed, and a problem says why", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const location = (await post(env.app, "/api/itineraries", week)).headers.get("location")!;
  const change = () => post(env.app, `${location}/refinements`, { day: 1 });
  const waiting = await change();
  assertProblem(waiting, 409, "no_plan_to_refine");
  assertStrictEquals(waiting.body.state, "processing");
  assertMatch(waiting.body.detail, /still being written/);
  await send(env.app, location, { method: "DELETE" });
  const canceled = await change();
  assertProblem(canceled, 409, "no_plan_to_refine");
  assertStrictEquals(canceled.body.state, "canceled");
  assertMatch(canceled.body.detail, /was canceled/);
});

Deno.test("a job that does not exist, of another kind or without a valid id is 404", async () => {
  await using env = await openApp();
  const id = idOf(await planned(env));
  for (
    const path of [
      `/api/itineraries/${crypto.randomUUID()}`,
      "/api/itineraries/nonsense",
      "/api/itineraries/..%2f",
    ]
  ) {
    const answer = await post(env.app, `${path}/refinements`, { day: 1 });
    assertProblem(answer, 404, "job_not_found");
    assertStrictEquals(answer.body.error, "Itinerary not found");
  }
  const other = await post(env.app, `/api/generations/${id}/refinements`, { bundle: 1 });
  assertProblem(other, 404, "job_not_found");
  const upper = await post(env.app, `/api/itineraries/${id.toUpperCase()}/refinements`, { day: 1 });
  assertEquals([upper.status, upper.body.refines], [202, id]);
  await env.a.instance.idle();
});

const hostile: [body: unknown, pointer: string][] = [
  [{}, "#"],
  [[], "#"],
  ["null", "#"],
  ['{"__proto__":{"day":1}}', "#"],
  ['{"constructor":{"prototype":{"day":1}}}', "#"],
  [{ days: 2, unknown: [1] }, "#"],
  [{ instruction: "a", wish: { pace: "packed" } }, "#"],
  [{ instruction: "" }, "#/instruction"],
  [{ instruction: "\u0000\u200b" }, "#/instruction"],
  [{ instruction: "a".repeat(5_000) }, "#/instruction"],
  [{ instruction: { $gt: "" } }, "#/instruction"],
  [{ day: 0 }, "#/day"],
  [{ day: 6 }, "#/day"],
  [{ day: 31 }, "#/day"],
  [{ day: -1 }, "#/day"],
  [{ day: 1e99 }, "#/day"],
  [{ day: 2, activity: 0 }, "#/activity"],
  [{ day: 2, activity: 9 }, "#/activity"],
  [{ day: 2, activity: 6 }, "#/activity"],
  [{ activity: 1, instruction: "x" }, "#/activity"],
  [{ wish: [] }, "#/wish"],
  [{ wish: { durationDays: 31 } }, "#/wish/durationDays"],
  [{ wish: { durationDays: 5, other: 1 } }, "#/wish"],
  ['{"wish":{"__proto__":{"durationDays":4}}}', "#/wish"],
  [{ wish: { startDate: "2020-01-01" } }, "#/wish/startDate"],
  [{ day: 1, callbackUrl: "ftp://example.com" }, "#/callbackUrl"],
];

for (const [body, pointer] of hostile) {
  Deno.test(`a change ${JSON.stringify(body).slice(0, 70)} is refused at ${pointer}`, async () => {
    await using env = await openApp();
    const parent = await planned(env);
    const answer = await post(env.app, `${parent}/refinements`, body);
    assertProblem(answer, 400, "invalid_request");
    const pointers = answer.body.errors.map((error: { pointer: string }) => error.pointer);
    assertEquals([...new Set(pointers)], [pointer]);
    assertStrictEquals(await countDue(env.kv), 0);
  });
}

Deno.test("unknown members of a change are ignored", async () => {
  await using env = await openApp();
  const parent = await planned(env);
  const { body } = await refined(env, parent, { day: 1, refines: "x", lineage: [], schema: 9 });
  assertStrictEquals(body.refines, idOf(parent));
});

Deno.test("a stored start date that is over does not hinder another change", async () => {
  await using env = await openApp();
  const parent = await planned(env, { wish: { ...week, startDate: "2026-11-21" } });
  env.clock.advance(20 * HOUR);
  const child = (await refined(env, parent, { day: 1 })).headers.get("location")!;
  env.clock.advance(20 * HOUR);
  const kept = await refined(env, child, { wish: { pace: "relaxed" } });
  assertStrictEquals(kept.body.startDate, "2026-11-21");
  const past = await post(env.app, `${child}/refinements`, { wish: { startDate: "2026-11-20" } });
  assertProblem(past, 400, "invalid_request");
});

Deno.test("a repeated change with the same key finds its job, another change does not", async () => {
  await using env = await openApp();
  const parent = await planned(env, { headers: laptop });
  const headers = { ...laptop, "idempotency-key": "change-1" };
  const first = await refined(env, parent, { day: 2 }, headers);
  const again = await refined(env, parent, { day: 2, other: 1 }, headers);
  assertStrictEquals(again.body.jobId, first.body.jobId);
  assertStrictEquals(again.headers.get("idempotency-replayed"), "true");
  assertEquals(again.body.lineage, first.body.lineage);
  for (
    const [path, body] of [
      [`${parent}/refinements`, { day: 3 }],
      [`/api/itineraries/${first.body.jobId}/refinements`, { day: 2 }],
      ["/api/itineraries", week],
    ] as const
  ) {
    assertProblem(await post(env.app, path, body, headers), 422, "idempotency_key_reused");
  }
});

Deno.test("a caller that may see a plan can change it, and owns the new job", async () => {
  await using env = await openApp();
  const parent = await planned(env, { headers: laptop });
  const { body } = await refined(env, parent, { day: 1 }, phone);
  const listOf = async (headers: object, query: string) =>
    (await send(env.app, `/api/itineraries?${query}`, { headers: { ...headers } })).body.items
      .map(({ jobId }: { jobId: string }) => jobId);
  const refines = `refines=${idOf(parent).toUpperCase()}`;
  assertEquals(await listOf(phone, refines), [body.jobId]);
  assertEquals(await listOf(laptop, refines), []);
  assertEquals(await listOf(phone, ""), [body.jobId]);
  assertEquals(await listOf(phone, `refines=${crypto.randomUUID()}`), []);
});

Deno.test("?refines= has pages, and refuses what is no id", async () => {
  await using env = await openApp();
  const parent = await planned(env, { headers: laptop });
  const ids: string[] = [];
  for (let day = 1; day <= 3; day++) {
    env.clock.advance(1_000);
    ids.unshift((await refined(env, parent, { day }, laptop)).body.jobId);
  }
  const found: string[] = [];
  let path: string | undefined = `/api/itineraries?refines=${idOf(parent)}&limit=2`;
  while (path) {
    const { body, headers }: Answer = await send(env.app, path, { headers: laptop });
    found.push(...body.items.map(({ jobId }: { jobId: string }) => jobId));
    assertEquals(body.items[0].refines, idOf(parent));
    path = headers.get("link")?.match(/^<(.*)>; rel="next"$/)?.[1];
  }
  assertEquals(found, ids);
  for (
    const query of ["refines=", "refines=x", `refines=${idOf(parent)}&refines=${idOf(parent)}`]
  ) {
    const answer = await send(env.app, `/api/itineraries?${query}`, { headers: laptop });
    assertProblem(answer, 400, "invalid_request");
    assertEquals(answer.body.errors[0].parameter, "refines");
  }
});

Deno.test("a change streams what changes, and ends with the whole plan", async () => {
  await using env = await openApp({ delayMs: 1_000 });
  const finish = async () => {
    let idle = false;
    env.a.instance.idle().then(() => idle = true);
    while (!idle) {
      env.clock.advance(25);
      await env.settled();
    }
  };
  const parent = (await post(env.app, "/api/itineraries", week)).headers.get("location")!;
  await finish();
  const { headers } = await post(env.app, `${parent}/refinements`, { day: 2 });
  const location = headers.get("location")!;
  const source = await EventSource.open(env.app, `${location}/events`);
  const messages = new Set<string>();
  for (;;) {
    const { partial, progress } = await bodyOf(env.app, location);
    messages.add(progress.message);
    if (partial.length > 0) break;
    env.clock.advance(25);
    await env.settled();
  }
  const events: ReceivedEvent[] = [];
  while (events.at(-1)?.event !== "item") events.push((await source.next())!);
  const reading = source.rest();
  await finish();
  events.push(...await reading);
  const { itinerary } = await bodyOf(env.app, location);
  const names = events.map(({ event }) => event).filter((event) => event !== "progress");
  const whole = [...Array(5).fill("item"), "end"];
  assertEquals(names, ["item", "reset", ...whole]);
  const items = events.filter(({ event }) => event === "item").map(({ data }) => data.item);
  assertEquals(items, [itinerary[1], ...itinerary]);
  assert(messages.has("Writing changed day 1 of 1"), [...messages].join());
});

Deno.test("POST with Prefer: wait answers with the changed plan", async () => {
  await using env = await openApp();
  const parent = await planned(env);
  const headers = { prefer: "wait=5" };
  const { status, body } = await post(env.app, `${parent}/refinements`, { day: 3 }, headers);
  assertEquals([status, body.status, body.refines], [200, "completed", idOf(parent)]);
});

Deno.test("a change counts for the limit of new jobs, and one that is refused does not", async () => {
  const [kv, clock] = [await Deno.openKv(":memory:"), new FakeClock()];
  const jobs = new RateLimiter(kv, { clock, name: "jobs", limit: 2 });
  await using env = await openApp({ rateLimiters: { jobs }, kv, clock });
  const parent = await planned(env);
  for (const body of [{ day: 9 }, {}]) {
    assertStrictEquals((await post(env.app, `${parent}/refinements`, body)).status, 400);
  }
  assertStrictEquals((await refined(env, parent, { day: 1 })).status, 202);
  assertProblem(await post(env.app, `${parent}/refinements`, { day: 2 }), 429, "rate_limited");
  await jobs.settled();
});

Deno.test("a kind without changes has no such call", async () => {
  await using env = await openApp({}, { kinds: [testKind()] });
  const { headers } = await post(env.app, "/api/tests", { text: "hello" });
  await env.a.instance.idle();
  const answer = await post(env.app, `${headers.get("location")}/refinements`, { day: 1 });
  assertProblem(answer, 404, "route_not_found");
});

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotStrictEquals,
  assertStrictEquals,
  fail,
} from "@std/assert";
import type { Runtime } from "../../../jobs/runtime/runtime.ts";
import { JobError } from "../../../lib/job/failure.ts";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { heldWork, untilIdle } from "../../../testing/runtimes.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import { assertProblem, post, send } from "../../../testing/http.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR, testKind } from "../../../testing/jobs.ts";

const hello = { text: "hello" };

/** An application with one job that ends when the test calls `finish()`. */
async function openHeld() {
  const work = heldWork();
  const env = await openApp({}, { kinds: [work.kind] });
  const { headers, body } = await post(env.app, "/api/tests", hello);
  await work.begun;
  return { ...env, work, location: headers.get("location")!, id: body.testId as string };
}

/** Sends a long poll. */
function longPoll(env: Awaited<ReturnType<typeof openHeld>>, headers: Record<string, string> = {}) {
  let answered = false;
  const answer = send(env.app, env.location, { headers: { prefer: "wait=30", ...headers } })
    .finally(() => answered = true);
  return { answer, isAnswered: () => answered };
}

/** Resolves when all pending work except waits is done. */
async function settle(env: { a: Runtime }): Promise<void> {
  for (let n = 0; n < 20; n++) {
    await nextTurn();
    await env.a.jobs.ping();
  }
}

// Entity tags

Deno.test("an answer has a strong entity tag that stays the same until the job changes", async () => {
  using env = await openHeld();
  const first = await send(env.app, env.location);
  assertMatch(first.headers.get("etag")!, /^"[^"]+"$/);
  env.clock.advance(HOUR / 60);
  const second = await send(env.app, env.location);
  assertStrictEquals(second.headers.get("etag"), first.headers.get("etag"));
  assertEquals(second.body, first.body);
  env.work.finish();
  await env.a.instance.idle();
  const third = await send(env.app, env.location);
  assertNotStrictEquals(third.headers.get("etag"), first.headers.get("etag"));
});

Deno.test("a request with the current entity tag gets 304 without a body, for a running and a finished job", async () => {
  using env = await openHeld();
  for (const _ of ["running", "finished"]) {
    const { headers } = await send(env.app, env.location);
    const etag = headers.get("etag")!;
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const answer = await send(env.app, env.location, { headers: { "if-none-match": known } });
      assertStrictEquals(answer.status, 304);
      assertStrictEquals(answer.body, null);
      assertStrictEquals(answer.headers.get("etag"), etag);
      assertStrictEquals(answer.headers.get("cache-control"), "private, no-cache");
      assertStrictEquals(answer.headers.get("retry-after"), headers.get("retry-after"));
    }
    const other = { "if-none-match": '"other", nonsense' };
    assertStrictEquals((await send(env.app, env.location, { headers: other })).status, 200);
    env.work.finish();
    await env.a.instance.idle();
  }
});

Deno.test("progress changes the entity tag", async () => {
  const begun = Promise.withResolvers<void>();
  const shown = Promise.withResolvers<void>();
  const kind = testKind(async ({ text }, context) => {
    await begun.promise;
    context.showResearch("Looking things up");
    await shown.promise;
    return { text };
  });
  await using env = await openApp({}, { kinds: [kind] });
  const location = (await post(env.app, "/api/tests", hello)).headers.get("location")!;
  await settle(env);
  const before = await send(env.app, location);
  begun.resolve();
  await settle(env);
  const after = await send(env.app, location);
  assertStrictEquals(after.body.progress.message, "Looking things up");
  assertNotStrictEquals(after.headers.get("etag"), before.headers.get("etag"));
  shown.resolve();
  await env.a.instance.idle();
});

Deno.test("a follower that shows its leader's progress has a new entity tag with it", async () => {
  const work = heldWork();
  await using env = await openApp({}, { kinds: [work.kind], dedupeInFlight: true });
  const first = await post(env.app, "/api/tests", hello);
  await work.begun;
  const second = await post(env.app, "/api/tests", hello);
  const location = second.headers.get("location")!;
  const before = await send(env.app, location);
  const lease = await env.store.read(first.body.testId);
  await env.kv.set(["progress", first.body.testId], { message: "Thinking" });
  const after = await send(env.app, location);
  assertStrictEquals(after.body.progress.message, "Thinking");
  assertNotStrictEquals(after.headers.get("etag"), before.headers.get("etag"));
  assert(lease);
  work.finish();
  await env.a.instance.idle();
});

Deno.test("a finished job is read once, then served from memory until it expires", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  await using env = await openApp({ kv });
  const { headers } = await post(env.app, "/api/itineraries", tokyo);
  await env.a.instance.idle();
  const location = headers.get("location")!;
  const first = await send(env.app, location);
  hooks.get = () => fail("the database was read");
  const second = await send(env.app, location);
  assertEquals(second.body, first.body);
  assertEquals(
    [...second.headers],
    [...first.headers].map(([name, value]) =>
      name === "x-request-id" ? [name, second.headers.get(name)] : [name, value]
    ),
  );
  const known = { "if-none-match": first.headers.get("etag")! };
  assertStrictEquals((await send(env.app, location, { headers: known })).status, 304);
  hooks.get = undefined;
  const other = location.replace("itineraries", "generations");
  assertProblem(await send(env.app, other), 404, "job_not_found");
  env.clock.advance(24 * HOUR);
  assertProblem(await send(env.app, location), 404, "job_not_found");
});

Deno.test("HEAD returns the entity tag, Retry-After, and the length of the GET answer", async () => {
  using env = await openHeld();
  const get = await env.app.request(env.location);
  const head = await env.app.request(env.location, { method: "HEAD" });
  assertStrictEquals(await head.text(), "");
  for (const name of ["etag", "retry-after", "cache-control", "content-type"]) {
    assertStrictEquals(head.headers.get(name), get.headers.get(name), name);
  }
  await get.text();
  env.work.finish();
  await env.a.instance.idle();
});

// Retry-After

const intervals: [path: string, wish: object, ages: Record<number, string>][] = [
  ["/api/itineraries", tokyo, { 0: "2", 59: "2", 60: "10", 600: "10" }],
  ["/api/generations", techno, {
    0: "2",
    59: "2",
    60: "10",
    171: "9",
    176: "4",
    179: "2",
    181: "10",
  }],
];

for (const [path, wish, ages] of intervals) {
  Deno.test(`${path}: Retry-After depends on the age of the job and its usual duration`, async () => {
    await using env = await openApp({}, { concurrency: 0 });
    const { headers } = await post(env.app, path, wish);
    let age = 0;
    for (const [seconds, expected] of Object.entries(ages)) {
      env.clock.advance(1_000 * (Number(seconds) - age));
      age = Number(seconds);
      const answer = await send(env.app, headers.get("location")!);
      assertStrictEquals(answer.headers.get("retry-after"), expected, `after ${seconds} s`);
    }
  });
}

// Long polls

Deno.test("a long poll is answered as soon as the job ends", async () => {
  using env = await openHeld();
  const poll = longPoll(env);
  await settle(env);
  assertStrictEquals(poll.isAnswered(), false);
  env.work.finish();
  const { status, headers, body } = await poll.answer;
  assertStrictEquals(status, 200);
  assertStrictEquals(body.status, "completed");
  assertStrictEquals(headers.get("preference-applied"), "wait=30");
  assertStrictEquals(headers.get("retry-after"), null);
  await env.a.instance.idle();
});

Deno.test("a long poll is answered within a second when another process changes the job", async () => {
  const { kv } = hookKv(await Deno.openKv(":memory:"));
  // KV does not report changes that another process writes into the same file.
  const withoutEvents = new Proxy(kv, {
    get(target, name) {
      if (name === "watch") return () => new ReadableStream();
      return Reflect.get(target, name);
    },
  });
  await using env = await openApp({ kv: withoutEvents }, { concurrency: 0 });
  const location = (await post(env.app, "/api/itineraries", tokyo)).headers.get("location")!;
  const answer = send(env.app, location, { headers: { prefer: "wait=30" } });
  await settle(env);
  await env.store.cancel(location.split("/").at(-1)!);
  env.clock.advance(999);
  await settle(env);
  env.clock.advance(1);
  assertStrictEquals((await answer).body.status, "canceled");
});

Deno.test("a long poll of an unchanged job ends when its time is up", async () => {
  using env = await openHeld();
  const { headers } = await send(env.app, env.location);
  const etag = headers.get("etag")!;
  const poll = longPoll(env);
  const pollOfKnown = longPoll(env, { "if-none-match": etag });
  await settle(env);
  env.clock.advance(29_999);
  await settle(env);
  assertStrictEquals(poll.isAnswered() || pollOfKnown.isAnswered(), false);
  env.clock.advance(1);
  const answer = await poll.answer;
  assertStrictEquals(answer.status, 200);
  assertStrictEquals(answer.body.status, "processing");
  assertStrictEquals(answer.headers.get("preference-applied"), "wait=30");
  const unchanged = await pollOfKnown.answer;
  assertStrictEquals(unchanged.status, 304);
  assertStrictEquals(unchanged.headers.get("preference-applied"), "wait=30");
  env.work.finish();
  await env.a.instance.idle();
});

Deno.test("a long poll is answered at once with an old entity tag, or for a job that has ended", async () => {
  using env = await openHeld();
  const old = { prefer: "wait=30", "if-none-match": '"old"' };
  assertStrictEquals(
    (await send(env.app, env.location, { headers: old })).body.status,
    "processing",
  );
  env.work.finish();
  await env.a.instance.idle();
  assertStrictEquals((await longPoll(env).answer).body.status, "completed");
});

const preferences: [prefer: string, applied: string | null][] = [
  ["wait=1", "wait=1"],
  ["WAIT = 1", "wait=1"],
  ['wait="1"', "wait=1"],
  ["respond-async, wait=1; foo", "wait=1"],
  ["wait=1, wait=5", "wait=1"],
  ["wait=61", "wait=60"],
  ["wait=999999999999999999999", "wait=60"],
  ["wait=0", null],
  ["wait=-1", null],
  ["wait=soon", null],
  ["wait", null],
  ["wait=", null],
  ["wait=1.5", null],
  ["return=minimal", null],
  ["await=5", null],
];

for (const [prefer, applied] of preferences) {
  Deno.test(`Prefer: ${prefer} is ${applied ? `applied as ${applied}` : "ignored"}`, async () => {
    await using env = await openApp();
    const { headers } = await post(env.app, "/api/itineraries", tokyo);
    await env.a.instance.idle();
    const answer = await send(env.app, headers.get("location")!, { headers: { prefer } });
    assertStrictEquals(answer.status, 200);
    assertStrictEquals(answer.headers.get("preference-applied"), applied);
  });
}

Deno.test("POST with Prefer: wait is answered with the completed job", async () => {
  for (const [path, wish] of [["/api/itineraries", tokyo], ["/api/generations", techno]] as const) {
    await using env = await openApp();
    const answer = await post(env.app, path, wish, { prefer: "wait=30" });
    assertStrictEquals(answer.status, 200);
    assertStrictEquals(answer.body.status, "completed");
    assertStrictEquals(answer.headers.get("preference-applied"), "wait=30");
    assertStrictEquals(answer.headers.get("content-location"), answer.headers.get("location"));
    const polled = await send(env.app, answer.headers.get("location")!);
    assertEquals(polled.body, answer.body);
    assertStrictEquals(polled.headers.get("etag"), answer.headers.get("etag"));
    await env.a.instance.idle();
  }
});

Deno.test("POST with Prefer: wait is answered when the time is up, and the job continues", async () => {
  const work = heldWork();
  await using env = await openApp({}, { kinds: [work.kind] });
  const answer = post(env.app, "/api/tests", hello, { prefer: "wait=5" });
  await work.begun;
  await settle(env);
  env.clock.advance(5_000);
  const { status, body, headers } = await answer;
  assertStrictEquals(status, 202);
  assertStrictEquals(body.status, "processing");
  assertStrictEquals(headers.get("retry-after"), "2");
  work.finish();
  await env.a.instance.idle();
  const { body: polled } = await send(env.app, headers.get("location")!);
  assertStrictEquals(polled.status, "completed");
});

Deno.test("POST with Prefer: wait is answered with a failed job", async () => {
  const failing = testKind(() => Promise.reject(new JobError("refused", "No")));
  await using env = await openApp({}, { kinds: [failing] });
  const answer = await post(env.app, "/api/tests", hello, { prefer: "wait=30" });
  assertStrictEquals(answer.status, 200);
  assertStrictEquals(answer.body.status, "failed");
  await env.a.instance.idle();
});

Deno.test("an accepted POST is answered as accepted although its wait fails", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const answer = post(env.app, "/api/itineraries", tokyo, { prefer: "wait=30" });
  while (env.a.jobs.watched === 0) await nextTurn();
  // Written by an unknown version.
  for await (const { key } of env.kv.list({ prefix: ["job"] })) {
    await env.kv.set(key, { schema: 9 });
  }
  const { status, body, headers } = await answer;
  assertStrictEquals(status, 202);
  assertStrictEquals(body.status, "processing");
  assertStrictEquals(headers.get("preference-applied"), null);
  assertStrictEquals(headers.get("location"), `/api/itineraries/${body.jobId}`);
});

Deno.test("a client that disconnects from a long poll leaves no resources, and the job continues", async () => {
  using env = await openHeld();
  const client = new AbortController();
  const request = new Request(`http://localhost${env.location}`, {
    headers: { prefer: "wait=30" },
    signal: client.signal,
  });
  const answer = env.app.fetch(request);
  await settle(env);
  assert(env.clock.waiting > 0);
  client.abort();
  await (await answer).text();
  await settle(env);
  env.work.finish();
  await env.a.instance.idle();
  assertStrictEquals((await send(env.app, env.location)).body.status, "completed");
});

Deno.test("an instance that stops answers its long polls", async () => {
  using env = await openHeld();
  const poll = longPoll(env);
  await settle(env);
  const stopping = env.a.instance.stop(0);
  assertStrictEquals((await poll.answer).status, 200);
  env.work.finish();
  await stopping;
});

Deno.test("a long poll is 404 when its job expires meanwhile", async () => {
  await using env = await openApp({}, { concurrency: 0, jobTtlMs: 10_000 });
  const location = (await post(env.app, "/api/itineraries", tokyo)).headers.get("location")!;
  const answer = send(env.app, location, { headers: { prefer: "wait=60" } });
  await settle(env);
  env.clock.advance(10_000);
  assertProblem(await answer, 404, "job_not_found");
  await untilIdle(env.a, () => {});
});

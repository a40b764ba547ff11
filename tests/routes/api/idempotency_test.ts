import { assertEquals, assertMatch, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { submit } from "../../../testing/runtimes.ts";
import { assertProblem, post } from "../../../testing/http.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR } from "../../../testing/jobs.ts";
import { countDue } from "../../../testing/stores.ts";

const withKey = (key: string, headers = {}) => ({ "idempotency-key": key, ...headers });
const laptop = { "client-token": "11111111-2222-4333-8444-555555555555" };

Deno.test("the same key and body get the original answer, and create one job", async () => {
  for (const [path, wish] of [["/api/itineraries", tokyo], ["/api/generations", techno]] as const) {
    await using env = await openApp();
    const first = await post(env.app, path, wish, withKey("wish-1"));
    assertStrictEquals(first.headers.get("idempotency-replayed"), null);
    await env.a.instance.idle();
    env.clock.advance(HOUR);
    const again = await post(env.app, path, wish, withKey("wish-1"));
    assertStrictEquals(again.status, first.status);
    assertEquals(again.body, first.body);
    assertStrictEquals(again.headers.get("location"), first.headers.get("location"));
    assertStrictEquals(again.headers.get("idempotency-replayed"), "true");
    assertStrictEquals((await Array.fromAsync(env.kv.list({ prefix: ["job"] }))).length, 1);
  }
});

Deno.test("50 concurrent copies create one job, and all get its answer", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const copies = Array.from(
    { length: 50 },
    () => post(env.app, "/api/itineraries", tokyo, withKey("wish-1")),
  );
  const answers = await Promise.all(copies);
  const [{ body }] = answers as [typeof answers[0]];
  for (const answer of answers) {
    assertStrictEquals(answer.status, 202);
    assertEquals(answer.body, body);
  }
  const first = answers.filter(({ headers }) => headers.get("idempotency-replayed") === null);
  assertStrictEquals(first.length, 1);
  assertStrictEquals(await countDue(env.kv), 1);
});

Deno.test("copies that reach two instances at the same time create one job", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  await using env = await openApp({ kv }, { concurrency: 0 });
  // Both have read and found nothing when the first of them commits.
  const bothRead = Promise.withResolvers<void>();
  let reads = 0;
  hooks.get = ([sort]) => {
    if (sort === "idempotency" && ++reads === 4) bothRead.resolve();
  };
  hooks.commit = async (_, run) => {
    await bothRead.promise;
    return await run();
  };
  const options = { idempotencyKey: "wish-1" };
  const [a, b] = await Promise.all([
    submit(env.a, env.kind, tokyo, options),
    submit(env.b, env.kind, tokyo, options),
  ]);
  assertStrictEquals(a.job.id, b.job.id);
  assertNotStrictEquals(a.isRepeated, b.isRepeated);
  assertStrictEquals(await countDue(env.kv), 1);
});

Deno.test("the same wish in a different JSON text is the same request", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const first = await post(env.app, "/api/itineraries", tokyo, withKey("wish-1"));
  const body = '{ "extra": 1, "durationDays": 2, "destination": " Tokyo, Japan " }';
  const again = await post(env.app, "/api/itineraries", body, withKey('"wish-1"'));
  assertStrictEquals(again.body.jobId, first.body.jobId);
});

Deno.test("the same key with another body, or for another kind, is 422", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  await post(env.app, "/api/itineraries", tokyo, withKey("wish-1"));
  for (
    const answer of [
      await post(env.app, "/api/itineraries", { ...tokyo, durationDays: 3 }, withKey("wish-1")),
      await post(env.app, "/api/generations", techno, withKey("wish-1")),
    ]
  ) {
    assertProblem(answer, 422, "idempotency_key_reused");
  }
  assertStrictEquals(await countDue(env.kv), 1);
});

const wifi = { "x-forwarded-for": "192.0.2.1" };
const mobile = { "x-forwarded-for": "198.51.100.7" };
const phone = { "client-token": "99999999-2222-4333-8444-555555555555" };
const apiKeys = ["our-own-key-0123456789", "another-key-0123456789"];
const [ours, theirs] = apiKeys.map((key) => ({ authorization: `Bearer ${key}` })) as [
  { authorization: string },
  { authorization: string },
];

type Senders = [what: string, first: object, second: object, isSame: boolean, apiKeys?: string[]];

const senders: Senders[] = [
  ["one token at two addresses", { ...phone, ...wifi }, { ...phone, ...mobile }, true],
  ["two tokens at one address", { ...phone, ...wifi }, { ...laptop, ...wifi }, false],
  ["a token and none at one address", { ...phone, ...wifi }, wifi, false],
  ["one address without a token", wifi, wifi, true],
  ["two addresses without a token", wifi, mobile, false],
  ["one API key at two addresses", { ...ours, ...wifi }, { ...ours, ...mobile }, true, apiKeys],
  ["one API key with two tokens", { ...ours, ...phone }, { ...ours, ...laptop }, true, apiKeys],
  ["two API keys with one token", { ...ours, ...phone }, { ...theirs, ...phone }, false, apiKeys],
];

for (const [what, first, second, isSame, apiKeys = []] of senders) {
  Deno.test(`an Idempotency-Key ${isSame ? "is" : "is not"} shared by ${what}`, async () => {
    await using env = await openApp({ trustedProxies: 1, apiKeys }, { concurrency: 0 });
    const send = (headers: object) =>
      post(env.app, "/api/itineraries", tokyo, withKey("wish-1", headers));
    const [a, b] = [await send(first), await send(second)];
    assertEquals([a.status, b.status], [202, 202]);
    assertStrictEquals(a.body.jobId === b.body.jobId, isSame);
    assertStrictEquals(await countDue(env.kv), isSame ? 1 : 2);
  });
}

Deno.test("a key expires with its job", async () => {
  await using env = await openApp();
  const first = await post(env.app, "/api/itineraries", tokyo, withKey("wish-1"));
  await env.a.instance.idle();
  env.clock.advance(24 * HOUR - 1);
  const late = await post(env.app, "/api/itineraries", tokyo, withKey("wish-1"));
  assertStrictEquals(late.body.jobId, first.body.jobId);
  env.clock.advance(1);
  const next = await post(env.app, "/api/itineraries", tokyo, withKey("wish-1"));
  assertStrictEquals(next.status, 202);
  assertNotStrictEquals(next.body.jobId, first.body.jobId);
  assertStrictEquals(next.headers.get("idempotency-replayed"), null);
  await env.a.instance.idle();
});

Deno.test("a refused request does not use its key", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const bad = await post(env.app, "/api/itineraries", {}, withKey("wish-1"));
  assertProblem(bad, 400, "invalid_request");
  assertStrictEquals(
    (await post(env.app, "/api/itineraries", tokyo, withKey("wish-1"))).status,
    202,
  );
});

Deno.test("a repeated request gets its answer although the queue is full or the instance stops", async () => {
  await using env = await openApp({}, { maxQueuedJobs: 1, concurrency: 0 });
  const first = await post(env.app, "/api/itineraries", tokyo, withKey("wish-1"));
  assertProblem(await post(env.app, "/api/itineraries", tokyo), 503, "queue_full");
  const again = await post(env.app, "/api/itineraries", tokyo, withKey("wish-1"));
  assertStrictEquals(again.body.jobId, first.body.jobId);
  await env.a.instance.stop(0);
  const late = await post(env.app, "/api/itineraries", tokyo, withKey("wish-1"));
  assertStrictEquals(late.body.jobId, first.body.jobId);
});

Deno.test("the job exists once when only the answer to the commit was lost", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  await using env = await openApp({ kv }, { concurrency: 0 });
  hooks.commit = async (_, run) => {
    await run();
    hooks.commit = undefined;
    throw new Error("connection lost");
  };
  const first = await post(env.app, "/api/itineraries", tokyo, withKey("wish-1"));
  assertStrictEquals(first.status, 202);
  const again = await post(env.app, "/api/itineraries", tokyo, withKey("wish-1"));
  assertStrictEquals(again.body.jobId, first.body.jobId);
  assertStrictEquals(await countDue(env.kv), 1);
});

for (const key of ["", '""', "two words", "a, b", '"open', "x".repeat(256), "ä"]) {
  Deno.test(`the Idempotency-Key ${JSON.stringify(key.slice(0, 20))} is 400`, async () => {
    await using env = await openApp({}, { concurrency: 0 });
    const answer = await post(env.app, "/api/itineraries", tokyo, withKey(key));
    assertProblem(answer, 400, "invalid_header");
    assertMatch(answer.body.detail, /^Idempotency-Key: /);
    assertStrictEquals(await countDue(env.kv), 0);
  });
}

Deno.test("concurrent copies take one place in the queue", async () => {
  await using env = await openApp({}, { maxQueuedJobs: 1, concurrency: 0 });
  const copies = Array.from(
    { length: 50 },
    () => post(env.app, "/api/itineraries", tokyo, withKey("wish-1")),
  );
  const answers = await Promise.all(copies);
  assertEquals(new Set(answers.map(({ status }) => status)), new Set([202]));
  assertStrictEquals(await countDue(env.kv), 1);
});

/** What a key may do with each of its scopes, and what happens when it ends. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { KeyScope } from "../../../lib/api_key.ts";
import { callerWith, madeKey } from "../../../testing/api_keys.ts";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { EventSource } from "../../../testing/event_source.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { assertProblem, post, send } from "../../../testing/http.ts";

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

type Settings = Parameters<typeof openApp>[0];

/** Opens an application that knows a key with these scopes, and another one. */
async function openWith(scopes: KeyScope[], settings: Settings = {}) {
  const env = await openApp(settings, { concurrency: 0 });
  const [ours, theirs] = [madeKey({ scopes }), madeKey()];
  env.a.apiKeys.update({ keys: [ours.key, theirs.key], isClosed: true });
  const revoke = () => {
    const revoked = { ...ours.key, revokedAt: env.clock.now() };
    env.a.apiKeys.update({ keys: [revoked, theirs.key], isClosed: true });
  };
  /** Creates a job of a key, also if the key has no scope for that. */
  const jobOf = async (text: string) => {
    const kind = env.a.kinds.find(({ name }) => name === "itinerary")!;
    const submitted = await env.a.jobs.submit(kind, tokyo, { caller: callerWith(text) });
    assert(submitted.outcome === "accepted");
    return `/api/itineraries/${submitted.job.id}`;
  };
  return {
    ...env,
    ours: ours.text,
    revoke,
    own: await jobOf(ours.text),
    foreign: await jobOf(theirs.text),
  };
}

type Env = Awaited<ReturnType<typeof openWith>>;

/** The calls of the API. Each returns its status. */
const calls: Record<string, (env: Env) => Promise<number>> = {
  "create a job": async ({ app, ours }) =>
    (await post(app, "/api/itineraries", tokyo, bearer(ours))).status,
  "list its jobs": ({ app, ours }) => statusOf(app, "/api/itineraries", bearer(ours)),
  "list all jobs": ({ app, ours }) => statusOf(app, "/api/itineraries?all=1", bearer(ours)),
  "read its job": ({ app, ours, own }) => statusOf(app, own, bearer(ours)),
  "read its timeline": ({ app, ours, own }) => statusOf(app, `${own}/timeline`, bearer(ours)),
  "stream its job": ({ app, ours, own }) => statusOf(app, `${own}/events`, bearer(ours)),
  "get a read token": async ({ app, ours, own }) =>
    (await post(app, `${own}/read-tokens`, {}, bearer(ours))).status,
  "open its page": ({ app, ours, own }) => statusOf(app, pageOf(own), bearer(ours)),
  "cancel its job": ({ app, ours, own }) => statusOf(app, own, bearer(ours), "DELETE"),
  "read another's job": ({ app, ours, foreign }) => statusOf(app, foreign, bearer(ours)),
  "stream another's job": ({ app, ours, foreign }) =>
    statusOf(app, `${foreign}/events`, bearer(ours)),
  "open another's page": ({ app, ours, foreign }) => statusOf(app, pageOf(foreign), bearer(ours)),
  "cancel another's job": ({ app, ours, foreign }) =>
    statusOf(app, foreign, bearer(ours), "DELETE"),
  // 409: it may change the plan, but there is none yet.
  "change its plan": async ({ app, ours, own }) =>
    (await post(app, `${own}/refinements`, { day: 1 }, bearer(ours))).status,
  "change another's plan": async ({ app, ours, foreign }) =>
    (await post(app, `${foreign}/refinements`, { day: 1 }, bearer(ours))).status,
};

async function statusOf(app: Env["app"], path: string, headers: HeadersInit, method = "GET") {
  const response = await app.request(path, { method, headers });
  await response.body?.cancel();
  return response.status;
}

function pageOf(location: string): string {
  return `/trips/${location.split("/").at(-1)}`;
}

const make: KeyScope[] = ["make"];
const read: KeyScope[] = ["read"];
const all: KeyScope[] = ["read_all"];
const both: KeyScope[] = ["make", "read"];
const every: KeyScope[] = ["make", "read", "read_all"];

/** The status of each call with each set of scopes. */
const table: [
  call: string,
  ...statuses: [make: number, read: number, all: number, both: number, every: number],
][] = [
  ["create a job", 202, 403, 403, 202, 202],
  ["list its jobs", 403, 200, 200, 200, 200],
  ["list all jobs", 403, 403, 200, 403, 200],
  ["read its job", 403, 200, 200, 200, 200],
  ["read its timeline", 403, 200, 200, 200, 200],
  ["stream its job", 403, 200, 200, 200, 200],
  ["get a read token", 403, 201, 201, 201, 201],
  ["open its page", 401, 200, 200, 200, 200],
  ["cancel its job", 202, 403, 403, 202, 202],
  ["read another's job", 403, 404, 200, 404, 200],
  ["stream another's job", 403, 404, 200, 404, 200],
  ["open another's page", 401, 401, 200, 401, 200],
  ["cancel another's job", 404, 403, 403, 404, 403],
  ["change its plan", 403, 403, 403, 409, 409],
  ["change another's plan", 403, 403, 403, 404, 409],
];

Deno.test("the table of scopes has every call", () => {
  assertEquals(table.map(([call]) => call), Object.keys(calls));
});

for (const [call, ...statuses] of table) {
  for (const [index, scopes] of [make, read, all, both, every].entries()) {
    const expected = statuses[index]!;
    Deno.test(`a key with ${scopes.join(" and ")} can ${call}: ${expected}`, async () => {
      await using env = await openWith(scopes);
      assertStrictEquals(await calls[call]!(env), expected);
    });
  }
}

Deno.test("a call beyond the scopes of a key is refused before anything is read", async () => {
  await using env = await openWith(["read"]);
  const answer = await post(env.app, "/api/itineraries", "no JSON", bearer(env.ours));
  assertProblem(answer, 403, "insufficient_scope");
  assertStrictEquals(answer.body.error, "This call requires an API key with the scope make");
  const challenge = 'Bearer error="insufficient_scope", scope="make"';
  assertStrictEquals(answer.headers.get("www-authenticate"), challenge);
});

Deno.test("with PUBLIC_READS, a key reads by id without the scope, as callers without a key do", async () => {
  await using env = await openWith(["make"], { publicReads: true });
  for (const location of [env.own, env.foreign]) {
    assertStrictEquals((await send(env.app, location, { headers: bearer(env.ours) })).status, 200);
  }
  const list = await send(env.app, "/api/itineraries", { headers: bearer(env.ours) });
  assertProblem(list, 403, "insufficient_scope");
});

Deno.test("a key without read gets no plan by waiting for it", async () => {
  await using env = await openApp();
  const { key, text } = madeKey({ scopes: ["make"] });
  env.a.apiKeys.update({ keys: [key], isClosed: true });
  const headers = { ...bearer(text), prefer: "wait=10" };
  const answer = await post(env.app, "/api/itineraries", tokyo, headers);
  assertStrictEquals(answer.status, 202);
  assertStrictEquals(answer.headers.get("preference-applied"), null);
  await env.a.instance.idle();
});

Deno.test("a read token of a key with read_all reads the job of another key", async () => {
  await using env = await openWith(["read_all"]);
  const { body } = await post(env.app, `${env.foreign}/read-tokens`, {}, bearer(env.ours));
  assertStrictEquals((await send(env.app, `${env.foreign}?token=${body.token}`)).status, 200);
  env.revoke();
  assertProblem(await send(env.app, `${env.foreign}?token=${body.token}`), 401, "unauthorized");
});

Deno.test("?all=1 lists the jobs of all callers and of one kind, newest first, in pages", async () => {
  await using env = await openWith(every);
  const ids = [env.foreign, env.own].map((location) => location.split("/").at(-1));
  for (let n = 0; n < 3; n++) {
    env.clock.advance(1_000);
    const { body } = await post(env.app, "/api/itineraries", tokyo, bearer(env.ours));
    ids.unshift(body.jobId);
    await post(env.app, "/api/generations", techno, bearer(env.ours));
  }
  const found: string[] = [];
  let path: string | undefined = "/api/itineraries?all=1&limit=2";
  while (path) {
    const { status, body, headers } = await send(env.app, path, { headers: bearer(env.ours) });
    assertStrictEquals(status, 200);
    found.push(...body.items.map(({ jobId }: { jobId: string }) => jobId));
    path = headers.get("link")?.match(/^<(.*)>; rel="next"$/)?.[1];
    assertStrictEquals(path === undefined, body.nextCursor === null);
  }
  assertEquals(found.toSorted(), ids.toSorted());
  assertEquals(found.slice(0, 3), ids.slice(0, 3));
});

for (const value of ["2", "true", ""]) {
  Deno.test(`?all=${value} is not valid`, async () => {
    await using env = await openWith(every);
    const headers = bearer(env.ours);
    const answer = await send(env.app, `/api/itineraries?all=${value}`, { headers });
    assertProblem(answer, 400, "invalid_request");
    assertStrictEquals(answer.body.errors[0].parameter, "all");
  });
}

Deno.test("?all=0 lists the caller's own jobs", async () => {
  await using env = await openWith(every);
  const { body } = await send(env.app, "/api/itineraries?all=0", { headers: bearer(env.ours) });
  assertEquals(body.items.map(({ jobId }: { jobId: string }) => `/api/itineraries/${jobId}`), [
    env.own,
  ]);
});

Deno.test("on a service without keys, no caller lists the jobs of all", async () => {
  await using env = await openApp();
  const headers = { "client-token": "a-token-of-16-letters" };
  const answer = await send(env.app, "/api/itineraries?all=1", { headers });
  assertProblem(answer, 403, "insufficient_scope");
});

const ends: [what: string, end: (env: Env) => void][] = [
  ["is revoked", ({ revoke }) => revoke()],
  ["expires", ({ clock, a }) => {
    clock.advance(1_000);
    a.apiKeys.endInvalid();
  }],
];

for (const [what, end] of ends) {
  Deno.test(`when a key ${what}, its calls get 401, and its jobs go on`, async () => {
    await using env = await openApp({}, { concurrency: 0 });
    const { key, text } = madeKey({ expiresAt: env.clock.now() + 1_000 });
    env.a.apiKeys.update({ keys: [key], isClosed: true });
    const { body } = await post(env.app, "/api/itineraries", tokyo, bearer(text));
    const revoke = () =>
      env.a.apiKeys.update({ keys: [{ ...key, revokedAt: env.clock.now() }], isClosed: true });
    end({ ...env, revoke } as Env);
    for (const path of [`/api/itineraries/${body.jobId}`, "/api/itineraries"]) {
      assertProblem(await send(env.app, path, { headers: bearer(text) }), 401, "unauthorized");
    }
    assertProblem(
      await post(env.app, "/api/itineraries", tokyo, bearer(text)),
      401,
      "unauthorized",
    );
    assertStrictEquals((await env.store.read(body.jobId))?.job.state, "queued");
  });

  Deno.test(`when a key ${what}, its streams end, also with a read token, and others go on`, async () => {
    await using env = await openApp({}, { concurrency: 0 });
    const { key, text } = madeKey({ expiresAt: env.clock.now() + 1_000 });
    const other = madeKey({ scopes: ["read_all"] });
    env.a.apiKeys.update({ keys: [key, other.key], isClosed: true });
    const revoke = () =>
      env.a.apiKeys.update({
        keys: [{ ...key, revokedAt: env.clock.now() }, other.key],
        isClosed: true,
      });
    const { headers: made } = await post(env.app, "/api/itineraries", tokyo, bearer(text));
    const events = `${made.get("location")}/events`;
    const token = (await post(env.app, `${made.get("location")}/read-tokens`, {}, bearer(text)))
      .body.token;
    const streams = [
      await EventSource.open(env.app, events, bearer(text)),
      await EventSource.open(env.app, `${events}?token=${token}`),
    ];
    const others = await EventSource.open(env.app, events, bearer(other.text));
    for (const stream of [...streams, others]) {
      assertStrictEquals((await stream.next())?.event, "progress");
    }
    end({ ...env, revoke } as Env);
    for (const stream of streams) assertStrictEquals(await stream.next(), undefined);
    assertStrictEquals(env.a.jobs.watched, 1);
    await others.close();
    await env.settled();
  });
}

Deno.test("when a service closes, streams and long polls of callers without a key end", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const { headers: made } = await post(env.app, "/api/itineraries", tokyo);
  const path = made.get("location")!;
  const stream = await EventSource.open(env.app, `${path}/events`);
  assertStrictEquals((await stream.next())?.event, "progress");
  const polling = send(env.app, path, { headers: { prefer: "wait=30" } });
  await env.settled();
  env.a.apiKeys.update({ keys: [madeKey().key], isClosed: true });
  assertStrictEquals(await stream.next(), undefined);
  assertProblem(await polling, 401, "unauthorized");
  env.a.apiKeys.update({ keys: [], isClosed: false });
  const later = await EventSource.open(env.app, `${path}/events`);
  assertStrictEquals((await later.next())?.event, "progress");
  await later.close();
  await env.settled();
});

Deno.test("with PUBLIC_READS, streams and long polls without a key go on when a service closes", async () => {
  await using env = await openApp({ publicReads: true }, { concurrency: 0 });
  const { headers: made } = await post(env.app, "/api/itineraries", tokyo);
  const path = made.get("location")!;
  const stream = await EventSource.open(env.app, `${path}/events`);
  assertStrictEquals((await stream.next())?.event, "progress");
  const polling = send(env.app, path, { headers: { prefer: "wait=30" } });
  await env.settled();
  env.a.apiKeys.update({ keys: [madeKey().key], isClosed: true });
  env.clock.advance(30_000);
  assertStrictEquals((await polling).status, 200);
  assertStrictEquals(env.a.jobs.watched, 1);
  await stream.close();
  await env.settled();
});

Deno.test("a long poll of a key that is revoked meanwhile gets 401", async () => {
  await using env = await openWith(["read"]);
  const headers = { ...bearer(env.ours), prefer: "wait=30" };
  const polling = send(env.app, env.own, { headers });
  await env.settled();
  env.revoke();
  assertProblem(await polling, 401, "unauthorized");
});

Deno.test("a POST that waits is answered with the accepted job when its key is revoked", async () => {
  await using env = await openWith(both);
  const posting = post(env.app, "/api/itineraries", tokyo, {
    ...bearer(env.ours),
    prefer: "wait=30",
  });
  await env.settled();
  env.revoke();
  const { status, headers } = await posting;
  assertStrictEquals(status, 202);
  assertStrictEquals(headers.get("preference-applied"), null);
});

Deno.test("a stream whose key is revoked while its job is read is closed at once", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  await using env = await openWith(["read"], { kv });
  hooks.get = ([name]) => {
    if (name === "job") env.revoke();
  };
  const stream = await EventSource.open(env.app, `${env.own}/events`, bearer(env.ours));
  assertStrictEquals(stream.response.status, 200);
  assertEquals(await stream.rest(), []);
  assertStrictEquals(env.a.jobs.watched, 0);
});

Deno.test("a poll and an acceptance read nothing of their key from the database", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  await using env = await openWith(["make", "read"], { kv });
  const names = new Set<unknown>();
  hooks.get = ([name]) => void names.add(name);
  hooks.list = (selector) => void names.add("prefix" in selector && selector.prefix[0]);
  assertStrictEquals(await calls["create a job"]!(env), 202);
  assertStrictEquals(await calls["read its job"]!(env), 200);
  assert(names.has("job"));
  assert(!names.has("api_key") && !names.has("keys_required"), [...names].join());
});

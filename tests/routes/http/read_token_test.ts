/**
 * Reading a job by a read token in the URL.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { RateLimiter } from "../../../lib/store/rate_limiter.ts";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { type App, assertProblem, post, send } from "../../../testing/http.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR, MINUTE } from "../../../testing/jobs.ts";
import { captureLogs } from "../../../testing/log_records.ts";

const ours = "our-own-key-0123456789";
const theirs = "another-key-0123456789";
const apiKeys = [ours, theirs];
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** An application with keys, a finished job of the first key, and a token for this job. */
async function openWithToken(settings: Parameters<typeof openApp>[0] = {}) {
  const env = await openApp({ apiKeys, ...settings });
  const { headers } = await post(env.app, "/api/itineraries", tokyo, bearer(ours));
  await env.a.instance.idle();
  const location = headers.get("location")!;
  const { body } = await createToken(env.app, location, bearer(ours));
  return { ...env, location, trip: location.replace("/api/itineraries", "/trips"), ...body } as
    & typeof env
    & { location: string; trip: string; token: string; expiresAt: string };
}

function createToken(app: App, location: string, headers: HeadersInit = {}) {
  return send(app, `${location}/read-tokens`, { method: "POST", headers });
}

async function statusOf(app: App, path: string, init: RequestInit = {}): Promise<number> {
  const response = await app.fetch(new Request(`http://localhost${path}`, init));
  await response.text();
  return response.status;
}

Deno.test("the owner of a job gets a token for at most an hour, and not longer than the job", async () => {
  using env = await openWithToken();
  assertStrictEquals(env.expiresAt, new Date(env.clock.now() + HOUR).toISOString());
  env.clock.advance(23 * HOUR + 30 * MINUTE);
  const answer = await createToken(env.app, env.location, bearer(ours));
  assertStrictEquals(answer.status, 201);
  assertStrictEquals(answer.headers.get("cache-control"), "no-store");
  const { body: { expiresAt } } = await send(env.app, env.location, { headers: bearer(ours) });
  assertStrictEquals(answer.body.expiresAt, expiresAt);
});

Deno.test("a token reads its job, its events, its timeline and its files, without a key", async () => {
  using env = await openWithToken();
  const files = ["plan.md", "plan.json", "plan.ics?start=2026-12-24"].map((file) =>
    `${env.trip}/${file}`
  );
  const paths = ["", "/", "/events", "/timeline"].map((part) => env.location + part);
  for (const path of [...paths, ...files]) {
    const query = `${path.includes("?") ? "&" : "?"}token=${env.token}`;
    assertStrictEquals(await statusOf(env.app, path + query), 200, path);
    assertStrictEquals(await statusOf(env.app, path + query, { method: "HEAD" }), 200, path);
    assertStrictEquals(await statusOf(env.app, path), 401, path);
  }
  const upper = env.location.replace(/[^/]+$/, (id) => id.toUpperCase());
  assertStrictEquals(await statusOf(env.app, `${upper}?token=${env.token}`), 200);
});

/** A request that a token does not allow. */
type Refused = (env: Awaited<ReturnType<typeof openWithToken>>) => Promise<[
  path: string,
  init?: RequestInit,
]>;

const refused: [what: string, request: Refused][] = [
  ["reads another job of the same key", async ({ app, token }) => {
    const { headers } = await post(app, "/api/itineraries", tokyo, bearer(ours));
    return [`${headers.get("location")}?token=${token}`];
  }],
  [
    "reads a job that does not exist",
    ({ token }) => Promise.resolve([`/api/itineraries/${crypto.randomUUID()}?token=${token}`]),
  ],
  ["lists jobs", ({ token }) => Promise.resolve([`/api/itineraries?token=${token}`])],
  [
    "cancels its job",
    ({ location, token }) => Promise.resolve([`${location}?token=${token}`, { method: "DELETE" }]),
  ],
  ["creates a job", ({ token }) =>
    Promise.resolve([`/api/itineraries?token=${token}`, {
      method: "POST",
      body: JSON.stringify(tokyo),
    }])],
  [
    "creates another token",
    ({ location, token }) =>
      Promise.resolve([`${location}/read-tokens?token=${token}`, { method: "POST" }]),
  ],
  [
    "is read as an API key",
    ({ location, token }) => Promise.resolve([location, { headers: bearer(token) }]),
  ],
  [
    "counts beside a wrong API key",
    ({ location, token }) =>
      Promise.resolve([`${location}?token=${token}`, { headers: bearer("wrong-key-0123456789") }]),
  ],
  ["works when it has expired", ({ location, token, clock }) => {
    clock.advance(HOUR);
    return Promise.resolve([`${location}?token=${token}`]);
  }],
  [
    "works when it is changed",
    ({ location, token }) =>
      Promise.resolve([`${location}?token=${token.slice(0, -20)}${"A".repeat(20)}`]),
  ],
  ["may be empty", ({ location }) => Promise.resolve([`${location}?token=`])],
];

for (const [what, request] of refused) {
  Deno.test(`no read token ${what}`, async () => {
    using env = await openWithToken();
    const [path, init] = await request(env);
    assertProblem(await send(env.app, path, init), 401, "unauthorized");
    await env.a.instance.idle();
  });
}

Deno.test("with an API key in the request, the token does not count", async () => {
  using env = await openWithToken();
  const path = `${env.location}?token=`;
  const asThey = await send(env.app, path + env.token, { headers: bearer(theirs) });
  assertProblem(asThey, 404, "job_not_found");
  assertStrictEquals(await statusOf(env.app, `${path}x`, { headers: bearer(ours) }), 200);
});

Deno.test("a token ends with its key, also in an application that has just started", async () => {
  using env = await openWithToken();
  const path = `${env.location}?token=${env.token}`;
  // Not `using`: the first application closes the database.
  const { app: restarted } = await openApp({ kv: env.kv, apiKeys, clock: env.clock });
  assertStrictEquals(await statusOf(restarted, path), 200);
  const { app: revoked } = await openApp({ kv: env.kv, apiKeys: [theirs], clock: env.clock });
  assertStrictEquals(await statusOf(revoked, path), 401);
});

Deno.test("only a caller that may read the job gets a token", async () => {
  using env = await openWithToken();
  assertProblem(await createToken(env.app, env.location), 401, "unauthorized");
  for (
    const location of [env.location, env.location.replace("itineraries", "generations")]
  ) {
    const isOurs = location !== env.location;
    const answer = await createToken(env.app, location, bearer(isOurs ? ours : theirs));
    assertProblem(answer, 404, "job_not_found");
  }
});

for (
  const [what, settings] of [
    ["without API_KEYS", { apiKeys: [] }],
    ["with PUBLIC_READS", { publicReads: true }],
  ] as [string, Parameters<typeof openApp>[0]][]
) {
  Deno.test(`no token is needed ${what}, and the service says so`, async () => {
    await using env = await openApp({ apiKeys, ...settings });
    const { headers } = await post(env.app, "/api/generations", techno, bearer(ours));
    await env.a.instance.idle();
    const location = headers.get("location")!;
    const answer = await createToken(env.app, location, bearer(ours));
    assertProblem(answer, 409, "read_token_not_needed");
    assertMatch(answer.body.detail, /^No read token is needed/);
    // A page may send a token from before.
    for (const query of ["", "?token=", "?token=x"]) {
      assertStrictEquals(await statusOf(env.app, `${location}/events${query}`), 200);
    }
  });
}

Deno.test("a token is never logged, not even with an internal error", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = await openWithToken({ kv });
  using logs = captureLogs();
  const { app } = await openApp({ kv, apiKeys, clock: env.clock });
  hooks.get = () => {
    throw new Error("database lost");
  };
  for (const path of ["", "/events", "/timeline"]) {
    assertStrictEquals(await statusOf(app, `${env.location}${path}?token=${env.token}`), 500);
  }
  hooks.get = undefined;
  const wrong = `${env.token.slice(0, -1)}*`;
  assertStrictEquals(await statusOf(app, `${env.location}?token=${wrong}`), 401);
  assert(logs.records.length >= 3);
  const signature = env.token.split(".").at(-1)!;
  for (const { message, properties } of logs.records) {
    assert(!Deno.inspect([message, properties], { depth: 9 }).includes(signature.slice(0, -1)));
  }
});

Deno.test("requests with a token count for their address", async () => {
  using env = await openWithToken({ trustedProxies: 1 });
  const requests = new RateLimiter(env.kv, { clock: env.clock, name: "requests", limit: 1 });
  const { app } = await openApp({
    kv: env.kv,
    apiKeys,
    clock: env.clock,
    trustedProxies: 1,
    rateLimiters: { requests },
  });
  const path = `${env.location}?token=${env.token}`;
  const statuses = [];
  for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.1"]) {
    statuses.push(await statusOf(app, path, { headers: { "x-forwarded-for": address } }));
  }
  assertEquals(statuses, [200, 200, 429]);
  await requests.settled();
});

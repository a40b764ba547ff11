import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { DAY_MS } from "../../../lib/clock.ts";
import { RateLimiter } from "../../../lib/store/rate_limiter.ts";
import { rateLimitItems } from "../../../routes/http/rate_limit.ts";
import { openApp, tokyo } from "../../../testing/app.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { assertProblem, post, send } from "../../../testing/http.ts";
import { HOUR, MINUTE } from "../../../testing/jobs.ts";
import { countDue } from "../../../testing/stores.ts";

const keys = ["our-own-key-0123456789", "another-key-0123456789"];
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const from = (address: string) => ({ "x-forwarded-for": address });

/** An application that allows this many requests, and this many jobs, per minute. */
async function openLimited(
  limits: { requests?: number; jobs?: number; jobsPerDay?: number },
  settings: Parameters<typeof openApp>[0] = {},
  overrides: Parameters<typeof openApp>[1] = {},
) {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const limiter = (name: string, limit: number | undefined, windowMs?: number) =>
    limit === undefined ? undefined : new RateLimiter(kv, { clock, name, limit, windowMs });
  const rateLimiters = {
    requests: limiter("requests", limits.requests),
    jobs: limiter("jobs", limits.jobs),
    jobsPerDay: limiter("jobs-per-day", limits.jobsPerDay, DAY_MS),
  };
  const options = { kv, clock, rateLimiters, trustedProxies: 1, ...settings };
  const env = await openApp(options, { concurrency: 0, ...overrides });
  return {
    ...env,
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(rateLimiters).map((limiter) => limiter?.settled()));
      kv.close();
    },
  };
}

Deno.test("every answer has the number of requests left", async () => {
  await using env = await openLimited({ requests: 10, jobs: 3 });
  const made = await post(env.app, "/api/itineraries", tokyo);
  assertStrictEquals(made.headers.get("ratelimit-policy"), '"requests";q=10;w=60, "jobs";q=3;w=60');
  assertStrictEquals(made.headers.get("ratelimit"), '"requests";r=9;t=60, "jobs";r=2;t=60');
  env.clock.advance(15_000);
  const polled = await send(env.app, made.headers.get("location")!);
  assertStrictEquals(polled.headers.get("ratelimit-policy"), '"requests";q=10;w=60');
  assertStrictEquals(polled.headers.get("ratelimit"), '"requests";r=8;t=45');
  const missing = await send(env.app, `/api/itineraries/${crypto.randomUUID()}`);
  assertStrictEquals(missing.headers.get("ratelimit"), '"requests";r=7;t=45');
});

Deno.test("a caller over the limit gets 429 for as long as Retry-After says, and no job is created", async () => {
  await using env = await openLimited({ requests: 100, jobs: 2 });
  for (let n = 0; n < 2; n++) {
    assertStrictEquals((await post(env.app, "/api/itineraries", tokyo)).status, 202);
    env.clock.advance(20_000);
  }
  const refused = await post(env.app, "/api/generations", { preferences: {} });
  assertProblem(refused, 429, "rate_limited");
  assertStrictEquals(refused.headers.get("retry-after"), "20");
  assertMatch(refused.headers.get("ratelimit")!, /"jobs";r=0;t=20$/);
  assertStrictEquals(await countDue(env.kv), 2);
  // Reads are still allowed.
  const path = `/api/itineraries/${crypto.randomUUID()}`;
  assertStrictEquals((await send(env.app, path)).status, 404);
  env.clock.advance(19_999);
  assertProblem(await post(env.app, "/api/itineraries", tokyo), 429, "rate_limited");
  env.clock.advance(1);
  // The second job still counts.
  const accepted = await post(env.app, "/api/itineraries", tokyo);
  assertStrictEquals(accepted.status, 202);
  assertMatch(accepted.headers.get("ratelimit")!, /"jobs";r=0;t=20$/);
});

Deno.test("an address that creates and cancels jobs uses up only its own part of DAILY_JOBS", async () => {
  const daily = { jobs: 20, costUsd: undefined };
  await using env = await openLimited({ jobsPerDay: 2 }, {}, { daily });
  const create = (headers: Record<string, string>) =>
    post(env.app, "/api/itineraries", tokyo, headers);
  for (let n = 0; n < 2; n++) {
    const made = await create(from("192.0.2.1"));
    assertStrictEquals(made.status, 202);
    assertMatch(made.headers.get("ratelimit-policy")!, /^"jobs-per-day";q=2;w=86400$/);
    const path = made.headers.get("location")!;
    const canceled = await send(env.app, path, {
      method: "DELETE",
      headers: from("192.0.2.1"),
    });
    assertStrictEquals(canceled.status, 202);
    env.clock.advance(HOUR);
  }
  // Also with a client token, of which a client can have any number.
  for (const token of [{}, { "client-token": "1".repeat(36) }]) {
    const refused = await create({ ...from("192.0.2.1"), ...token });
    assertProblem(refused, 429, "daily_budget_spent");
    assertStrictEquals(refused.headers.get("retry-after"), String(22 * 3_600));
  }
  assertStrictEquals((await create(from("192.0.2.2"))).status, 202);
  env.clock.advance(22 * HOUR);
  assertStrictEquals((await create(from("192.0.2.1"))).status, 202);
});

Deno.test("an API key is not limited as an address is", async () => {
  await using env = await openLimited({ jobsPerDay: 1 }, { apiKeys: keys });
  for (let n = 0; n < 3; n++) {
    const made = await post(env.app, "/api/itineraries", tokyo, bearer(keys[0]!));
    assertStrictEquals(made.status, 202);
  }
});

Deno.test("repeated and refused requests do not count for the day of an address", async () => {
  const options: Parameters<typeof openLimited> = [{ jobsPerDay: 2 }, {}, { maxQueuedJobs: 1 }];
  await using env = await openLimited(...options);
  const create = (key: string) =>
    post(env.app, "/api/itineraries", tokyo, { "idempotency-key": key });
  const made = await create("first");
  for (let n = 0; n < 3; n++) {
    assertStrictEquals((await create("first")).status, 202);
    assertProblem(await create("second"), 503, "queue_full");
  }
  await send(env.app, made.headers.get("location")!, { method: "DELETE" });
  env.clock.advance(MINUTE);
  assertStrictEquals((await create("second")).status, 202);
});

Deno.test("each network address has its own limit, whatever token it sends", async () => {
  await using env = await openLimited({ requests: 1 });
  const path = `/api/itineraries/${crypto.randomUUID()}`;
  const status = async (headers: Record<string, string>) =>
    (await send(env.app, path, { headers })).status;
  assertStrictEquals(await status(from("192.0.2.1")), 404);
  assertStrictEquals(await status(from("192.0.2.2")), 404);
  assertStrictEquals(await status(from("192.0.2.1")), 429);
  for (const token of ["1".repeat(36), "2".repeat(36)]) {
    assertStrictEquals(await status({ ...from("192.0.2.1"), "client-token": token }), 429);
  }
});

Deno.test("each API key has its own limit, at any address", async () => {
  await using env = await openLimited({ requests: 1 }, { apiKeys: keys });
  const path = `/api/itineraries/${crypto.randomUUID()}`;
  const status = async (key: string, address: string) =>
    (await send(env.app, path, { headers: { ...bearer(key), ...from(address) } })).status;
  assertStrictEquals(await status(keys[0]!, "192.0.2.1"), 404);
  assertStrictEquals(await status(keys[1]!, "192.0.2.1"), 404);
  assertStrictEquals(await status(keys[0]!, "192.0.2.2"), 429);
});

Deno.test("preflights, health checks and pages are not counted", async () => {
  await using env = await openLimited({ requests: 1 });
  for (let n = 0; n < 3; n++) {
    assertStrictEquals((await send(env.app, "/livez")).headers.get("ratelimit"), null);
    const preflight = await send(env.app, "/api/itineraries", {
      method: "OPTIONS",
      headers: { origin: "https://trips.example", "access-control-request-method": "POST" },
    });
    assertStrictEquals(preflight.status, 204);
    assertStrictEquals(
      (await send(env.app, "/api/itineraries", { method: "OPTIONS" })).status,
      204,
    );
  }
  assertStrictEquals((await post(env.app, "/api/itineraries", tokyo)).status, 202);
});

Deno.test("a hundred polls cost only a few commits", async () => {
  await using env = await openLimited({ requests: 1_000 });
  const path = `/api/itineraries/${crypto.randomUUID()}`;
  for (let n = 0; n < 100; n++) await send(env.app, path);
  const written = await Array.fromAsync(env.kv.list({ prefix: ["rate"] }));
  assert(written.length <= 1);
});

Deno.test("only a request that creates a job counts for the limit of jobs", async () => {
  await using env = await openLimited({ requests: 100, jobs: 1 });
  assertStrictEquals((await post(env.app, "/api/itineraries", {})).status, 400);
  for (let n = 0; n < 3; n++) {
    const answer = await post(env.app, "/api/itineraries", tokyo, { "idempotency-key": "wish-1" });
    assertStrictEquals(answer.status, 202);
  }
  assertProblem(await post(env.app, "/api/itineraries", tokyo), 429, "rate_limited");
});

Deno.test("requests with wrong keys count for their address, and get 429", async () => {
  await using env = await openLimited({ requests: 2 }, { apiKeys: keys });
  const path = `/api/itineraries/${crypto.randomUUID()}`;
  const headers = { ...bearer("wrong-key-0123456789"), ...from("192.0.2.1") };
  for (let left = 1; left >= 0; left--) {
    const answer = await send(env.app, path, { headers });
    assertProblem(answer, 401, "unauthorized");
    assertMatch(answer.headers.get("ratelimit")!, new RegExp(`r=${left};`));
  }
  assertProblem(await send(env.app, path, { headers }), 429, "rate_limited");
  const right = { ...bearer(keys[0]!), ...from("192.0.2.1") };
  assertStrictEquals((await send(env.app, path, { headers: right })).status, 404);
});

Deno.test("after the daily limit, new jobs are 503 until midnight UTC, and the others go on", async () => {
  const daily = { jobs: 1, costUsd: undefined };
  await using env = await openApp({ apiKeys: keys }, { daily });
  const [ours, theirs] = keys.map(bearer) as [ReturnType<typeof bearer>, ReturnType<typeof bearer>];
  const made = await post(env.app, "/api/itineraries", tokyo, ours);
  for (const headers of [ours, theirs]) {
    const refused = await post(env.app, "/api/generations", { preferences: {} }, headers);
    assertProblem(refused, 503, "daily_limit_reached");
    assertStrictEquals(refused.headers.get("retry-after"), String(12 * HOUR / 1_000));
  }
  await env.a.instance.idle();
  const read = await send(env.app, made.headers.get("location")!, { headers: ours });
  assertStrictEquals(read.body.status, "completed");
  env.clock.advance(12 * HOUR);
  assertStrictEquals((await post(env.app, "/api/itineraries", tokyo, theirs)).status, 202);
  await env.a.instance.idle();
});

Deno.test("rateLimitItems() describes a limit for both fields", () => {
  const verdict = { allowed: true, limit: 600, remaining: 599, resetMs: 41_001 };
  assertEquals(rateLimitItems({ name: "requests", windowMs: MINUTE, verdict }), {
    policy: `"requests";q=600;w=60`,
    rest: `"requests";r=599;t=42`,
  });
  const refused = { allowed: false, limit: 20, remaining: 0, resetMs: 1 };
  assertEquals(rateLimitItems({ name: `new "plans"`, windowMs: HOUR, verdict: refused }), {
    policy: `"new \\"plans\\"";q=20;w=3600`,
    rest: `"new \\"plans\\"";r=0;t=1`,
  });
});

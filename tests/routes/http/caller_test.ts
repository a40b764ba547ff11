import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { addressCaller } from "../../../lib/caller.ts";
import { callerWith } from "../../../testing/api_keys.ts";
import { JobRecord } from "../../../lib/job/job_record.ts";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { assertProblem, post, send } from "../../../testing/http.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { HOUR } from "../../../testing/jobs.ts";
import { countDue } from "../../../testing/stores.ts";
import type { Kv } from "../../../lib/platform/kv.ts";

const ours = "our-own-key-0123456789";
const theirs = "another-key-0123456789";
const apiKeys = [ours, theirs];
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const asClient = (token: string) => ({ "client-token": token });
const laptop = asClient("11111111-2222-4333-8444-555555555555");
const phone = asClient("99999999-2222-4333-8444-555555555555");

/** An application with keys, and a finished job of the first key. */
async function openWithKeys(settings: Parameters<typeof openApp>[0] = {}) {
  const env = await openApp({ apiKeys, ...settings });
  const { headers } = await post(env.app, "/api/itineraries", tokyo, bearer(ours));
  await env.a.instance.idle();
  return { ...env, location: headers.get("location")! };
}

Deno.test("every call needs a key when API keys are configured", async () => {
  using env = await openWithKeys();
  for (const authorization of ["", "Bearer wrong-key-0123456789", "Basic Zmlyc3Q6a2V5", "Bearer"]) {
    const headers: Record<string, string> = authorization === "" ? {} : { authorization };
    const { location } = env;
    for (
      const answer of [
        await post(env.app, "/api/itineraries", tokyo, headers),
        await send(env.app, "/api/itineraries", { headers }),
        await send(env.app, location, { headers }),
        await send(env.app, `${location}/`, { headers }),
        await send(env.app, `${location}/timeline`, { headers }),
        await send(env.app, `${location}/events`, { headers }),
        await send(env.app, location, { method: "DELETE", headers }),
      ]
    ) {
      assertProblem(answer, 401, "unauthorized");
      assertMatch(answer.headers.get("www-authenticate")!, /^Bearer/);
    }
  }
  for (const path of ["/api/itineraries/", "//api/itineraries", "/api/%69tineraries"]) {
    assertNotStrictEquals((await post(env.app, path, tokyo)).status, 202);
  }
  assertStrictEquals((await send(env.app, "/livez")).status, 200);
});

/** Creates a job from an address, and returns its record. */
async function recordFrom(
  { app, kv }: Pick<Awaited<ReturnType<typeof openApp>>, "app"> & { kv: Kv },
  hostname: string,
  headers: Record<string, string> = {},
) {
  const remoteAddr = { transport: "tcp", hostname, port: 1 } as const;
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(tokyo),
  };
  const response = await app.request("/api/itineraries", init, { remoteAddr });
  const { jobId } = await response.json();
  return JobRecord.parse((await kv.get(["job", jobId])).value);
}

Deno.test("a record tells the jobs of one address from others, without the address", async () => {
  using kv = await Deno.openKv(":memory:");
  const env = await openApp({ kv });
  const home = "203.0.113.7";
  const [first, withToken, withOther, away] = [
    await recordFrom({ ...env, kv }, home),
    await recordFrom({ ...env, kv }, home, laptop),
    await recordFrom({ ...env, kv }, home, phone),
    await recordFrom({ ...env, kv }, "203.0.113.8", phone),
  ];
  assertMatch(first.sender!, /^[0-9a-f]{32}$/);
  for (const job of [withToken, withOther]) assertStrictEquals(job.sender, first.sender);
  assertNotStrictEquals(away.sender, first.sender);
  const { id } = addressCaller(home);
  for (const job of [first, withToken]) {
    const text = JSON.stringify(job);
    assert(!text.includes(home) && !text.includes(id.split(":")[1]!) && !id.includes(job.sender!));
  }
  await env.a.instance.idle();
});

Deno.test("a record of a job with an API key has no hash of its address", async () => {
  using kv = await Deno.openKv(":memory:");
  const env = await openApp({ kv, apiKeys });
  const job = await recordFrom({ ...env, kv }, "203.0.113.7", bearer(ours));
  assertStrictEquals(job.owner, callerWith(ours).id);
  assertStrictEquals(job.sender, null);
  await env.a.instance.idle();
});

Deno.test("two keys in one request are invalid", async () => {
  using env = await openWithKeys();
  const authorization = `Bearer ${ours}, Bearer ${ours}`;
  assertProblem(
    await send(env.app, env.location, { headers: { authorization } }),
    401,
    "unauthorized",
  );
});

Deno.test("a job is visible only to the key that created it", async () => {
  using env = await openWithKeys();
  for (const path of ["", "/timeline", "/events"]) {
    const url = env.location + path;
    const headers = bearer(theirs);
    assertProblem(await send(env.app, url, { headers }), 404, "job_not_found");
    const response = await env.app.request(url, { headers: bearer(ours) });
    assertStrictEquals(response.status, 200);
    await response.text();
  }
  const asThey = { method: "DELETE", headers: bearer(theirs) };
  assertProblem(await send(env.app, env.location, asThey), 404, "job_not_found");
  const asWe = { method: "DELETE", headers: bearer(ours) };
  assertProblem(await send(env.app, env.location, asWe), 409, "job_finished");
});

Deno.test("a finished job in memory is visible only to its key", async () => {
  using env = await openWithKeys();
  assertStrictEquals((await send(env.app, env.location, { headers: bearer(ours) })).status, 200);
  const answer = await send(env.app, env.location, { headers: bearer(theirs) });
  assertProblem(answer, 404, "job_not_found");
  assertProblem(await send(env.app, env.location), 401, "unauthorized");
});

Deno.test("PUBLIC_READS lets a caller without a key read a job by its id, and nothing more", async () => {
  using env = await openWithKeys({ publicReads: true });
  const other = await post(env.app, "/api/generations", techno, bearer(ours));
  for (const headers of [{}, bearer(ours), bearer(theirs)]) {
    assertStrictEquals((await send(env.app, env.location, { headers })).status, 200);
    assertStrictEquals((await send(env.app, `${env.location}/timeline`, { headers })).status, 200);
  }
  assertProblem(await post(env.app, "/api/itineraries", tokyo), 401, "unauthorized");
  assertProblem(await send(env.app, "/api/itineraries"), 401, "unauthorized");
  const wrong = { headers: bearer("wrong-key-0123456789") };
  assertProblem(await send(env.app, env.location, wrong), 401, "unauthorized");
  const location = other.headers.get("location")!;
  assertProblem(await send(env.app, location, { method: "DELETE" }), 401, "unauthorized");
  const asThey = { method: "DELETE", headers: bearer(theirs) };
  assertProblem(await send(env.app, location, asThey), 403, "not_owner");
  await env.a.instance.idle();
});

Deno.test("a job that was created without a key stays visible to callers that know its id", async () => {
  await using env = await openApp();
  const { headers } = await post(env.app, "/api/itineraries", tokyo, laptop);
  await env.a.instance.idle();
  // Not `using`: the first application closes the database.
  const closed = await openApp({ kv: env.kv, apiKeys });
  const answer = await send(closed.app, headers.get("location")!, { headers: bearer(theirs) });
  assertStrictEquals(answer.status, 200);
});

Deno.test("a job that was created without a key is shown to no visitor without one", async () => {
  await using env = await openApp();
  const made = await Promise.all(
    [laptop, {}].map((headers) => post(env.app, "/api/itineraries", tokyo, headers)),
  );
  await env.a.instance.idle();
  // Not `using`: the first application closes the database.
  const closed = await openApp({ kv: env.kv, apiKeys });
  for (const { body: { jobId } } of made) {
    for (const path of ["", "/plan.md", "/plan.json"]) {
      const page = await closed.app.request(`/trips/${jobId}${path}`, { headers: laptop });
      assertStrictEquals(page.status, 401);
      assertNotMatch(await page.text(), /Tokyo/);
    }
    assertProblem(await send(closed.app, `/api/itineraries/${jobId}`), 401, "unauthorized");
  }
});

Deno.test("only hashes of keys and tokens are stored", async () => {
  using env = await openWithKeys();
  using open = await openApp();
  await post(open.app, "/api/itineraries", tokyo, { ...laptop, "idempotency-key": "wish-1" });
  await open.a.instance.idle();
  for (const { kv } of [env, open]) {
    const entries = await Array.fromAsync(kv.list({ prefix: [] }));
    const dump = Deno.inspect(entries, {
      depth: 9,
      iterableLimit: Infinity,
      strAbbreviateSize: 1e6,
    });
    assertMatch(dump, /(key|client):[0-9a-f]{64}/);
    assertNotMatch(dump, new RegExp([...apiKeys, laptop["client-token"]].join("|")));
  }
});

Deno.test("a list has the caller's own jobs, newest first and without results", async () => {
  await using env = await openApp();
  const ids: string[] = [];
  for (let n = 1; n <= 3; n++) {
    const wish = { ...tokyo, durationDays: n };
    ids.unshift((await post(env.app, "/api/itineraries", wish, laptop)).body.jobId);
    await env.a.instance.idle();
    env.clock.advance(1_000);
  }
  await post(env.app, "/api/itineraries", tokyo, phone);
  await post(env.app, "/api/itineraries", tokyo);
  await post(env.app, "/api/generations", techno, laptop);
  await env.a.instance.idle();

  const { status, body } = await send(env.app, "/api/itineraries", { headers: laptop });
  assertStrictEquals(status, 200);
  assertEquals(body.items.map(({ jobId }: { jobId: string }) => jobId), ids);
  assertStrictEquals(body.nextCursor, null);
  assertEquals(body.items[0], {
    jobId: ids[0],
    status: "completed",
    destination: "Tokyo, Japan",
    durationDays: 3,
    createdAt: "2026-11-21T12:00:02.000Z",
    completedAt: "2026-11-21T12:00:02.000Z",
    expiresAt: "2026-11-22T12:00:02.000Z",
    error: null,
    failure: null,
    source: "sample",
    attempt: 1,
    refines: null,
    lineage: [],
  });
  const { body: generations } = await send(env.app, "/api/generations", { headers: laptop });
  assertStrictEquals(generations.items.length, 1);
  assertEquals(generations.items[0].preferences, techno.preferences);
  const { body: none } = await send(env.app, "/api/generations", { headers: phone });
  assertEquals(none, { items: [], nextCursor: null });
});

Deno.test("each API key has its own list", async () => {
  using env = await openWithKeys();
  const list = async (key: string) =>
    (await send(env.app, "/api/itineraries", { headers: { ...bearer(key), ...laptop } })).body
      .items;
  assertStrictEquals((await list(ours)).length, 1);
  assertStrictEquals((await list(theirs)).length, 0);
});

Deno.test("the pages of a list have no gap, although new jobs are created", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const ids: string[] = [];
  const submit = async () =>
    ids.unshift((await post(env.app, "/api/itineraries", tokyo, laptop)).body.jobId);
  // Several in one millisecond, and more than one read of the database returns.
  for (let n = 0; n < 25; n++) {
    await submit();
    if (n % 3 === 0) env.clock.advance(1);
  }
  const seen: string[] = [];
  let path: string | null = "/api/itineraries?limit=10";
  const sizes = [];
  while (path) {
    const { headers, body }: Awaited<ReturnType<typeof send>> = await send(env.app, path, {
      headers: laptop,
    });
    seen.push(...body.items.map(({ jobId }: { jobId: string }) => jobId));
    sizes.push(body.items.length);
    path = headers.get("link")?.match(/^<(.*)>; rel="next"$/)?.[1] ?? null;
    if (path) assert(path.includes(body.nextCursor));
    else assertStrictEquals(body.nextCursor, null);
    env.clock.advance(1);
    if (sizes.length === 1) await submit();
  }
  assertEquals(sizes, [10, 10, 5]);
  assertEquals(seen.toSorted(), ids.slice(1).toSorted());
  assertStrictEquals(new Set(seen).size, 25);
});

Deno.test("a list leaves out expired jobs", async () => {
  await using env = await openApp();
  await post(env.app, "/api/itineraries", tokyo, laptop);
  await env.a.instance.idle();
  env.clock.advance(24 * HOUR);
  const { body } = await send(env.app, "/api/itineraries", { headers: laptop });
  assertEquals(body, { items: [], nextCursor: null });
});

Deno.test("a caller without a key and a token has no list", async () => {
  await using env = await openApp();
  assertProblem(await send(env.app, "/api/itineraries"), 400, "missing_client_token");
  // A key identifies no caller when no keys are configured.
  const answer = await send(env.app, "/api/itineraries", { headers: bearer(ours) });
  assertProblem(answer, 400, "missing_client_token");
});

for (
  const token of [
    "short",
    "x".repeat(129),
    "no spaces, please",
    "two-tokens-012345, two-tokens-012345",
  ]
) {
  Deno.test(`the Client-Token ${JSON.stringify(token.slice(0, 40))} is 400`, async () => {
    await using env = await openApp({}, { concurrency: 0 });
    const answer = await post(env.app, "/api/itineraries", tokyo, asClient(token));
    assertProblem(answer, 400, "invalid_header");
    assertMatch(answer.body.detail, /^Client-Token: /);
    assertStrictEquals(await countDue(env.kv), 0);
  });
}

const badPages: [query: string, parameter: string][] = [
  ["limit=0", "limit"],
  ["limit=101", "limit"],
  ["limit=ten", "limit"],
  ["limit=", "limit"],
  ["limit=1&limit=2", "limit"],
  ["cursor=", "cursor"],
  ["cursor=nonsense", "cursor"],
  [`cursor=${btoa("[1]")}`, "cursor"],
  [`cursor=${btoa('[-1,"8d2a2a56-9d7e-4d3f-9cbd-0d5e2d2c5f86"]')}`, "cursor"],
  ["cursor=a&cursor=b", "cursor"],
];

for (const [query, parameter] of badPages) {
  Deno.test(`GET /api/itineraries?${query} is 400`, async () => {
    await using env = await openApp();
    const answer = await send(env.app, `/api/itineraries?${query}`, { headers: laptop });
    assertProblem(answer, 400, "invalid_request");
    assertStrictEquals(answer.body.errors[0].parameter, parameter);
  });
}

Deno.test("unknown query parameters are ignored", async () => {
  await using env = await openApp();
  const { headers } = await post(env.app, "/api/itineraries?utm_source=x", tokyo, laptop);
  await env.a.instance.idle();
  assertStrictEquals((await send(env.app, `${headers.get("location")}?_=123&wait=1`)).status, 200);
  assertStrictEquals(
    (await send(env.app, "/api/itineraries?sort=up", { headers: laptop })).status,
    200,
  );
});

const day = 86_400_000;

Deno.test("an API key has a daily budget of jobs that starts again at midnight UTC", async () => {
  const clock = new FakeClock();
  await using env = await openApp({ apiKeys, clock }, { dailyJobsPerKey: 3, concurrency: 0 });
  const submit = (key: string, headers = {}) =>
    post(env.app, "/api/itineraries", tokyo, { ...bearer(key), ...headers });
  const answers = await Promise.all(Array.from({ length: 8 }, () => submit(ours)));
  const refused = answers.filter(({ status }) => status !== 202);
  assertStrictEquals(refused.length, 5);
  for (const answer of refused) {
    assertProblem(answer, 429, "daily_budget_spent");
    const left = (day - clock.now() % day) / 1_000;
    assertStrictEquals(answer.headers.get("retry-after"), String(left));
    assertStrictEquals(answer.headers.get("ratelimit-policy"), '"jobs-per-day";q=3;w=86400');
    assertStrictEquals(answer.headers.get("ratelimit"), `"jobs-per-day";r=0;t=${left}`);
  }
  const shown = answers.filter(({ status }) => status === 202).map(({ headers }) =>
    headers.get("ratelimit")!.match(/r=(\d+)/)![1]
  );
  assertEquals(shown.toSorted(), ["0", "1", "2"]);
  assertStrictEquals(await countDue(env.kv), 3);
  assertStrictEquals((await submit(theirs)).status, 202);
  clock.advance(12 * HOUR);
  assertStrictEquals((await submit(ours)).status, 202);
});

Deno.test("a request that is refused or repeated uses nothing of the budget", async () => {
  await using env = await openApp({ apiKeys }, {
    dailyJobsPerKey: 2,
    concurrency: 0,
    maxQueuedJobs: 1,
  });
  const key = { ...bearer(ours), "idempotency-key": "wish-1" };
  assertStrictEquals((await post(env.app, "/api/itineraries", tokyo, key)).status, 202);
  assertStrictEquals((await post(env.app, "/api/itineraries", tokyo, key)).status, 202);
  assertStrictEquals((await post(env.app, "/api/itineraries", {}, bearer(ours))).status, 400);
  assertProblem(await post(env.app, "/api/itineraries", tokyo, bearer(ours)), 503, "queue_full");
  const counts = await Array.fromAsync(env.kv.list({ prefix: ["budget"] }));
  assertEquals(counts.map(({ value }) => value), [1]);
});

Deno.test("a caller without a key has no budget", async () => {
  await using env = await openApp({}, { dailyJobsPerKey: 1, concurrency: 0 });
  for (let n = 0; n < 3; n++) {
    assertStrictEquals((await post(env.app, "/api/itineraries", tokyo, laptop)).status, 202);
  }
});

Deno.test("an unreadable job hides no other job in a list, and opens no stream", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const odd = await post(env.app, "/api/itineraries", tokyo, laptop);
  const other = await post(env.app, "/api/itineraries", tokyo, laptop);
  const key = ["job", odd.body.jobId];
  const { value } = await env.kv.get<{ request: object }>(key);
  await env.kv.set(key, { ...value, request: { ...tokyo, durationDays: 45 } });
  const { status, body } = await send(env.app, "/api/itineraries", { headers: laptop });
  assertStrictEquals(status, 200);
  assertEquals(body.items.map(({ jobId }: { jobId: string }) => jobId), [other.body.jobId]);
  const location = odd.headers.get("location")!;
  for (const path of [location, `${location}/events`]) {
    assertProblem(await send(env.app, path), 500, "internal");
  }
});

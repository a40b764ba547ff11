import { assert, assertEquals, assertMatch, assertStrictEquals, fail } from "@std/assert";
import { JobError } from "../../lib/job/failure.ts";
import type { WebhookReader } from "../../lib/job/response_ended.ts";
import { kinds, openApp, techno, tokyo } from "../../testing/app.ts";
import { untilIdle } from "../../testing/runtimes.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { failCommits, hookKv } from "../../testing/hooked_kv.ts";
import { type App, assertProblem, post, send } from "../../testing/http.ts";
import { MIB, openTestDisk } from "../../testing/test_disk.ts";
import { HOUR, modelOf, queuedJob, testKind } from "../../testing/jobs.ts";
import { claim, countDue } from "../../testing/stores.ts";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

Deno.test("POST of an itinerary is 202 with its id and location", async () => {
  await using env = await openApp();
  const { status, headers, body } = await post(env.app, "/api/itineraries", tokyo);
  assertStrictEquals(status, 202);
  assertMatch(body.jobId, uuid);
  assertStrictEquals(body.status, "processing");
  assertStrictEquals(headers.get("location"), `/api/itineraries/${body.jobId}`);
  assertStrictEquals(headers.get("retry-after"), "2");
  await env.a.instance.idle();
});

Deno.test("GET of an itinerary has the members of the old service", async () => {
  await using env = await openApp({ delayMs: 1_000 });
  const { body: accepted } = await post(env.app, "/api/itineraries", tokyo);
  const young = await send(env.app, `/api/itineraries/${accepted.jobId}`);
  assertStrictEquals(young.status, 200);
  assertEquals(young.body, {
    jobId: accepted.jobId,
    status: "processing",
    destination: "Tokyo, Japan",
    durationDays: 2,
    itinerary: null,
    location: null,
    createdAt: "2026-11-21T12:00:00.000Z",
    completedAt: null,
    expiresAt: "2026-11-22T12:00:00.000Z",
    error: null,
    failure: null,
    source: null,
    attempt: young.body.attempt,
    refines: null,
    lineage: [],
    progress: young.body.progress,
    partial: [],
    usage: null,
    warnings: [],
  });
  const { phase, message, ...progress } = young.body.progress;
  assertMatch(phase, /^(queued|starting|thinking)$/);
  assertStrictEquals(typeof message, "string");
  assertEquals(progress, {
    tools: [],
    step: 0,
    of: progress.of,
    position: null,
    expectedStartAt: null,
    updatedAt: "2026-11-21T12:00:00.000Z",
  });
  assertStrictEquals(young.headers.get("retry-after"), "2");

  await untilIdle(env.a, () => env.clock.advance(1_000));
  const done = await send(env.app, `/api/itineraries/${accepted.jobId}`);
  assertEquals(Object.keys(done.body), Object.keys(young.body));
  assertStrictEquals(done.body.status, "completed");
  assertMatch(done.body.completedAt, /^2026-11-21T12:\d\d:\d\d\.000Z$/);
  assertStrictEquals(done.body.source, "sample");
  assertStrictEquals(done.body.progress, null);
  assertStrictEquals(done.body.partial, null);
  assertStrictEquals(done.headers.get("retry-after"), null);
  assertEquals(done.body.itinerary.map((day: { day: number }) => day.day), [1, 2]);
  const [{ theme, activities }] = done.body.itinerary;
  assertStrictEquals(typeof theme, "string");
  assertEquals(
    Object.keys(activities[0]).slice(0, 5),
    ["time", "title", "description", "place", "estimatedCost"],
  );
});

Deno.test("POST of a generation is 200, and GET has the members of the old service", async () => {
  await using env = await openApp({ delayMs: 1_000 });
  const accepted = await post(env.app, "/api/generations", techno);
  assertStrictEquals(accepted.status, 200);
  assertMatch(accepted.body.generationId, uuid);
  assertStrictEquals(accepted.body.status, "processing");
  const path = `/api/generations/${accepted.body.generationId}`;
  assertStrictEquals(accepted.headers.get("location"), path);
  assertStrictEquals(accepted.headers.get("retry-after"), "2");

  const young = await send(env.app, path);
  assertStrictEquals(young.body.status, "processing");
  assertStrictEquals(young.body.bundles, null);
  assertStrictEquals(young.body.error, null);
  await untilIdle(env.a, () => env.clock.advance(1_000));
  const { body } = await send(env.app, path);
  assertStrictEquals(body.status, "completed");
  assertEquals(Object.keys(body).toSorted(), Object.keys(accepted.body).toSorted());
  assert(body.bundles.length >= 3 && body.bundles.length <= 5);
  assertEquals(
    Object.keys(body.bundles[0]),
    ["title", "description", "keyEvents", "imageUrl"],
  );
  assertEquals(
    Object.keys(body.bundles[0].keyEvents[0]),
    [
      "name",
      "date",
      "startsAt",
      "endsAt",
      "timeZone",
      "venue",
      "neighborhood",
      "city",
      "category",
      "mapQuery",
      "coordinates",
      "verified",
      "price",
      "url",
      "why",
    ],
  );
  assert(body.reasoningSummaries.length > 0);
  assertStrictEquals(typeof body.openaiResponseId, "string");
});

Deno.test("a failed job is 200 with the old error text and a typed failure", async () => {
  // A wait beyond the deadline of the job.
  const options = { retryAfterMs: HOUR };
  const error = new JobError("rate_limited", "OpenAI API rate limit exceeded", options);
  const model = modelOf({ respond: () => Promise.reject(error) });
  await using env = await openApp({}, {
    model: () => model,
    limits: { maxAttempts: 1, timeoutMs: HOUR },
  });
  const { body: accepted } = await post(env.app, "/api/generations", techno);
  await env.a.instance.idle();
  const { status, body } = await send(env.app, `/api/generations/${accepted.generationId}`);
  assertStrictEquals(status, 200);
  assertStrictEquals(body.status, "failed");
  assertStrictEquals(body.error, "OpenAI API rate limit exceeded");
  assertEquals(body.failure, {
    code: "rate_limited",
    retryable: true,
    hint: "Send the same request again in a few minutes.",
  });
  assertStrictEquals(body.bundles, null);
  assertStrictEquals(typeof body.completedAt, "string");
});

Deno.test("a job that runs for long has a longer Retry-After", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const { body } = await post(env.app, "/api/itineraries", tokyo);
  const path = `/api/itineraries/${body.jobId}`;
  env.clock.advance(59_999);
  assertStrictEquals((await send(env.app, path)).headers.get("retry-after"), "2");
  env.clock.advance(1);
  assertStrictEquals((await send(env.app, path)).headers.get("retry-after"), "10");
});

const notFound: [path: string, error: string][] = [
  ["/api/itineraries/8d2a2a56-9d7e-4d3f-9cbd-0d5e2d2c5f86", "Itinerary not found"],
  ["/api/itineraries/no-uuid", "Itinerary not found"],
  ["/api/generations/8d2a2a56-9d7e-4d3f-9cbd-0d5e2d2c5f86", "Generation not found"],
  ["/api/generations/cm3jk8x1z0000v8xb2c3d4e5f", "Generation not found"],
  ["/api/generations/%00", "Generation not found"],
  ["/api/generations/%E0%A4%A", "Generation not found"],
  [`/api/generations/${"x".repeat(5_000)}`, "Generation not found"],
];

for (const [path, error] of notFound) {
  Deno.test(`GET ${path.slice(0, 60)} is 404 "${error}"`, async () => {
    await using env = await openApp();
    const answer = await send(env.app, path);
    assertProblem(answer, 404, "job_not_found");
    assertStrictEquals(answer.body.error, error);
  });
}

Deno.test("a job is 404 under another kind, and after it has expired", async () => {
  await using env = await openApp();
  const { body } = await post(env.app, "/api/itineraries", tokyo);
  await env.a.instance.idle();
  assertProblem(await send(env.app, `/api/generations/${body.jobId}`), 404, "job_not_found");
  const path = `/api/itineraries/${body.jobId}`;
  assertStrictEquals((await send(env.app, path)).status, 200);
  assertStrictEquals(
    (await send(env.app, path.toUpperCase().replace("API/ITINERARIES", "api/itineraries"))).status,
    200,
  );
  env.clock.advance(24 * HOUR);
  assertProblem(await send(env.app, path), 404, "job_not_found");
});

const invalid: [path: string, body: unknown, error: string, pointers: string[]][] = [
  [
    "/api/itineraries",
    {},
    "destination: expected a string; durationDays: expected a whole number from 1 to 30",
    ["#/destination", "#/durationDays"],
  ],
  [
    "/api/itineraries",
    { destination: " ", durationDays: 31 },
    "destination: expected 1 to 120 characters; durationDays: expected a whole number from 1 to 30",
    ["#/destination", "#/durationDays"],
  ],
  ["/api/itineraries", [], "expected a JSON object", ["#"]],
  ["/api/itineraries", "null", "expected a JSON object", ["#"]],
  ["/api/generations", {}, "Missing preferences in request body", ["#/preferences"]],
  [
    "/api/generations",
    { preferences: null },
    "Missing preferences in request body",
    ["#/preferences"],
  ],
  [
    "/api/generations",
    { preferences: { interests: ["music", 7], timeframe: "x".repeat(501) } },
    "preferences.interests.1: expected a string; " +
    "preferences.timeframe: expected at most 500 characters",
    ["#/preferences/interests/1", "#/preferences/timeframe"],
  ],
];

for (const [path, body, error, pointers] of invalid) {
  Deno.test(`POST ${path} with ${JSON.stringify(body).slice(0, 60)} is 400`, async () => {
    await using env = await openApp();
    const answer = await post(env.app, path, body);
    assertProblem(answer, 400, "invalid_request");
    assertStrictEquals(answer.body.error, error);
    assertEquals(answer.body.errors.map((e: { pointer: string }) => e.pointer), pointers);
    assertStrictEquals(await countDue(env.kv), 0);
  });
}

for (const body of ["", "{", "destination=Tokyo", "{'destination': 'Tokyo'}"]) {
  Deno.test(`POST of the malformed body ${JSON.stringify(body)} is 400`, async () => {
    await using env = await openApp();
    assertProblem(await post(env.app, "/api/itineraries", body), 400, "malformed_json");
  });
}

for (const name of ["preferences", "unknown"]) {
  Deno.test(`POST of a body that is nested too deeply in ${name} is 400`, async () => {
    await using env = await openApp();
    const body = `{"${name}":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
    const answer = await post(env.app, "/api/itineraries", body);
    assertProblem(answer, 400, "malformed_json");
    assertMatch(answer.body.detail, /more than 100 values inside each other/);
  });
}

Deno.test("a body is accepted as JSON with the content types that browsers use, and no other", async () => {
  await using env = await openApp();
  const types: [type: string, status: number][] = [
    ["application/json", 202],
    ["application/json; charset=utf-8", 202],
    ["Application/JSON", 202],
    ["application/vnd.api+json", 202],
    ["text/plain;charset=UTF-8", 202],
    ["application/x-www-form-urlencoded", 415],
    ["multipart/form-data; boundary=x", 415],
    ["text/html", 415],
    ["application/jsonp", 415],
  ];
  for (const [type, status] of types) {
    const answer = await post(env.app, "/api/itineraries", tokyo, { "content-type": type });
    assertStrictEquals(answer.status, status, type);
    if (status === 415) assertProblem(answer, 415, "unsupported_media_type");
  }
  await env.a.instance.idle();
});

Deno.test("a body without a content type is read as JSON", async () => {
  await using env = await openApp();
  const body = new TextEncoder().encode(JSON.stringify(tokyo));
  assertStrictEquals(
    (await send(env.app, "/api/itineraries", { method: "POST", body })).status,
    202,
  );
  await env.a.instance.idle();
});

Deno.test("a body over 64 KiB is 413, with and without Content-Length", async () => {
  await using env = await openApp();
  const fits = { ...tokyo, ignored: "x".repeat(60_000) };
  assertStrictEquals((await post(env.app, "/api/itineraries", fits)).status, 202);
  const large = JSON.stringify({ ...tokyo, ignored: "x".repeat(70_000) });
  const withLength = { "content-length": String(large.length) };
  // Two equal header lines become one value with a comma.
  const withTwo = { "content-length": `${large.length}, ${large.length}` };
  for (const headers of [withLength, withTwo, {}]) {
    const answer = await post(env.app, "/api/itineraries", large, headers);
    assertProblem(answer, 413, "body_too_large");
  }
  await env.a.instance.idle();
});

Deno.test("a body that breaks off is 400, not 500", async () => {
  await using env = await openApp();
  const broken = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new TypeError("connection lost")),
  });
  const answer = await send(env.app, "/api/itineraries", { method: "POST", body: broken });
  assertProblem(answer, 400, "incomplete_body");
});

Deno.test("a wrong method is 405 with the allowed methods", async () => {
  await using env = await openApp();
  const wrong: [method: string, path: string, allow: string][] = [
    ["PATCH", "/api/itineraries", "POST, GET, HEAD, OPTIONS"],
    ["PUT", "/api/generations", "POST, GET, HEAD, OPTIONS"],
    ["POST", `/api/generations/${crypto.randomUUID()}`, "GET, HEAD, DELETE, OPTIONS"],
    ["DELETE", `/api/generations/${crypto.randomUUID()}/events`, "GET, HEAD, OPTIONS"],
    ["POST", "/livez", "GET, HEAD, OPTIONS"],
  ];
  for (const [method, path, allow] of wrong) {
    const answer = await send(env.app, path, { method });
    assertProblem(answer, 405, "method_not_allowed");
    assertStrictEquals(answer.headers.get("allow"), allow);
  }
});

Deno.test("an unknown path is 404", async () => {
  await using env = await openApp();
  assertProblem(await send(env.app, "/api/trips"), 404, "route_not_found");
  assertProblem(await send(env.app, "/api/itineraries/a/b"), 404, "route_not_found");
});

Deno.test("a trailing slash makes no difference", async () => {
  await using env = await openApp();
  assertStrictEquals((await post(env.app, "/api/itineraries/", tokyo)).status, 202);
  await env.a.instance.idle();
});

Deno.test("when the accepting commit fails, the client gets 500 and nothing exists", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  await using env = await openApp({ kv });
  failCommits(hooks, "job", 1);
  const answer = await post(env.app, "/api/generations", techno);
  assertProblem(answer, 500, "accept_failed");
  assertStrictEquals(answer.body.error, "Failed to initiate generation");
  assertEquals(await Array.fromAsync(env.kv.list({ prefix: [] })), []);
});

Deno.test("an unexpected error is 500 without its message", async () => {
  await using env = await openApp();
  const id = crypto.randomUUID();
  await env.kv.set(["job", id], { secret: "do not show" });
  const answer = await send(env.app, `/api/generations/${id}`);
  assertProblem(answer, 500, "internal");
  assertStrictEquals(answer.body.error, "Something went wrong on our side");
});

Deno.test("when too many jobs wait, POST is 503 with Retry-After", async () => {
  await using env = await openApp({}, { maxQueuedJobs: 2, concurrency: 0 });
  for (let n = 0; n < 2; n++) await post(env.app, "/api/itineraries", tokyo);
  const answer = await post(env.app, "/api/itineraries", tokyo);
  assertProblem(answer, 503, "queue_full");
  assertStrictEquals(answer.headers.get("retry-after"), "30");
  assertStrictEquals(await countDue(env.kv), 2);
});

Deno.test("on a full disk POST and DELETE are 503 with Retry-After, and GET goes on", async () => {
  const clock = new FakeClock();
  const { disk, storage } = openTestDisk(clock);
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  await using env = await openApp({ kv, clock }, { storage, concurrency: 0 });
  const { headers } = await post(env.app, "/api/itineraries", tokyo);
  const location = headers.get("location")!;
  disk.freeBytes = 16 * MIB;
  await env.a.instance.checkSpace();
  hooks.commit = () => Promise.reject(new TypeError("database or disk is full"));
  const refusals = [
    await post(env.app, "/api/itineraries", tokyo),
    await send(env.app, location, { method: "DELETE" }),
  ];
  for (const refused of refusals) {
    assertProblem(refused, 503, "storage_full");
    assertStrictEquals(refused.headers.get("retry-after"), "60");
  }
  assertStrictEquals((await send(env.app, location)).body.status, "processing");
  assertProblem(await send(env.app, "/readyz"), 503, "not_ready");
  assertStrictEquals((await send(env.app, "/livez")).status, 200);
});

for (const message of ["database or disk is full", "disk I/O error"]) {
  Deno.test(`"${message}" of a commit is 503 although the disk was writable before`, async () => {
    const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
    await using env = await openApp({ kv }, { concurrency: 0 });
    hooks.commit = () => Promise.reject(new TypeError(message));
    assertProblem(await post(env.app, "/api/itineraries", tokyo), 503, "storage_full");
    hooks.commit = undefined;
    const { status, headers } = await post(env.app, "/api/itineraries", tokyo);
    assertStrictEquals(status, 202);
    // A read says nothing about the space.
    hooks.get = () => Promise.reject(new TypeError(message));
    assertProblem(await send(env.app, headers.get("location")!), 500, "internal");
  });
}

/** Sends the preflight of a `POST` with these headers, as a browser does. */
function preflightOf(app: App, names: string) {
  return send(app, "/api/itineraries", {
    method: "OPTIONS",
    headers: {
      "origin": "https://trips.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": names,
    },
  });
}

Deno.test("browsers of every origin may call, and may read the relevant headers", async () => {
  await using env = await openApp();
  const headers = { origin: "https://trips.example" };
  const preflight = await preflightOf(env.app, "content-type");
  assertStrictEquals(preflight.status, 204);
  assertStrictEquals(preflight.headers.get("access-control-allow-origin"), "*");
  assertStrictEquals(preflight.headers.get("access-control-allow-methods"), "GET,HEAD,POST,DELETE");
  assertStrictEquals(preflight.headers.get("access-control-allow-credentials"), null);
  assertStrictEquals(preflight.headers.get("access-control-max-age"), "86400");

  for (const body of [tokyo, {}]) {
    const answer = await post(env.app, "/api/itineraries", body, headers);
    assertStrictEquals(answer.headers.get("access-control-allow-origin"), "*");
    assertStrictEquals(
      answer.headers.get("access-control-expose-headers"),
      "Allow,Content-Location,ETag,Idempotency-Replayed,Link,Location,Preference-Applied,RateLimit," +
        "RateLimit-Policy,Retry-After,X-Request-Id",
    );
  }
  await env.a.instance.idle();
});

const sentHeaders: [by: string, names: string][] = [
  ["the browser client", "authorization,client-token,content-type,idempotency-key"],
  ["a watch", "if-none-match,last-event-id,prefer"],
  ["OpenTelemetry", "baggage,traceparent,tracestate"],
  ["Sentry", "baggage,sentry-trace"],
  ["Zipkin (one header)", "b3"],
  ["Zipkin", "x-b3-flags,x-b3-parentspanid,x-b3-sampled,x-b3-spanid,x-b3-traceid"],
  [
    "Datadog",
    "x-datadog-origin,x-datadog-parent-id,x-datadog-sampling-priority,x-datadog-tags," +
    "x-datadog-trace-id",
  ],
  ["New Relic", "newrelic,traceparent,tracestate"],
  ["Application Insights", "request-context,request-id"],
  ["CloudWatch", "x-amzn-trace-id"],
  ["Jaeger", "uber-trace-id"],
  ["a proxy", "x-request-id"],
];

/** Returns the headers that a browser does not send after this answer to its preflight. */
function forbidden(names: string, { headers }: { headers: Headers }, knowsWildcard: boolean) {
  const allowed = headers.get("access-control-allow-headers")!.toLowerCase().split(/ *, */);
  const isWild = (name: string) =>
    knowsWildcard && allowed.includes("*") && name !== "authorization";
  return names.split(",").filter((name) => !allowed.includes(name) && !isWild(name));
}

for (const [by, names] of sentHeaders) {
  Deno.test(`pages of other sites may send the headers of ${by}, also in old browsers`, async () => {
    await using env = await openApp();
    assertEquals(forbidden(names, await preflightOf(env.app, names), false), []);
  });
}

Deno.test("pages of other sites may send headers of tools that the service does not know", async () => {
  await using env = await openApp({ corsOrigins: ["https://trips.example"] });
  const names = "authorization,x-tool-of-tomorrow";
  assertEquals(forbidden(names, await preflightOf(env.app, names), true), []);
});

Deno.test("only the origins of CORS_ORIGINS are allowed, if it is set", async () => {
  await using env = await openApp({ corsOrigins: ["https://a.example", "https://b.example"] });
  const allowed = async (origin: string) =>
    (await send(env.app, "/livez", { headers: { origin } })).headers
      .get("access-control-allow-origin");
  assertStrictEquals(await allowed("https://b.example"), "https://b.example");
  assertStrictEquals(await allowed("https://c.example"), null);
});

Deno.test("X-Request-Id is the client's, or a new one if the client's is missing or invalid", async () => {
  await using env = await openApp();
  const idFor = async (id: string) =>
    (await send(env.app, "/livez", { headers: { "x-request-id": id } })).headers.get(
      "x-request-id",
    );
  assertStrictEquals(await idFor("client-7"), "client-7");
  assertMatch((await idFor("<script>"))!, uuid);
  assertMatch((await send(env.app, "/livez")).headers.get("x-request-id")!, uuid);
});

Deno.test("/livez and /readyz are 200", async () => {
  await using env = await openApp();
  assertEquals((await send(env.app, "/livez")).body, { status: "ok" });
  assertEquals((await send(env.app, "/readyz")).body, { status: "ok" });
});

Deno.test("DELETE cancels a job with 202, and its status is canceled", async () => {
  for (const [path, wish] of [["/api/itineraries", tokyo], ["/api/generations", techno]] as const) {
    for (const concurrency of [0, 1]) {
      await using env = await openApp({ delayMs: 60_000 }, { concurrency });
      const { body: accepted, headers } = await post(env.app, path, wish);
      const location = headers.get("location")!;
      const { status, body } = await send(env.app, location, { method: "DELETE" });
      assertStrictEquals(status, 202);
      assertEquals(body, {
        ...accepted,
        status: "canceled",
        completedAt: accepted.createdAt,
        attempt: body.attempt,
        progress: null,
        partial: null,
      });
      await env.a.instance.idle();
      const polled = await send(env.app, location);
      assertStrictEquals(polled.status, 200);
      assertStrictEquals(polled.headers.get("retry-after"), null);
      assertEquals(polled.body, body);
      // A client that did not get the answer sends the request again.
      assertStrictEquals((await send(env.app, location, { method: "DELETE" })).status, 202);
    }
  }
});

Deno.test("DELETE of an ended job is 409 with its status", async () => {
  const failing = testKind(() => Promise.reject(new JobError("refused", "No")));
  await using env = await openApp({}, { kinds: [...kinds, failing] });
  for (
    const [path, wish, state] of [
      ["/api/itineraries", tokyo, "completed"],
      ["/api/tests", { text: "hello" }, "failed"],
    ] as const
  ) {
    const location = (await post(env.app, path, wish)).headers.get("location")!;
    await env.a.instance.idle();
    const before = await send(env.app, location);
    const answer = await send(env.app, location, { method: "DELETE" });
    assertProblem(answer, 409, "job_finished");
    assertStrictEquals(answer.body.state, state);
    assertEquals((await send(env.app, location)).body, before.body);
  }
});

Deno.test("DELETE of an unknown job, or one of another kind, is 404", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const { body } = await post(env.app, "/api/itineraries", tokyo);
  for (const id of [body.jobId, crypto.randomUUID(), "nonsense"]) {
    const answer = await send(env.app, `/api/generations/${id}`, { method: "DELETE" });
    assertProblem(answer, 404, "job_not_found");
    assertStrictEquals(answer.body.error, "Generation not found");
  }
  const { body: polled } = await send(env.app, `/api/itineraries/${body.jobId}`);
  assertStrictEquals(polled.status, "processing");
});

Deno.test("an instance that is stopping refuses POST with 503, and still answers GET", async () => {
  await using env = await openApp();
  const { headers } = await post(env.app, "/api/itineraries", tokyo);
  await env.a.instance.idle();
  await env.a.instance.stop(0);
  const answer = await post(env.app, "/api/itineraries", tokyo);
  assertProblem(answer, 503, "stopping");
  assertStrictEquals(answer.headers.get("retry-after"), "5");
  assertStrictEquals((await send(env.app, headers.get("location")!)).body.status, "completed");
});

Deno.test("/readyz is 503 when the database is unavailable or the service is stopping", async () => {
  const gone = await openApp();
  gone.kv.close();
  const notReady = await send(gone.app, "/readyz");
  assertProblem(notReady, 503, "not_ready");
  assertStrictEquals(notReady.body.detail, "The service is not ready");
  assertStrictEquals((await send(gone.app, "/livez")).status, 200);

  await using env = await openApp();
  await env.a.instance.stop(0);
  assertProblem(await send(env.app, "/readyz"), 503, "not_ready");
});

Deno.test("HEAD answers like GET, without a body", async () => {
  await using env = await openApp();
  const { body } = await post(env.app, "/api/itineraries", tokyo);
  const path = `/api/itineraries/${body.jobId}`;
  const head = await env.app.request(path, { method: "HEAD" });
  assertStrictEquals(head.status, 200);
  assertStrictEquals(await head.text(), "");
  await env.a.instance.idle();
});

Deno.test("an unknown path is a page for browsers, and a problem for other clients", async () => {
  await using env = await openApp();
  const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  const page = await env.app.request("/nonsense", { headers: { accept } });
  assertStrictEquals(page.status, 404);
  assertMatch(page.headers.get("content-type")!, /^text\/html/);
  assertMatch(await page.text(), /<h1>Page not found<\/h1>/);
  for (const headers of [{}, { accept: "*/*" }, { accept: "application/json" }]) {
    assertProblem(await send(env.app, "/nonsense", { headers }), 404, "route_not_found");
  }
});

Deno.test("anyone may read the timeline of a job, and no cache keeps it", async () => {
  await using env = await openApp();
  const { headers } = await post(env.app, "/api/itineraries", tokyo);
  await env.a.instance.idle();
  const path = `${headers.get("location")}/timeline`;
  const answer = await send(env.app, path);
  assertStrictEquals(answer.status, 200);
  assertStrictEquals(answer.headers.get("cache-control"), "private, no-cache");
  assertStrictEquals(answer.body.status, "completed");
  const events = answer.body.events.map(({ event }: { event: string }) => event);
  assertEquals(events, ["accepted", "claimed", "step", "completed"]);
  const other = path.replace("itineraries", "generations");
  assertProblem(await send(env.app, other), 404, "job_not_found");
});

/** An application with a job that waits for `resp_1`, and this reader of webhooks. */
async function openWebhook(readWebhook: WebhookReader) {
  const env = await openApp({ readWebhook });
  const job = queuedJob({ kind: "itinerary" });
  await env.store.accept(job);
  const lease = await claim(env.store, job.id, { holder: "instance-a" });
  await env.store.checkpoints.saveResponse(
    lease!,
    { promptVersion: "1", name: "turn-1" },
    "resp_1",
  );
  return { ...env, deliver: (body: string) => post(env.app, "/api/webhooks/openai", body) };
}

Deno.test("a webhook is passed to its reader unchanged, and answered with 204 each time", async () => {
  const read: [body: string, type: string | null][] = [];
  using env = await openWebhook((body, headers) => {
    read.push([body, headers.get("content-type")]);
    return Promise.resolve({ responseId: "resp_1", deliveryId: "wh_1" });
  });
  for (const _ of [1, 2]) {
    const { status, body } = await env.deliver('{"type": "é"}');
    assertEquals([status, body], [204, null]);
  }
  assertEquals(read[0], ['{"type": "é"}', "application/json"]);
  assertStrictEquals((await env.instances.takeWakes("instance-a")).length, 1);
});

const refusals: [what: string, read: WebhookReader, status: number, code: string][] = [
  [
    "for an unknown response",
    () => Promise.resolve({ responseId: "resp_2", deliveryId: "wh_1" }),
    404,
    "response_unknown",
  ],
  [
    "for another event",
    () => Promise.resolve("irrelevant"),
    404,
    "response_unknown",
  ],
  [
    "without a valid signature",
    () => Promise.resolve("unsigned"),
    401,
    "invalid_signature",
  ],
  ["that causes an internal error", () => Promise.reject(new Error("secret")), 500, "internal"],
];

for (const [what, read, status, code] of refusals) {
  Deno.test(`a webhook ${what} is ${status}`, async () => {
    using env = await openWebhook(read);
    const answer = await env.deliver("{}");
    assertProblem(answer, status, code);
    assert(!JSON.stringify(answer.body).includes("secret"));
    assertEquals(await env.instances.takeWakes("instance-a"), []);
  });
}

Deno.test("a webhook over 64 KiB is 413, and not read", async () => {
  using env = await openWebhook(() => fail("must not be read"));
  assertStrictEquals((await env.deliver("x".repeat(65_537))).status, 413);
});

Deno.test("the webhook path is 404 without a reader", async () => {
  await using env = await openApp();
  assertStrictEquals((await post(env.app, "/api/webhooks/openai", "{}")).status, 404);
});

Deno.test("OPTIONS answers with the methods of a path, and 404 for an unknown path", async () => {
  await using env = await openApp({ apiKeys: ["our-own-key-0123456789"] });
  const paths: [path: string, allow: string][] = [
    ["/api/itineraries", "POST, GET, HEAD, OPTIONS"],
    [`/api/generations/${crypto.randomUUID()}`, "GET, HEAD, DELETE, OPTIONS"],
    ["/livez", "GET, HEAD, OPTIONS"],
  ];
  for (const [path, allow] of paths) {
    const { status, headers, body } = await send(env.app, path, { method: "OPTIONS" });
    assertStrictEquals(status, 204);
    assertStrictEquals(headers.get("allow"), allow);
    assertStrictEquals(headers.get("content-type"), null);
    assert(headers.get("x-request-id"));
    assertStrictEquals(body, null);
  }
  assertProblem(await send(env.app, "/api/trips", { method: "OPTIONS" }), 404, "route_not_found");
});

Deno.test("every answer has security headers", async () => {
  await using env = await openApp();
  for (const path of ["/livez", "/api/trips", `/api/itineraries/${crypto.randomUUID()}`]) {
    const { headers } = await send(env.app, path);
    assertStrictEquals(
      headers.get("content-security-policy"),
      "default-src 'none'; frame-ancestors 'none'",
    );
    assertStrictEquals(headers.get("x-content-type-options"), "nosniff");
    assertStrictEquals(headers.get("x-frame-options"), "DENY");
    assertStrictEquals(headers.get("referrer-policy"), "same-origin");
    assertMatch(headers.get("strict-transport-security")!, /^max-age=\d{7,}$/);
    assertStrictEquals(headers.get("x-powered-by"), null);
  }
});

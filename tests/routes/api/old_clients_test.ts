/**
 * The clients of the services before Tripwright, request by request as their documentation shows
 * them: all members that they read must exist, with the values that they know.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { JobError } from "../../../lib/job/failure.ts";
import { failCommits, hookKv } from "../../../testing/hooked_kv.ts";
import { openApp } from "../../../testing/app.ts";
import { untilIdle } from "../../../testing/runtimes.ts";
import { send } from "../../../testing/http.ts";
import { HOUR, modelOf } from "../../../testing/jobs.ts";

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** `curl -i -X POST -H "Content-Type: application/json" -d …` of the itinerary API. */
const curlItinerary: RequestInit = {
  method: "POST",
  headers: { "Content-Type": "application/json", "User-Agent": "curl/8.5.0", "Accept": "*/*" },
  body: '{"destination":"Tokyo, Japan","durationDays":5}',
};

const preferences = {
  interests: ["music", "nightlife"],
  musicProfile: "Electronic, House",
  timeframe: "This weekend",
  otherPreferences: "Looking for underground venues",
};

/** `fetch('/api/generations', {method: 'POST', body: …})` of the bundle service: no content type. */
const fetchGeneration: RequestInit = { method: "POST", body: JSON.stringify({ preferences }) };

Deno.test("the client of the itinerary API posts, polls a running job and polls a completed job", async () => {
  await using env = await openApp({ delayMs: 1_000 });
  const accepted = await send(env.app, "/api/itineraries", curlItinerary);
  assertStrictEquals(accepted.status, 202);
  assertMatch(accepted.body.jobId, /^[0-9a-f-]{36}$/);

  const path = `/api/itineraries/${accepted.body.jobId}`;
  const working = await send(env.app, path, { headers: { "User-Agent": "curl/8.5.0" } });
  assertStrictEquals(working.status, 200);
  const { status, destination, durationDays, createdAt, ...rest } = working.body;
  assertEquals([status, destination, durationDays], ["processing", "Tokyo, Japan", 5]);
  assertMatch(createdAt, time);
  assertEquals([rest.completedAt, rest.itinerary, rest.error], [null, null, null]);

  await untilIdle(env.a, () => env.clock.advance(500));
  const { body: done } = await send(env.app, path);
  assertEquals(
    [done.status, done.destination, done.durationDays, done.createdAt, done.error],
    ["completed", "Tokyo, Japan", 5, createdAt, null],
  );
  assertMatch(done.completedAt, time);
  assertStrictEquals(done.itinerary.length, 5);
  for (const [n, { day, theme, activities }] of done.itinerary.entries()) {
    assertStrictEquals(day, n + 1);
    assertStrictEquals(typeof theme, "string");
    assert(activities.length > 0);
  }
});

Deno.test("the client of the itinerary API reads why a job failed", async () => {
  const error = new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota");
  const model = () => modelOf({ chat: () => Promise.reject(error) });
  await using env = await openApp({}, { model });
  const { body } = await send(env.app, "/api/itineraries", curlItinerary);
  await env.a.instance.idle();
  const failed = await send(env.app, `/api/itineraries/${body.jobId}`);
  assertStrictEquals(failed.status, 200);
  assertStrictEquals(failed.body.status, "failed");
  assertStrictEquals(failed.body.destination, "Tokyo, Japan");
  assertStrictEquals(failed.body.itinerary, null);
  assertMatch(failed.body.completedAt, time);
  assertStrictEquals(failed.body.error, "OpenAI API error: 429 insufficient_quota");
});

Deno.test("the client of the itinerary API gets a placeholder where placeholders are configured", async () => {
  const error = new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota");
  const model = () => modelOf({ chat: () => Promise.reject(error) });
  await using env = await openApp({}, { model, mockIfQuota: true });
  const { body } = await send(env.app, "/api/itineraries", curlItinerary);
  await env.a.instance.idle();
  const { body: done } = await send(env.app, `/api/itineraries/${body.jobId}`);
  assertStrictEquals(done.status, "completed");
  assertStrictEquals(done.itinerary.length, 5);
});

Deno.test("the page of the bundle service posts and polls until the bundles exist", async () => {
  await using env = await openApp({ delayMs: 1_000 });
  const accepted = await send(env.app, "/api/generations", fetchGeneration);
  assertStrictEquals(accepted.status, 200);
  const { generationId, status } = accepted.body;
  assertMatch(generationId, /^[0-9a-f-]{36}$/);
  assertStrictEquals(status, "processing");

  // In the old service its first poll could be 404.
  const { status: code, body: working } = await send(env.app, `/api/generations/${generationId}`);
  assertStrictEquals(code, 200);
  assertStrictEquals(working.generationId, generationId);
  assertStrictEquals(working.status, "processing");
  assert(Array.isArray(working.reasoningSummaries));
  assert("openaiResponseId" in working);
  assertMatch(working.createdAt, time);

  await untilIdle(env.a, () => env.clock.advance(500));
  const { body: done } = await send(env.app, `/api/generations/${generationId}`);
  assertStrictEquals(done.status, "completed");
  assertStrictEquals(done.error, null);
  assert(done.reasoningSummaries.length > 0);
  for (const { title, description, keyEvents, imageUrl } of done.bundles) {
    assertEquals([typeof title, typeof description], ["string", "string"]);
    assert(Array.isArray(keyEvents));
    assert(imageUrl === null || typeof imageUrl === "string");
  }
});

Deno.test("the page of the bundle service reads why a generation failed", async () => {
  // A wait beyond the deadline of the job.
  const options = { retryAfterMs: HOUR };
  const error = new JobError("rate_limited", "OpenAI API rate limit exceeded", options);
  const model = () => modelOf({ respond: () => Promise.reject(error) });
  await using env = await openApp({}, { model, limits: { maxAttempts: 1, timeoutMs: HOUR } });
  const { body } = await send(env.app, "/api/generations", fetchGeneration);
  await env.a.instance.idle();
  const { status, body: failed } = await send(env.app, `/api/generations/${body.generationId}`);
  assertStrictEquals(status, 200);
  assertStrictEquals(failed.status, "failed");
  assertStrictEquals(failed.error, "OpenAI API rate limit exceeded");
});

Deno.test("the page of the bundle service gets 400, 404 and 500 with the old error texts", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  await using env = await openApp({ kv });
  for (const body of ["{}", '{"preferences":null}']) {
    const missing = await send(env.app, "/api/generations", { method: "POST", body });
    assertStrictEquals(missing.status, 400);
    assertStrictEquals(missing.body.error, "Missing preferences in request body");
  }
  for (const id of ["cm3jk8x1z0000v8xb2c3d4e5f", crypto.randomUUID()]) {
    const unknown = await send(env.app, `/api/generations/${id}`);
    assertStrictEquals(unknown.status, 404);
    assertStrictEquals(unknown.body.error, "Generation not found");
  }
  failCommits(hooks, "job", 1);
  const failed = await send(env.app, "/api/generations", fetchGeneration);
  assertStrictEquals(failed.status, 500);
  assertStrictEquals(failed.body.error, "Failed to initiate generation");
});

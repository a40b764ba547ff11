/**
 * The clients of the services before Tripwright, request by request as their documents show them:
 * whatever they read has to be there, with the values that they know.
 */
import assert from "node:assert/strict";
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

Deno.test("the itinerary API's client: POST, poll while it works, poll when it is done", async () => {
  using env = await openApp({ delayMs: 1_000 });
  const accepted = await send(env.app, "/api/itineraries", curlItinerary);
  assert.equal(accepted.status, 202);
  assert.match(accepted.body.jobId, /^[0-9a-f-]{36}$/);

  const path = `/api/itineraries/${accepted.body.jobId}`;
  const working = await send(env.app, path, { headers: { "User-Agent": "curl/8.5.0" } });
  assert.equal(working.status, 200);
  const { status, destination, durationDays, createdAt, ...rest } = working.body;
  assert.deepEqual([status, destination, durationDays], ["processing", "Tokyo, Japan", 5]);
  assert.match(createdAt, time);
  assert.deepEqual([rest.completedAt, rest.itinerary, rest.error], [null, null, null]);

  await untilIdle(env.a, () => env.clock.advance(500));
  const { body: done } = await send(env.app, path);
  assert.deepEqual(
    [done.status, done.destination, done.durationDays, done.createdAt, done.error],
    ["completed", "Tokyo, Japan", 5, createdAt, null],
  );
  assert.match(done.completedAt, time);
  assert.equal(done.itinerary.length, 5);
  for (const [n, { day, theme, activities }] of done.itinerary.entries()) {
    assert.equal(day, n + 1);
    assert.equal(typeof theme, "string");
    assert.ok(activities.length > 0);
  }
});

Deno.test("the itinerary API's client reads why a job failed", async () => {
  const error = new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota");
  const model = () => modelOf({ chat: () => Promise.reject(error) });
  using env = await openApp({}, { model });
  const { body } = await send(env.app, "/api/itineraries", curlItinerary);
  await env.a.instance.idle();
  const failed = await send(env.app, `/api/itineraries/${body.jobId}`);
  assert.equal(failed.status, 200);
  assert.equal(failed.body.status, "failed");
  assert.equal(failed.body.destination, "Tokyo, Japan");
  assert.equal(failed.body.itinerary, null);
  assert.match(failed.body.completedAt, time);
  assert.equal(failed.body.error, "OpenAI API error: 429 insufficient_quota");
});

Deno.test("the itinerary API's client gets a placeholder where that is switched on", async () => {
  const error = new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota");
  const model = () => modelOf({ chat: () => Promise.reject(error) });
  using env = await openApp({}, { model, mockIfQuota: true });
  const { body } = await send(env.app, "/api/itineraries", curlItinerary);
  await env.a.instance.idle();
  const { body: done } = await send(env.app, `/api/itineraries/${body.jobId}`);
  assert.equal(done.status, "completed");
  assert.equal(done.itinerary.length, 5);
});

Deno.test("the bundle service's page: POST, poll, until the bundles are there", async () => {
  using env = await openApp({ delayMs: 1_000 });
  const accepted = await send(env.app, "/api/generations", fetchGeneration);
  assert.equal(accepted.status, 200);
  const { generationId, status } = accepted.body;
  assert.match(generationId, /^[0-9a-f-]{36}$/);
  assert.equal(status, "processing");

  // Its first poll may have been 404; that is over.
  const { status: code, body: working } = await send(env.app, `/api/generations/${generationId}`);
  assert.equal(code, 200);
  assert.equal(working.generationId, generationId);
  assert.equal(working.status, "processing");
  assert.ok(Array.isArray(working.reasoningSummaries));
  assert.ok("openaiResponseId" in working);
  assert.match(working.createdAt, time);

  await untilIdle(env.a, () => env.clock.advance(500));
  const { body: done } = await send(env.app, `/api/generations/${generationId}`);
  assert.equal(done.status, "completed");
  assert.equal(done.error, null);
  assert.ok(done.reasoningSummaries.length > 0);
  for (const { title, description, keyEvents, imageUrl } of done.bundles) {
    assert.deepEqual([typeof title, typeof description], ["string", "string"]);
    assert.ok(Array.isArray(keyEvents));
    assert.ok(imageUrl === null || typeof imageUrl === "string");
  }
});

Deno.test("the bundle service's page reads why a generation failed", async () => {
  const error = new JobError("rate_limited", "OpenAI API rate limit exceeded");
  const model = () => modelOf({ respond: () => Promise.reject(error) });
  using env = await openApp({}, { model, limits: { maxAttempts: 1, timeoutMs: HOUR } });
  const { body } = await send(env.app, "/api/generations", fetchGeneration);
  await env.a.instance.idle();
  const { status, body: failed } = await send(env.app, `/api/generations/${body.generationId}`);
  assert.equal(status, 200);
  assert.equal(failed.status, "failed");
  assert.equal(failed.error, "OpenAI API rate limit exceeded");
});

Deno.test("the bundle service's answers to what cannot be: 400, 404 and 500", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using env = await openApp({ kv });
  for (const body of ["{}", '{"preferences":null}']) {
    const missing = await send(env.app, "/api/generations", { method: "POST", body });
    assert.equal(missing.status, 400);
    assert.equal(missing.body.error, "Missing preferences in request body");
  }
  for (const id of ["cm3jk8x1z0000v8xb2c3d4e5f", crypto.randomUUID()]) {
    const unknown = await send(env.app, `/api/generations/${id}`);
    assert.equal(unknown.status, 404);
    assert.equal(unknown.body.error, "Generation not found");
  }
  failCommits(hooks, "job", 1);
  const failed = await send(env.app, "/api/generations", fetchGeneration);
  assert.equal(failed.status, 500);
  assert.equal(failed.body.error, "Failed to initiate generation");
});

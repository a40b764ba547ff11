// deno-lint-ignore-file no-explicit-any -- a document
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { madeKey } from "../../../testing/api_keys.ts";
import { DAY_MS } from "../../../lib/clock.ts";
import { RateLimiter } from "../../../lib/store/rate_limiter.ts";
import type { WebhookReader } from "../../../lib/job/response_ended.ts";
import { kinds, openApp, techno, tokyo } from "../../../testing/app.ts";
import {
  assertDescribed,
  describedAnswers,
  description,
  operationOf,
  operations,
} from "../../../testing/contract.ts";
import { EventSource } from "../../../testing/event_source.ts";
import { type FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import type { App } from "../../../testing/http.ts";
import { failCommits, hookKv } from "../../../testing/hooked_kv.ts";
import { queuedJob } from "../../../testing/jobs.ts";
import { claim } from "../../../testing/stores.ts";

const ours = "our-own-key-0123456789";
const theirs = "another-key-0123456789";
const apiKeys = [ours, theirs];
const asUs = { authorization: `Bearer ${ours}` };
const asThem = { authorization: `Bearer ${theirs}` };
const laptop = { "client-token": "11111111-2222-4333-8444-555555555555" };

const wishes: Record<string, object> = {
  "/api/itineraries": tokyo,
  "/api/generations": techno,
};

/** The answers that have been given so far. */
const seen = new Set<string>();

/** Sends a request, validates the answer against the description, and records it. */
async function ask(app: App, path: string, init: RequestInit = {}) {
  const { method = "GET" } = init;
  const response = await app.fetch(new Request(`http://localhost${path}`, init));
  const text = await response.text();
  seen.add(assertDescribed(method, path, response, text));
  const type = response.headers.get("content-type") ?? "";
  return { response, body: type.includes("json") && text !== "" ? JSON.parse(text) : text };
}

function make(app: App, path: string, headers = {}, wish: unknown = wishes[path]) {
  const body = typeof wish === "string" ? wish : JSON.stringify(wish);
  const type = { "content-type": "application/json" };
  return ask(app, path, { method: "POST", headers: { ...type, ...headers }, body });
}

/** Produces every answer that the description has for the calls of one kind. */
async function showJobs(path: string): Promise<void> {
  await showOrdinary(path);
  await showRefusals(path);
  await showKeys(path);
  await showLimits(path);
  await showFaults(path);
}

async function showOrdinary(path: string): Promise<void> {
  await using env = await openApp();
  const key = { "idempotency-key": "wish-1" };
  const { response } = await make(env.app, path, { ...laptop, ...key });
  await env.a.instance.idle();
  await make(env.app, path, { ...laptop, ...key });
  await make(env.app, path, { ...key, ...laptop }, {
    ...wishes[path],
    durationDays: 9,
    preferences: {},
  });
  await make(env.app, path, { prefer: "wait=5" });
  await ask(env.app, `${path}?limit=1`, { headers: laptop });
  const location = response.headers.get("location")!;
  const { response: polled } = await ask(env.app, location);
  const etag = polled.headers.get("etag")!;
  await ask(env.app, location, { headers: { "if-none-match": etag, prefer: "wait=1" } });
  await ask(env.app, location, { method: "HEAD" });
  await ask(env.app, `${location}/timeline`);
  await ask(env.app, `${location}/events`);
  await ask(env.app, `${location}/events`, { headers: { "last-event-id": "end" } });
  await ask(env.app, `${location}/events?after=a&after=b`);
  await ask(env.app, location, { method: "DELETE", headers: laptop });
  using slow = await openApp({}, { concurrency: 0 });
  const { response: waiting } = await make(slow.app, path);
  await ask(slow.app, waiting.headers.get("location")!);
  await ask(slow.app, waiting.headers.get("location")!, { method: "DELETE" });
}

async function showRefusals(path: string): Promise<void> {
  await using env = await openApp({}, { concurrency: 0, maxQueuedJobs: 1 });
  await make(env.app, path, {}, {});
  await make(env.app, path, {}, "{");
  await make(env.app, path, { "idempotency-key": "" });
  await make(env.app, path, {}, { ...wishes[path], callbackUrl: "https://example.com/" });
  await make(env.app, path, {}, "x".repeat(70_000));
  await make(env.app, path, { "content-type": "text/html" });
  await make(env.app, path, { "content-encoding": "gzip" });
  await sendSlowly(env, path);
  const broken = new ReadableStream({ pull: (c) => c.error(new TypeError("connection lost")) });
  await ask(env.app, path, { method: "POST", body: broken });
  await ask(env.app, path);
  await ask(env.app, `${path}?limit=x`, { headers: laptop });
  const bad = { headers: { "client-token": "short" } };
  const unknown = `${path}/${crypto.randomUUID()}`;
  await ask(env.app, path, bad);
  for (const part of ["", "/timeline", "/events"]) {
    await ask(env.app, unknown + part, bad);
    await ask(env.app, unknown + part);
  }
  await ask(env.app, unknown, { method: "DELETE", ...bad });
  await ask(env.app, unknown, { method: "DELETE" });
  await ask(env.app, `${unknown}/read-tokens`, { method: "POST", ...bad });
  await ask(env.app, `${unknown}/read-tokens`, { method: "POST" });
  await showForeignSite(path);
  await showForeignHost(path);
  await make(env.app, path);
  await make(env.app, path);
  await env.a.instance.stop(0);
  await make(env.app, path);
}

async function showForeignSite(path: string): Promise<void> {
  await using env = await openApp({ corsOrigins: ["https://ours.example"] }, { concurrency: 0 });
  const headers = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  const job = `${path}/${crypto.randomUUID()}`;
  await make(env.app, path, headers);
  await ask(env.app, job, { method: "DELETE", headers });
  await ask(env.app, `${job}/read-tokens`, { method: "POST", headers });
  const load = { headers: { ...headers, "sec-fetch-mode": "cors" } };
  for (const url of [path, job, `${job}/timeline`, `${job}/events`]) await ask(env.app, url, load);
}

async function showForeignHost(path: string): Promise<void> {
  await using env = await openApp({ allowedHosts: ["trips.example"] }, { concurrency: 0 });
  const headers = { host: "evil.example" };
  const job = `${path}/${crypto.randomUUID()}`;
  await make(env.app, path, headers);
  await ask(env.app, job, { method: "DELETE", headers });
  await ask(env.app, `${job}/read-tokens`, { method: "POST", headers });
  for (const url of [path, job, `${job}/timeline`, `${job}/events`]) {
    await ask(env.app, url, { headers });
  }
}

/** Sends a body whose end does not come. */
async function sendSlowly({ app, clock }: { app: App; clock: FakeClock }, path: string) {
  const answered = ask(app, path, { method: "POST", body: new ReadableStream() });
  await nextTurn();
  clock.advance(30_000);
  await answered;
}

async function showKeys(path: string): Promise<void> {
  await using env = await openApp({ apiKeys, publicReads: true }, {
    dailyJobsPerKey: 1,
    concurrency: 0,
  });
  const { response } = await make(env.app, path, asUs);
  await make(env.app, path, asUs);
  await make(env.app, path);
  await ask(env.app, path);
  const location = response.headers.get("location")!;
  const wrong = { headers: { authorization: "Bearer wrong-key-0123456789" } };
  for (const part of ["", "/timeline", "/events"]) await ask(env.app, location + part, wrong);
  await ask(env.app, location, { method: "DELETE", ...wrong });
  await ask(env.app, location, { method: "DELETE", headers: asThem });
  await showReadTokens(path);
  await showScopes(path);
}

/** Shows the calls of keys with one scope each. */
async function showScopes(path: string): Promise<void> {
  await using env = await openApp({}, { concurrency: 0 });
  const [maker, reader] = [madeKey({ scopes: ["make"] }), madeKey({ scopes: ["read_all"] })];
  env.a.apiKeys.update({ keys: [maker.key, reader.key], isClosed: true });
  const headers = { authorization: `Bearer ${maker.text}` };
  const { response } = await make(env.app, path, headers);
  const asReader = { authorization: `Bearer ${reader.text}` };
  await make(env.app, path, asReader);
  await ask(env.app, `${path}?all=1`, { headers: asReader });
  const location = response.headers.get("location")!;
  await ask(env.app, path, { headers });
  for (const part of ["", "/timeline", "/events"]) await ask(env.app, location + part, { headers });
  await ask(env.app, `${location}/read-tokens`, { method: "POST", headers });
  await ask(env.app, location, { method: "DELETE", headers: asReader });
}

async function showReadTokens(path: string): Promise<void> {
  await using env = await openApp({ apiKeys }, { concurrency: 0 });
  const { response } = await make(env.app, path, asUs);
  const location = response.headers.get("location")!;
  const tokens = `${location}/read-tokens`;
  const { body: { token } } = await ask(env.app, tokens, { method: "POST", headers: asUs });
  await ask(env.app, `${location}?token=${token}`);
  await ask(env.app, tokens, { method: "POST", headers: asThem });
  await ask(env.app, tokens, { method: "POST" });
  for (const part of ["", "/timeline"]) {
    await ask(env.app, `${location}${part}?token=a&token=b`);
  }
}

async function showLimits(path: string): Promise<void> {
  using day = await openApp({}, { daily: { jobs: 1, costUsd: undefined }, concurrency: 0 });
  await make(day.app, path);
  await make(day.app, path);
  using paused = await openApp();
  const actor = { name: "Ada", via: "api" } as const;
  await paused.a.operator.controls.pause(actor, { what: "intake", note: "Back at six" });
  await make(paused.app, path);
  await using env = await openApp();
  const limit = { clock: env.clock, name: "requests", limit: 1 };
  const rateLimiters = { requests: new RateLimiter(env.kv, limit) };
  using limited = await openApp({ rateLimiters });
  const { response } = await make(limited.app, path);
  await limited.a.instance.idle();
  const location = response.headers.get("location")!;
  await make(limited.app, path);
  await ask(limited.app, path, { headers: laptop });
  for (const part of ["", "/timeline", "/events"]) await ask(limited.app, location + part);
  await ask(limited.app, location, { method: "DELETE" });
  await ask(limited.app, `${location}/read-tokens`, { method: "POST" });
  await rateLimiters.requests.settled();
  const perDay = new RateLimiter(env.kv, { ...limit, name: "jobs-per-day", windowMs: DAY_MS });
  using address = await openApp({ rateLimiters: { jobsPerDay: perDay } }, { concurrency: 0 });
  await make(address.app, path);
  await make(address.app, path);
  await perDay.settled();
  using streaming = await openApp({ maxStreamsPerCaller: 1 }, { concurrency: 0 });
  const { response: waiting } = await make(streaming.app, path);
  const events = `${waiting.headers.get("location")}/events`;
  const source = await EventSource.open(streaming.app, events);
  await ask(streaming.app, events);
  await source.close();
}

async function showFaults(path: string): Promise<void> {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  await using env = await openApp({ kv }, { concurrency: 0 });
  failCommits(hooks, "job", 1);
  await make(env.app, path);
  hooks.commit = undefined;
  const { response } = await make(env.app, path);
  const location = response.headers.get("location")!;
  hooks.commit = () => Promise.reject(new TypeError("database or disk is full"));
  await make(env.app, path);
  await ask(env.app, location, { method: "DELETE" });
  hooks.commit = undefined;
  // Written by an unknown version.
  for await (const { key } of kv.list({ prefix: ["job"] })) await kv.set(key, { schema: 99 });
  for (const part of ["", "/timeline", "/events"]) await ask(env.app, location + part);
  await ask(env.app, location, { method: "DELETE" });
  const keyed = await openApp({ kv, apiKeys }, { concurrency: 0 });
  await ask(keyed.app, `${location}/read-tokens`, { method: "POST", headers: asUs });
  hooks.list = () => {
    throw new Error("database lost");
  };
  await ask(env.app, path, { headers: laptop });
  hooks.list = undefined;
  const broken = new RateLimiter(kv, { clock: env.clock, name: "requests", limit: 1 });
  broken.take = () => {
    throw new Error("a fault of ours");
  };
  const faulty = await openApp({ kv, rateLimiters: { requests: broken } });
  await make(faulty.app, path);
}

/** A change of a plan of each kind, as clients send it. */
const changes: Record<string, object> = {
  "/api/itineraries": { day: 1 },
  "/api/generations": { bundle: 1 },
};

/** Creates a plan, and returns the path of the call that changes it. */
async function planOf(env: Awaited<ReturnType<typeof openApp>>, path: string, headers = {}) {
  const working = await openApp({ kv: env.kv, clock: env.clock });
  const { response } = await make(working.app, path, headers);
  await working.a.instance.idle();
  return `${response.headers.get("location")}/refinements`;
}

/** Produces every answer of the call that changes a plan. */
async function showRefinements(path: string): Promise<void> {
  const change = (app: App, call: string, headers = {}, body: unknown = changes[path]) =>
    make(app, call, headers, body);
  await showChanges(path, change);
  await showRefusedChanges(path, change);
  await showLimitedChanges(path, change);
}

type Change = (
  app: App,
  call: string,
  headers?: object,
  body?: unknown,
) => ReturnType<typeof ask>;

async function showChanges(path: string, change: Change): Promise<void> {
  await using env = await openApp();
  const call = await planOf(env, path);
  const key = { "idempotency-key": "change-1" };
  await change(env.app, call, key);
  await change(env.app, call, key);
  await change(env.app, call, key, { instruction: "Less" });
  await change(env.app, call, { prefer: "wait=5" });
  await change(env.app, call, {}, {});
  await change(env.app, call, {}, "{");
  await change(env.app, call, { "idempotency-key": "" });
  await change(env.app, call, {}, { ...changes[path], callbackUrl: "https://example.com/" });
  await change(env.app, call, {}, "x".repeat(70_000));
  await change(env.app, call, { "content-type": "text/html" });
  await change(env.app, call, { "content-encoding": "gzip" });
  await sendSlowly(env, call);
  const broken = new ReadableStream({ pull: (c) => c.error(new TypeError("connection lost")) });
  await ask(env.app, call, { method: "POST", body: broken });
  await change(env.app, `${path}/${crypto.randomUUID()}/refinements`);
  await env.a.instance.idle();
  using slow = await openApp({}, { concurrency: 0 });
  const { response } = await make(slow.app, path);
  await change(slow.app, `${response.headers.get("location")}/refinements`);
}

async function showRefusedChanges(path: string, change: Change): Promise<void> {
  await using env = await openApp({}, { concurrency: 0, maxQueuedJobs: 1 });
  const call = await planOf(env, path);
  await change(env.app, call);
  await change(env.app, call);
  await env.a.instance.stop(0);
  await change(env.app, call);
  using site = await openApp({ corsOrigins: ["https://ours.example"] }, { concurrency: 0 });
  const foreign = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  await change(site.app, call, foreign);
  using host = await openApp({ allowedHosts: ["trips.example"] }, { concurrency: 0 });
  await change(host.app, call, { host: "evil.example" });
  using closed = await openApp({ apiKeys, publicReads: true }, {
    dailyJobsPerKey: 1,
    concurrency: 0,
  });
  const open = await planOf(closed, path);
  await change(closed.app, open, asUs);
  await change(closed.app, open, asUs);
  await change(closed.app, open);
  const reader = madeKey({ scopes: ["read"] });
  using scoped = await openApp({}, { concurrency: 0 });
  scoped.a.apiKeys.update({ keys: [reader.key], isClosed: true });
  await change(scoped.app, open, { authorization: `Bearer ${reader.text}` });
}

async function showLimitedChanges(path: string, change: Change): Promise<void> {
  using day = await openApp({}, { daily: { jobs: 1, costUsd: undefined }, concurrency: 0 });
  const call = await planOf(day, path);
  await change(day.app, call);
  await change(day.app, call);
  using paused = await openApp();
  const pausedCall = await planOf(paused, path);
  const actor = { name: "Ada", via: "api" } as const;
  await paused.a.operator.controls.pause(actor, { what: "intake", note: "Back at six" });
  await change(paused.app, pausedCall);
  await using env = await openApp();
  const limit = { clock: env.clock, name: "requests", limit: 1 };
  const rateLimiters = { requests: new RateLimiter(env.kv, limit) };
  const limited = await openApp({ rateLimiters, kv: env.kv, clock: env.clock });
  await change(limited.app, call);
  await change(limited.app, call);
  await rateLimiters.requests.settled();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  using faulty = await openApp({ kv }, { concurrency: 0 });
  const faultyCall = await planOf(faulty, path);
  failCommits(hooks, "job", 1);
  await change(faulty.app, faultyCall);
  hooks.commit = () => Promise.reject(new TypeError("database or disk is full"));
  await change(faulty.app, faultyCall);
  hooks.commit = undefined;
  const broken = new RateLimiter(kv, { clock: faulty.clock, name: "requests", limit: 1 });
  broken.take = () => {
    throw new Error("a fault of ours");
  };
  const failing = await openApp({ kv, rateLimiters: { requests: broken } });
  await change(failing.app, faultyCall);
}

/** Produces every answer of the calls about the service. */
async function showService(): Promise<void> {
  const reads: WebhookReader[] = [
    () => Promise.resolve({ responseId: "resp_1", deliveryId: "wh_1" }),
    () => Promise.resolve("unsigned"),
    () => Promise.resolve("irrelevant"),
    () => Promise.reject(new Error("a fault of ours")),
    () => Promise.reject(new TypeError("database or disk is full")),
  ];
  for (const readWebhook of reads) {
    await using env = await openApp({ readWebhook });
    const job = queuedJob({ kind: "itinerary" });
    await env.store.accept(job);
    const lease = await claim(env.store, job.id, { holder: "a" });
    await env.store.checkpoints.saveResponse(
      lease!,
      { promptVersion: "1", name: "turn-1" },
      "resp_1",
    );
    await make(env.app, "/api/webhooks/openai", {}, "{}");
    await make(env.app, "/api/webhooks/openai", {}, "x".repeat(70_000));
    const broken = new ReadableStream({ pull: (c) => c.error(new TypeError("connection lost")) });
    await ask(env.app, "/api/webhooks/openai", { method: "POST", body: broken });
    await make(env.app, "/api/webhooks/openai", { "content-encoding": "gzip" }, "{}");
    await sendSlowly(env, "/api/webhooks/openai");
  }
  using operated = await openApp({ adminToken: ours });
  await ask(operated.app, "/readyz", { headers: asUs });
  await operated.a.instance.stop(0);
  await ask(operated.app, "/readyz", { headers: asUs });
  const readWebhook = reads[0]!;
  using closed = await openApp({ corsOrigins: ["https://ours.example"], readWebhook });
  await make(closed.app, "/api/webhooks/openai", { origin: "https://evil.example" }, "{}");
  await using env = await openApp();
  for (const path of ["/livez", "/readyz", "/openapi.json", "/docs", "/llms.txt", "/problems"]) {
    await ask(env.app, path);
    await ask(env.app, path, { method: "HEAD" });
  }
  await ask(env.app, "/openapi.json", { headers: { "if-none-match": "*" } });
  await ask(env.app, "/docs", { headers: { "if-none-match": "*" } });
  await ask(env.app, "/problems/queue_full");
  await ask(env.app, "/problems/nonsense");
  await env.a.instance.stop(0);
  await ask(env.app, "/readyz");
}

Deno.test("every described answer is given, and matches its description", async () => {
  for (const path of Object.keys(wishes)) {
    await showJobs(path);
    await showRefinements(path);
  }
  await showService();
  assertEquals(describedAnswers().filter((answer) => !seen.has(answer)), []);
});

Deno.test("assertDescribed() finds answers that are not described", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const { response, body } = await make(env.app, "/api/itineraries");
  const location = response.headers.get("location")!;
  const { headers } = response;
  const check = (status: number, body: object, changed = headers) =>
    assertDescribed("GET", location, { status, headers: changed }, JSON.stringify(body));
  const plain = new Headers(headers);
  plain.delete("location");
  plain.set("etag", '"1"');
  check(200, body, plain);
  assertThrows(() => check(418, body, plain), Error, "418, which is not described");
  assertThrows(() => check(200, { ...body, secret: 1 }, plain), Error, "additional properties");
  assertThrows(() => check(200, { ...body, status: "odd" }, plain), Error, "status");
  const { attempt: _, ...less } = body;
  assertThrows(() => check(200, less, plain), Error, "attempt");
  const located = new Headers(plain);
  located.set("location", location);
  assertThrows(() => check(200, body, located), Error, "has location, not described");
  const unnamed = new Headers(plain);
  unnamed.delete("x-request-id");
  assertThrows(() => check(200, body, unnamed), Error, "lacks X-Request-Id");
  assertThrows(() => assertDescribed("GET", "/secret", response, ""), Error, "is not described");
});

/** Files of the pages, and the web app, which is a client of this API and not a part of it. */
const ASSETS =
  /\.(css|js|d\.ts|svg|png|ico|webmanifest)$|^\/$|^\/(atlas|offline|trip_shapes\.json)$|^\/(trips|copies|files)\b|^\/robots\.txt$/;

Deno.test("every route is described, and every described path exists", async () => {
  await using env = await openApp({ readWebhook: () => Promise.reject(new Error("unused")) });
  const routes = env.app.routes.filter(({ method, path }) =>
    method !== "ALL" && !ASSETS.test(path)
  );
  const served = routes.map(({ method, path }) => `${method} ${path.replace(/(.)\/$/, "$1")}`);
  for (const route of served) {
    const [method, path] = route.split(" ") as [string, string];
    assert(operationOf(method, path.replaceAll(/:\w+/g, "x")), `${route} is not described`);
  }
  const described = operations.map(({ method, template }) =>
    `${method.toUpperCase()} ${template.replaceAll(/\{(\w+)\}/g, ":$1")}`
  );
  assertEquals(described.toSorted(), [...new Set(served)].toSorted());
});

Deno.test("an OpenAPI linter finds no problem in the description", async () => {
  const config = await createConfig({
    extends: ["recommended-strict"],
    // Clients cannot make mistakes in calls about the service.
    rules: { "operation-4xx-response": "off" },
  });
  const problems = await lintFromString({ source: JSON.stringify(description), config });
  assertEquals(
    problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]),
    [],
  );
});

Deno.test("the linter finds problems in a faulty description", async () => {
  const config = await createConfig({ extends: ["recommended-strict"] });
  const paths = { "/x": { get: { responses: {} } } };
  const source = JSON.stringify({ ...description, paths });
  assert((await lintFromString({ source, config })).length > 0);
});

Deno.test("the examples of the description are valid", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  for (const { http, example } of kinds) {
    const { post } = description.paths[http.path];
    assertEquals(post.requestBody.content["application/json"].example, example);
    await make(env.app, http.path, {}, example);
    const call = await planOf(env, http.path);
    const change = description.paths[`${http.path}/{id}/refinements`].post.requestBody;
    const { response } = await make(env.app, call, {}, change.content["application/json"].example);
    assert(response.ok);
    for (const [status, { content }] of Object.entries<any>(post.responses)) {
      for (const [type, { examples }] of Object.entries<any>(content)) {
        for (const { value } of Object.values<any>(examples ?? {})) {
          const always = ["x-request-id", "location", "cache-control", "retry-after"];
          const headers = new Headers(always.map((name): [string, string] => [name, "x"]));
          if (Number(status) >= 400) headers.delete("location");
          headers.set("content-type", type);
          const answer = { status: Number(status), headers };
          assertDescribed("POST", http.path, answer, JSON.stringify(value));
        }
      }
    }
  }
});

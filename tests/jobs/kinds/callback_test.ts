import {
  assert,
  assertEquals,
  assertNotMatch,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { secretsOf } from "../../../lib/api_key.ts";
import { callerWith } from "../../../testing/api_keys.ts";
import { JobError } from "../../../lib/job/failure.ts";
import type { JobRecord, QueuedJob } from "../../../lib/job/job_record.ts";
import { createClient } from "../../../lib/openai/client.ts";
import { presentNotice } from "../../../routes/api/presenter.ts";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { openRuntimes, submit } from "../../../testing/runtimes.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { assertProblem, post, send } from "../../../testing/http.ts";
import { HOUR, MINUTE, modelOf, testKind } from "../../../testing/jobs.ts";
import { serveLocally } from "../../../testing/local_server.ts";
import { claim, countDue } from "../../../testing/stores.ts";

const key = "our-own-key-0123456789";
const apiKeys = [key];
const bearer = { authorization: `Bearer ${key}` };

/** What a client that has the key computes in a shell, see docs/http_api.md. */
async function secretOf(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`callback:${key}`));
  return `whsec_${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

interface Received {
  body: string;
  headers: Headers;
}

/** An application, and a receiver of callbacks that answers with these statuses, then with 204. */
async function openReceiver(
  answers: (number | Response)[] = [],
  overrides: Parameters<typeof openApp>[1] = {},
) {
  const received: Received[] = [];
  const receiver = serveLocally(async (request) => {
    received.push({ body: await request.text(), headers: request.headers });
    const answer = answers[received.length - 1] ?? 204;
    return typeof answer === "number" ? new Response(null, { status: answer }) : answer;
  });
  const privateHosts = [new URL(receiver.url).host];
  // The signatures use the clock of the receiver.
  const clock = new FakeClock(Date.now());
  const env = await openApp({ apiKeys, clock, privateHosts }, {
    noticeOf: presentNotice,
    callbackPrivateHosts: privateHosts,
    ...overrides,
  });
  const callbackUrl = `${receiver.url}/hook?token=of-the-receiver`;
  return {
    ...env,
    received,
    receiver,
    callbackUrl,
    submit: (path: string, wish: object, headers = {}) =>
      post(env.app, path, { ...wish, callbackUrl }, { ...bearer, ...headers }),
    /** Executes the jobs that are due. */
    work: async () => {
      for (let n = 0; n < 3; n++) {
        await env.a.instance.sweep();
        await env.a.instance.idle();
      }
    },
    deliveries: async () => {
      const entries = await Array.fromAsync(env.kv.list<JobRecord>({ prefix: ["job"] }));
      return entries.map(({ value }) => value).filter(({ kind }) => kind === "callback");
    },
    async [Symbol.asyncDispose]() {
      env.kv.close();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

/** Checks the signature with OpenAI's SDK, whose webhooks follow the same standard. */
async function verify({ body, headers }: Received): Promise<void> {
  const { webhooks } = await createClient({ apiKey: "unused" });
  await webhooks.verifySignature(body, headers, await secretOf(key));
}

Deno.test("a callback reports the end of a job to its callbackUrl, signed", async () => {
  for (
    const [path, wish, type] of [
      ["/api/itineraries", tokyo, "itinerary.completed"],
      ["/api/generations", techno, "generation.completed"],
    ] as const
  ) {
    await using env = await openReceiver();
    const { headers } = await env.submit(path, wish);
    await env.work();
    assertStrictEquals(env.received.length, 1);
    const [delivery] = env.received as [Received];
    await verify(delivery);
    const { body: job } = await send(env.app, headers.get("location")!, { headers: bearer });
    const { items } = (await send(env.app, path, { headers: bearer })).body;
    assertEquals(JSON.parse(delivery.body), {
      type,
      timestamp: job.completedAt,
      data: items[0],
    });
    assertStrictEquals(delivery.headers.get("content-type"), "application/json");
    assertStrictEquals(env.receiver.requests[0]!.search, "?token=of-the-receiver");
    await env.work();
    assertStrictEquals(env.received.length, 1);
  }
});

Deno.test("a signature does not match another key or another body", async () => {
  await using env = await openReceiver();
  await env.submit("/api/itineraries", tokyo);
  await env.work();
  const [delivery] = env.received as [Received];
  const { webhooks } = await createClient({ apiKey: "unused" });
  const other = await secretOf("another-key-0123456789");
  await assertRejects(() => webhooks.verifySignature(delivery.body, delivery.headers, other));
  await assertRejects(() =>
    verify({ ...delivery, body: delivery.body.replace("completed", "failed") })
  );
});

Deno.test("a callback reports a failed and a canceled job", async () => {
  const failing = testKind(() => Promise.reject(new JobError("refused", "No")));
  await using env = await openReceiver([], { kinds: [failing] });
  await env.submit("/api/tests", { text: "hello" });
  await env.work();
  const failed = JSON.parse(env.received[0]!.body);
  assertStrictEquals(failed.type, "test.failed");
  assertStrictEquals(failed.data.failure.code, "refused");

  await using idle = await openReceiver([], { concurrency: 0 });
  const { headers } = await idle.submit("/api/itineraries", tokyo);
  const location = headers.get("location")!;
  await send(idle.app, location, { method: "DELETE", headers: bearer });
  assertStrictEquals((await idle.deliveries()).length, 1);
});

Deno.test("a delivery is retried for hours, under the same id", async () => {
  await using env = await openReceiver([500, 302, 404, 503, 500, 500, 204]);
  await env.submit("/api/itineraries", tokyo);
  await env.work();
  const pauses = [5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR];
  for (const [n, pauseMs] of pauses.entries()) {
    assertStrictEquals(env.received.length, n + 1);
    // Jitter only adds to the pause.
    env.clock.advance(pauseMs - 1);
    await env.work();
    assertStrictEquals(env.received.length, n + 1, `after ${pauseMs} ms`);
    env.clock.advance(MINUTE);
    await env.work();
  }
  assertStrictEquals(env.received.length, 7);
  const of = (name: string) => new Set(env.received.map(({ headers }) => headers.get(name)));
  assertStrictEquals(of("webhook-id").size, 1);
  assertStrictEquals(of("webhook-timestamp").size, 7);
  assertStrictEquals(new Set(env.received.map(({ body }) => body)).size, 1);
  const [delivery] = await env.deliveries();
  assertStrictEquals(delivery!.state, "succeeded");
  assertStrictEquals(delivery!.id, env.received[0]!.headers.get("webhook-id"));
});

Deno.test("a delivery that no instance lives to repeat is repeated by the next patrol", async () => {
  await using env = await openReceiver([503]);
  await env.submit("/api/itineraries", tokyo);
  await env.work();
  assertStrictEquals(env.received.length, 1);
  await env.a.instance.stop(0);
  env.clock.advance(MINUTE);
  // The clock stands still, so the patrol ends only if the stopped instance left no heartbeat.
  await env.b.instance.patrol();
  assertStrictEquals(env.received.length, 2);
  assertEquals((await env.deliveries()).map(({ state }) => state), ["succeeded"]);
});

Deno.test("a delivery fails after its last attempt, and its job is unchanged", async () => {
  await using env = await openReceiver(Array(9).fill(500));
  const { headers } = await env.submit("/api/itineraries", tokyo);
  for (let hours = 0; hours < 20; hours += 0.25) {
    await env.work();
    env.clock.advance(HOUR / 4);
  }
  assertStrictEquals(env.received.length, 7);
  const { jobs: [failed] } = await env.store.listing.page({ state: "failed" }, { limit: 10 });
  assertEquals([failed!.kind, failed!.code], ["callback", "callback_failed"]);
  assertNotMatch(JSON.stringify(failed), /token=|127\.0\.0\.1.*hook/);
  const { body } = await send(env.app, headers.get("location")!, { headers: bearer });
  assertStrictEquals(body.status, "completed");
});

Deno.test("a delivery waits as long as Retry-After asks, and ends after 410", async () => {
  const busy = new Response(null, { status: 429, headers: { "retry-after": "3600" } });
  await using env = await openReceiver([busy, 410]);
  await env.submit("/api/itineraries", tokyo);
  await env.work();
  env.clock.advance(HOUR - 1);
  await env.work();
  assertStrictEquals(env.received.length, 1);
  env.clock.advance(MINUTE);
  await env.work();
  assertStrictEquals(env.received.length, 2);
  const [delivery] = await env.deliveries();
  assertStrictEquals(delivery!.state === "failed" && delivery!.failure.code, "callback_refused");
});

const redirect = ", a redirect, which is not followed: callbackUrl must be the final URL";

for (
  const [status, advice] of [
    [301, redirect],
    [302, redirect],
    [307, redirect],
    [308, redirect],
    [404, ""],
    [500, ""],
  ] as const
) {
  Deno.test(`a receiver that answers ${status} is asked again later, and the failure says why`, async () => {
    const headers = { location: "https://www.trips.example/hook" };
    await using env = await openReceiver([new Response(null, { status, headers })]);
    await env.submit("/api/itineraries", tokyo);
    await env.work();
    const [delivery] = await env.deliveries();
    assertStrictEquals(delivery!.state, "queued");
    const { message } = (delivery as QueuedJob).lastFailure!;
    assertStrictEquals(message, `The receiver answered ${status}${advice}`);
    assertStrictEquals(env.received.length, 1);
  });
}

Deno.test("a callback is not sent to an address that is private by then", async () => {
  await using env = await openReceiver([], {
    callbackPrivateHosts: [],
  });
  await env.submit("/api/itineraries", tokyo);
  await env.work();
  assertStrictEquals(env.received.length, 0);
  const [delivery] = await env.deliveries();
  assertStrictEquals(delivery!.state === "failed" && delivery!.failure.code, "callback_refused");
});

Deno.test("a callback is not sent when the API key of its job is no longer valid", async () => {
  await using env = await openReceiver([], {
    apiKeys: [secretsOf("other-key-0123456789")],
    callbackPrivateHosts: ["127.0.0.1"],
  });
  await env.submit("/api/itineraries", tokyo);
  await env.work();
  assertStrictEquals(env.received.length, 0);
  const [delivery] = await env.deliveries();
  assertStrictEquals(delivery!.state === "failed" && delivery!.failure.code, "callback_refused");
});

Deno.test("a callback is signed although the key of its job was revoked meanwhile", async () => {
  await using env = await openReceiver();
  const actor = { name: "ada", via: "api" } as const;
  const wish = { scopes: ["make" as const], dailyJobs: null, dailyCostUsd: null, expiresAt: null };
  const { operator } = env.a;
  const { key, text, signingSecret } = await operator.keys.create(actor, { name: "a", ...wish });
  await env.submit("/api/itineraries", tokyo, { authorization: `Bearer ${text}` });
  await operator.keys.revoke(actor, key.id);
  await env.work();
  const [{ body, headers }] = env.received as [Received];
  const { Webhook } = await import("standardwebhooks");
  const signed = Object.fromEntries(headers);
  const notice = new Webhook(signingSecret).verify(body, signed) as { type: string };
  assertStrictEquals(notice.type, "itinerary.completed");
  // The holder of the key can derive the secret, as with a key of `API_KEYS`.
  assertStrictEquals(signingSecret, await secretOf(text));
});

Deno.test("a delivery that succeeded is not repeated after a crash", async () => {
  await using env = await openReceiver();
  await env.submit("/api/itineraries", tokyo);
  await env.a.instance.idle();
  // An instance dies after it has stored the step, and before it has ended the job.
  const [{ id }] = await env.deliveries() as [JobRecord];
  const lease = await claim(env.store, id, { holder: "dead" });
  assert(lease);
  const event = { at: env.clock.now(), attempt: 1, name: "deliver", durationMs: 1, failed: null };
  await env.store.checkpoints.saveStep(lease, { promptVersion: "callback-1", name: "deliver" }, {
    event: { event: "step", turn: null, tool: null, ...event },
    output: { status: 204 },
  });
  await env.store.rescue({ id, holder: "dead", attempt: 1 });
  await env.work();
  assertStrictEquals(env.received.length, 0);
  assertStrictEquals((await env.deliveries())[0]!.state, "succeeded");
});

Deno.test("a request with a callbackUrl needs an API key", async () => {
  using env = await openApp();
  const wish = { ...tokyo, callbackUrl: "https://example.com/hook" };
  const answer = await post(env.app, "/api/itineraries", wish, {
    "client-token": "11111111-2222-4333-8444-555555555555",
  });
  assertProblem(answer, 403, "callback_not_allowed");
  assertStrictEquals(answer.body.errors[0].pointer, "#/callbackUrl");
  assertStrictEquals(await countDue(env.kv), 0);
});

const badUrls = [
  "http://example.com/hook",
  "https://user:secret@example.com/",
  "https://127.0.0.1/",
  "https://[::1]/",
  "https://169.254.169.254/latest/meta-data",
  "https://localhost/",
  "ftp://example.com/",
  "/hook",
  "",
  `https://example.com/${"x".repeat(2_100)}`,
];

for (const callbackUrl of badUrls) {
  Deno.test(`the callbackUrl ${JSON.stringify(callbackUrl.slice(0, 60))} is 400`, async () => {
    using env = await openApp({ apiKeys }, { concurrency: 0 });
    const answer = await post(env.app, "/api/itineraries", { ...tokyo, callbackUrl }, bearer);
    assertProblem(answer, 400, "invalid_request");
    assertStrictEquals(answer.body.errors[0].pointer, "#/callbackUrl");
    assertStrictEquals(await countDue(env.kv), 0);
  });
}

Deno.test("a request with the same idempotency key and another callbackUrl is a different request", async () => {
  using env = await openApp({ apiKeys }, { concurrency: 0 });
  const headers = { ...bearer, "idempotency-key": "wish-1" };
  const wish = { ...tokyo, callbackUrl: "https://example.com/one" };
  assertStrictEquals((await post(env.app, "/api/itineraries", wish, headers)).status, 202);
  assertStrictEquals((await post(env.app, "/api/itineraries", wish, headers)).status, 202);
  assertProblem(
    await post(env.app, "/api/itineraries", tokyo, headers),
    422,
    "idempotency_key_reused",
  );
});

Deno.test("no answer contains the callbackUrl", async () => {
  await using env = await openReceiver();
  const answer = await env.submit("/api/itineraries", tokyo);
  await env.a.instance.idle();
  const location = answer.headers.get("location")!;
  for (const path of [location, `${location}/timeline`, "/api/itineraries"]) {
    const { body } = await send(env.app, path, { headers: bearer });
    assertNotMatch(JSON.stringify(body), /of-the-receiver/);
  }
});

const keyOf = (caller: string) => `key-of-${caller}-0123456789`;

const slotShares: [concurrency: number, callers: string[], running: number][] = [
  [32, ["one"], 4],
  [32, ["one", "two"], 8],
  [4, ["one", "two"], 1],
];

for (const [concurrency, callers, running] of slotShares) {
  Deno.test(`deliveries for ${callers.join(" and ")} use ${running} of ${concurrency} slots, and the others wait in KV`, async () => {
    const held = Promise.withResolvers<void>();
    let calls = 0;
    const receiver = serveLocally(async () => {
      calls++;
      await held.promise;
      return new Response(null, { status: 204 });
    });
    using env = await openRuntimes({
      maxQueuedJobs: 1,
      concurrency,
      noticeOf: () => ({ type: "test.completed", data: {} }),
      apiKeys: callers.map((caller) => secretsOf(keyOf(caller))),
      callbackPrivateHosts: [new URL(receiver.url).host],
    });
    const finish = async (caller: string, options = {}) => {
      const { job } = await submit(env.a, env.kind, { text: "hello" }, {
        caller: callerWith(keyOf(caller)),
        ...options,
      });
      while ((await env.store.read(job.id))?.job.state !== "succeeded") await env.a.jobs.ping();
    };
    for (const caller of callers) {
      for (let n = 0; n < 6; n++) await finish(caller, { callbackUrl: `${receiver.url}/` });
      await env.a.instance.sweep();
    }
    while (calls < running) await env.a.jobs.ping();
    await env.a.instance.sweep();
    assertStrictEquals(env.a.instance.running, running);
    // Jobs for plans come first, and waiting deliveries do not count for `maxQueuedJobs`.
    await finish("another");
    assertStrictEquals(calls, running);
    held.resolve();
    await env.a.instance.idle();
    assertStrictEquals(calls, 6 * callers.length);
    await receiver[Symbol.asyncDispose]();
  });
}

Deno.test("a callback is sent although the model is unavailable", async () => {
  const down = modelOf({
    chat: () => Promise.reject(new JobError("unauthorized", "OpenAI API error: 401")),
  });
  await using env = await openReceiver([], { model: () => down });
  await env.submit("/api/itineraries", tokyo);
  await env.work();
  assertStrictEquals(JSON.parse(env.received[0]!.body).type, "itinerary.failed");
});

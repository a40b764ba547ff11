import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { Webhook } from "standardwebhooks";
import { JobError } from "../../../lib/job/failure.ts";
import type { JobRecord } from "../../../lib/job/job_record.ts";
import { ALERT_KIND, alertJob, type AlertReceiver } from "../../../jobs/kinds/alert/kind.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { HOUR, MINUTE, testKind } from "../../../testing/jobs.ts";
import { serveLocally } from "../../../testing/local_server.ts";
import { openRuntimesOn, submit } from "../../../testing/runtimes.ts";

const SECRET = `whsec_${btoa("a secret of the operator")}`;

interface Received {
  body: string;
  headers: Headers;
}

/** Two instances, and a receiver that answers with these statuses, then with 200. */
async function openReceiver(
  receiver: Partial<AlertReceiver> | null = {},
  answers: number[] = [],
) {
  const received: Received[] = [];
  const server = serveLocally(async (request) => {
    received.push({ body: await request.text(), headers: request.headers });
    return new Response("ok", { status: answers[received.length - 1] ?? 200 });
  });
  // The signatures use the clock of the receiver.
  const clock = new FakeClock(Date.now());
  const url = `${server.url}/alerts?channel=of-the-operator`;
  const env = openRuntimesOn(await Deno.openKv(":memory:"), {
    kinds: [testKind(() => Promise.reject(new JobError("refused", "No")))],
    alertReceiver: receiver && { url, format: "json", secret: SECRET, ...receiver },
  }, clock);
  return {
    ...env,
    received,
    server,
    /** Lets 20 jobs fail, and evaluates the alerts with the first instance. */
    async fail() {
      for (let n = 0; n < 20; n++) await submit(env.a, env.kind, { text: `${n}` });
      await env.a.instance.idle();
      await env.a.operator.history.record();
      await env.a.operator.alerts.run();
    },
    /** Executes the jobs that are due, with the second instance. */
    async deliver() {
      await env.b.instance.sweep();
      await env.b.instance.idle();
    },
    deliveries: async () =>
      (await Array.fromAsync(env.kv.list<JobRecord>({ prefix: ["job"] })))
        .map(({ value }) => value).filter(({ kind }) => kind === ALERT_KIND),
    async [Symbol.asyncDispose]() {
      env.kv.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("an alert of failed jobs is delivered once when it fires, and once when it clears", async () => {
  await using env = await openReceiver();
  await env.fail();
  // The evaluating instance may die now: the change and its delivery are one commit.
  await env.deliver();
  await env.deliver();
  assertStrictEquals(env.received.length, 1);
  // The failed jobs leave the window of 15 minutes, then the alert clears after five.
  for (let n = 0; n < 25; n++) {
    env.clock.advance(MINUTE);
    await env.a.operator.history.record();
    await env.a.operator.alerts.run();
    await env.deliver();
  }
  const types = env.received.map(({ body }) => JSON.parse(body).type);
  assertEquals(types, ["alert.firing", "alert.cleared"]);
  const { data, timestamp } = JSON.parse(env.received[0]!.body);
  assertEquals(data, {
    alert: "success_rate",
    subject: null,
    summary: "0 % of 20 jobs succeeded in 15 minutes",
    runbook: "docs/operations.md#success_rate",
  });
  assertMatch(timestamp, /^\d{4}-.*Z$/);
});

Deno.test("a delivery has a signature that standardwebhooks accepts, and no other secret fits", async () => {
  await using env = await openReceiver();
  await env.fail();
  await env.deliver();
  const [{ body, headers }] = env.received as [Received];
  const signed = Object.fromEntries(headers);
  assertEquals(new Webhook(SECRET).verify(body, signed), JSON.parse(body));
  const other = new Webhook(`whsec_${btoa("another secret of 24 by")}`);
  let refusal: unknown;
  try {
    other.verify(body, signed);
  } catch (error) {
    refusal = error;
  }
  assert(refusal instanceof Error);
});

Deno.test("a delivery to Slack has a text with escaped characters, and needs no secret", async () => {
  await using env = await openReceiver({ format: "slack", secret: null });
  const now = env.clock.now();
  const notice = {
    name: "duration",
    subject: "bundles",
    change: "firing",
    at: now,
    summary: "<1> & more",
  } as const;
  const job = alertJob(notice, { id: crypto.randomUUID(), now, ttlMs: 24 * HOUR });
  await env.store.accept(job);
  await env.deliver();
  const [{ body, headers }] = env.received as [Received];
  assertEquals(JSON.parse(body), {
    text: "*Firing: duration (bundles)*\n&lt;1&gt; &amp; more\n" +
      "Runbook: docs/operations.md#duration",
  });
  assertStrictEquals(headers.get("webhook-signature"), null);
  assertStrictEquals(headers.get("content-type"), "application/json");
});

Deno.test("a delivery is retried under the same id until the receiver accepts it", async () => {
  await using env = await openReceiver({}, [500, 302]);
  await env.fail();
  for (const pauseMs of [0, 5_000, 5 * MINUTE, HOUR]) {
    env.clock.advance(pauseMs);
    await env.deliver();
  }
  assertStrictEquals(env.received.length, 3);
  assertStrictEquals(new Set(env.received.map(({ headers }) => headers.get("webhook-id"))).size, 1);
  assertEquals((await env.deliveries()).map(({ state }) => state), ["succeeded"]);
});

Deno.test("the record of a delivery holds neither the URL nor the secret", async () => {
  await using env = await openReceiver({}, [302]);
  await env.fail();
  await env.deliver();
  const text = JSON.stringify(await env.deliveries());
  assert(text.includes("ALERT_WEBHOOK_URL must be the final URL"), text);
  for (const secret of [SECRET, "of-the-operator", env.server.url]) {
    assert(!text.includes(secret), secret);
  }
});

Deno.test("without a receiver, an alert creates no job, and an earlier delivery fails", async () => {
  await using env = await openReceiver(null);
  await env.fail();
  assertEquals(await env.deliveries(), []);
  const book = await env.a.operator.alerts.read();
  assertEquals(book?.changes.map(({ name }) => name), ["success_rate"]);
  const now = env.clock.now();
  const notice = { ...book!.changes[0]! };
  await env.store.accept(
    alertJob(notice, { id: crypto.randomUUID(), now, ttlMs: 24 * HOUR }),
  );
  await env.deliver();
  assertEquals((await env.deliveries()).map(({ state }) => state), ["failed"]);
  assertEquals(env.received, []);
});

Deno.test("alerts and their deliveries do not count as jobs of clients", async () => {
  await using env = await openReceiver({}, Array(10).fill(410));
  await env.fail();
  await env.deliver();
  assertEquals((await env.deliveries()).map(({ state }) => state), ["failed"]);
  await env.b.operator.history.record();
  const book = await env.a.operator.alerts.read();
  env.clock.advance(MINUTE);
  await env.a.operator.alerts.run();
  const summary = (await env.a.operator.alerts.read())?.alerts
    .find(({ name }) => name === "success_rate")?.summary;
  assertStrictEquals(summary, "0 % of 20 jobs succeeded in 15 minutes");
  assertStrictEquals(book?.changes.length, 1);
});

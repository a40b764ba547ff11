import { assertEquals, assertStrictEquals } from "@std/assert";
import { isoTime } from "../../../lib/clock.ts";
import { JobError } from "../../../lib/job/failure.ts";
import { WRONG_TOKEN_MS } from "../../../routes/http/token_guard.ts";
import { openApp, tokyo } from "../../../testing/app.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { assertProblem, post, send } from "../../../testing/http.ts";
import { modelOf } from "../../../testing/jobs.ts";
import { untilIdle } from "../../../testing/runtimes.ts";
import { MIB, openTestDisk } from "../../../testing/test_disk.ts";

const adminToken = "operator-0123456789";
const asOperator = { headers: { authorization: `Bearer ${adminToken}` } };
const at = isoTime(NOON);

/** What the two kinds show while nothing has happened. */
const idle = ["itinerary", "bundles"].map((kind) => ({
  kind,
  breaker: "closed",
  openUntil: null,
  openedBy: null,
  holdsBack: null,
  lastCall: null,
}));

Deno.test("/readyz shows the operator all details", async () => {
  const clock = new FakeClock();
  const { disk, storage } = openTestDisk(clock);
  disk.reusableBytes = 3 * MIB;
  disk.fileBytes = 4 * MIB;
  disk.logBytes = MIB;
  const warnings = ["OpenAI shuts down the model small (ITINERARY_MODEL) on 2027-01-15"];
  await using env = await openApp({ clock, adminToken, warnings: () => warnings }, {
    storage,
    holder: "this-one",
    leaseMs: 10_000,
  });
  await env.a.instance.checkSpace();
  await env.instances.beat("dead");
  clock.advance(10_000);
  await env.instances.beat("other");
  clock.advance(9_999);
  const { status, body, headers } = await send(env.app, "/readyz", asOperator);
  assertStrictEquals(status, 200);
  assertStrictEquals(headers.get("cache-control"), "no-store");
  assertEquals(body, {
    status: "ok",
    details: {
      storage: {
        state: "ok",
        isWritable: true,
        freeBytes: disk.totalBytes,
        totalBytes: disk.totalBytes,
        sizeBytes: 5 * MIB,
        reusableBytes: 3 * MIB,
        lowBelowBytes: 16.25 * MIB,
      },
      databaseMs: 0,
      running: 0,
      kinds: idle,
      instances: [
        { id: "dead", isAlive: false, heartbeatAt: at },
        { id: "other", isAlive: true, heartbeatAt: isoTime(NOON + 10_000) },
        { id: "this-one", isAlive: true, heartbeatAt: null },
      ],
      warnings,
    },
  });
});

Deno.test("/readyz shows others only the status, with and without an operator's token", async () => {
  for (const token of [undefined, adminToken]) {
    await using env = await openApp({ adminToken: token, warnings: () => ["a secret of ours"] });
    const foreign = { headers: { authorization: "Bearer operator-9876543210" } };
    for (const init of token ? [{}, foreign] : [{}, foreign, asOperator]) {
      const { status, body } = await sendSlowly(env, init);
      assertEquals([status, body], [200, { status: "ok" }]);
    }
    await env.a.instance.stop(0);
    for (const init of token ? [{}, foreign] : [{}, foreign, asOperator]) {
      const answer = await sendSlowly(env, init);
      assertProblem(answer, 503, "not_ready");
      assertEquals(answer.body.detail, "The service is not ready");
      assertStrictEquals("details" in answer.body, false);
    }
  }
});

/** Sends a request to `/readyz`, and lets the time pass that a wrong token costs. */
async function sendSlowly(
  { app, clock, settled }: Pick<Awaited<ReturnType<typeof openApp>>, "app" | "clock" | "settled">,
  init: RequestInit,
) {
  const answer = send(app, "/readyz", init);
  // The database must have answered before its time limit passes, too.
  await settled();
  clock.advance(WRONG_TOKEN_MS);
  return await answer;
}

Deno.test("/readyz tells the operator why the service is not ready, and keeps the details", async () => {
  const clock = new FakeClock();
  const { disk, storage } = openTestDisk(clock);
  await using env = await openApp({ clock, adminToken }, { storage });
  disk.freeBytes = MIB;
  await env.a.instance.checkSpace();
  const full = await send(env.app, "/readyz", asOperator);
  assertProblem(full, 503, "not_ready");
  assertStrictEquals(full.body.detail, "The disk of the database is full, or will soon be");
  assertStrictEquals(full.body.details.storage.state, "full");
  assertEquals(full.body.details.kinds, idle);
  await env.a.instance.stop(0);
  const stopping = await send(env.app, "/readyz", asOperator);
  assertProblem(stopping, 503, "not_ready");
  assertStrictEquals(stopping.body.detail, "The service is shutting down");
});

Deno.test("/readyz answers the operator although the database does not respond", async () => {
  const env = await openApp({ adminToken });
  env.kv.close();
  const answer = await send(env.app, "/readyz", asOperator);
  assertProblem(answer, 503, "not_ready");
  assertStrictEquals(answer.body.detail, "The database does not respond");
  const { databaseMs, kinds, instances, storage } = answer.body.details;
  assertEquals([databaseMs, kinds, instances, storage.state], [null, null, null, "ok"]);
});

Deno.test("/readyz shows the last model call and the breaker, and calls no model", async () => {
  let calls = 0;
  const chat = () => {
    calls++;
    const error = new JobError("overloaded", "Busy", { unanswered: true, retryAfterMs: 30_000 });
    return Promise.reject(error);
  };
  await using env = await openApp({ adminToken }, { model: () => modelOf({ chat }) });
  await post(env.app, "/api/itineraries", tokyo);
  await untilIdle(env.a, () => {});
  for (let n = 0; n < 3; n++) {
    const { body } = await send(env.app, "/readyz", asOperator);
    assertEquals(body.details.kinds[0], {
      kind: "itinerary",
      breaker: "open",
      openUntil: isoTime(NOON + 30_000),
      openedBy: "overloaded",
      holdsBack: "all",
      lastCall: { at, isReachable: false, failure: "overloaded" },
    });
    assertEquals(body.details.kinds[1], idle[1]);
  }
  assertStrictEquals(calls, 1);
  env.clock.advance(30_000);
  const { body } = await send(env.app, "/readyz", asOperator);
  assertStrictEquals(body.details.kinds[0].breaker, "half_open");
});

Deno.test("/readyz shows the heartbeat and the jobs of the instance that answers", async () => {
  await using env = await openApp({ adminToken, delayMs: 60_000 }, { holder: "this-one" });
  await post(env.app, "/api/itineraries", tokyo);
  await env.a.instance.beat();
  const { body } = await send(env.app, "/readyz", asOperator);
  assertStrictEquals(body.details.running, 1);
  assertEquals(body.details.instances, [{ id: "this-one", isAlive: true, heartbeatAt: at }]);
  await untilIdle(env.a, () => env.clock.advance(60_000));
});

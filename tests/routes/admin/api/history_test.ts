import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { rangeNames } from "../../../../lib/history/range.ts";
import { tokyo } from "../../../../testing/app.ts";
import { Contract } from "../../../../testing/contract.ts";
import { post } from "../../../../testing/http.ts";
import { MINUTE } from "../../../../testing/jobs.ts";
import { ask, asOperator, openAdminApp, signIn } from "../../../../testing/operators.ts";

async function openOperator() {
  const env = await openAdminApp();
  const document = await ask(env.app, "/admin/api/openapi.json", { headers: asOperator });
  const { assertDescribed } = new Contract(JSON.parse(document.text));
  return {
    ...env,
    async get(path: string) {
      const answer = await ask(env.app, path, { headers: asOperator });
      const found = assertDescribed("GET", path, answer, answer.text);
      return { found, body: JSON.parse(answer.text) };
    },
  };
}

for (const range of rangeNames) {
  Deno.test(`the history of the last ${range} has the jobs that ended, as it is described`, async () => {
    await using env = await openOperator();
    await post(env.app, "/api/itineraries", tokyo);
    await env.a.instance.idle();
    await env.a.operator.history.record();
    const { found, body } = await env.get(`/admin/api/history?range=${range}`);
    assertStrictEquals(found, "getHistory 200");
    const { counters, durations, gauges } = body.points.at(-1);
    assertEquals(counters.accepted, { itinerary: 1 });
    assertEquals(counters.ended, { "itinerary succeeded": 1 });
    assertStrictEquals(durations.duration.itinerary.count, 1);
    assertStrictEquals(durations.duration.itinerary.buckets.length, body.bucketsSeconds.length + 1);
    assertEquals(gauges.waiting, { itinerary: 0, bundles: 0 });
    const [first, second] = body.points;
    const stepMs = Date.parse(second.at) - Date.parse(first.at);
    assertStrictEquals(stepMs, body.stepSeconds * 1_000);
  });
}

Deno.test("an unknown range is refused, and without one it is the last hour", async () => {
  await using env = await openOperator();
  assertStrictEquals(
    (await env.get("/admin/api/history?range=week")).found,
    "getHistory 400 invalid_request",
  );
  assertStrictEquals((await env.get("/admin/api/history")).body.range, "hour");
});

Deno.test("the alerts are answered as they are described, firing ones first", async () => {
  await using env = await openOperator();
  const before = await env.get("/admin/api/alerts");
  assertEquals([before.found, before.body.evaluatedAt], ["getAlerts 200", null]);
  await env.kv.set(["breaker", "bundles"], {
    openUntil: env.clock.now() + 15 * MINUTE,
    failures: 3,
    probe: null,
    opening: "a",
    failure: { code: "overloaded", message: "Overloaded", retryable: true, hint: "Wait" },
  });
  for (let n = 0; n < 6; n++) {
    await env.a.operator.alerts.run();
    env.clock.advance(MINUTE);
  }
  const { found, body } = await env.get("/admin/api/alerts");
  assertStrictEquals(found, "getAlerts 200");
  const [first, ...others] = body.alerts;
  assertEquals([first.name, first.subject, first.isFiring], ["breaker_open", "bundles", true]);
  assertEquals(others.filter(({ isFiring }: { isFiring: boolean }) => isFiring), []);
  assertEquals(body.changes.map(({ change }: { change: string }) => change), ["firing"]);
  assertStrictEquals(body.changes[0].at, first.firedAt);

  const page = await ask(env.app, "/admin", { headers: await signIn(env.app) });
  assertStrictEquals(page.status, 200);
  assertMatch(page.text, /<code>breaker_open<\/code> bundles/);
  assertMatch(page.text, /The breaker of bundles is open/);
});

Deno.test("the page of a service without alerts says so", async () => {
  await using env = await openOperator();
  const headers = await signIn(env.app);
  assertMatch((await ask(env.app, "/admin", { headers })).text, /No evaluation yet/);
  await env.a.operator.alerts.run();
  assertMatch((await ask(env.app, "/admin", { headers })).text, /No alert fires/);
});

import { assert, assertEquals } from "@std/assert";
import { Hono } from "hono";
import { Metrics } from "../../../lib/metrics/metrics.ts";
import { measureRequests } from "../../../routes/http/request_metrics.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { openApp, tokyo } from "../../../testing/app.ts";

type Env = Awaited<ReturnType<typeof openApp>>;

/** The requests so far: method, route, status and number. */
async function counted({ a }: Env): Promise<string[]> {
  const readings = await a.metrics.collect();
  const { points = [] } = readings.find(({ name }) => name === "http.server.request.duration") ??
    {};
  return points.map(({ attributes, value }) => {
    assert(typeof value === "object");
    return [...Object.values(attributes), value.count].join(" ");
  });
}

const ADMIN_TOKEN = "an-admin-token-of-the-tests";
const json = { "content-type": "application/json" };
const unknownId = "/api/itineraries/0190a0b0-0000-7000-8000-000000000000";

/** Each request with what it counts as. */
const cases: [what: string, path: string, init: RequestInit, counted: string][] = [
  ["a page", "/", {}, "GET / 200"],
  ["a problem that is unknown", "/problems/x", {}, "GET /problems/:code 404"],
  ["a job that does not exist", unknownId, {}, "GET /api/itineraries/:id 404"],
  ["a path that does not exist", "/wp-admin/x", {}, "GET unknown 404"],
  ["a path below a kind that does not exist", `${unknownId}/x/y`, {}, "GET unknown 404"],
  ["HEAD", "/livez", { method: "HEAD" }, "HEAD /livez 200"],
  ["a method that the path lacks", "/livez", { method: "PUT" }, "PUT unknown 405"],
  ["an invented method", "/livez", { method: "INVENTED" }, "_OTHER unknown 405"],
  [
    "an invalid request",
    "/api/itineraries",
    { method: "POST", body: "{", headers: json },
    "POST /api/itineraries 400",
  ],
  [
    "a new job",
    "/api/itineraries",
    { method: "POST", body: JSON.stringify(tokyo), headers: json },
    "POST /api/itineraries 202",
  ],
];

for (const [what, path, init, expected] of cases) {
  Deno.test(`${what} counts as ${expected}`, async () => {
    await using env = await openApp();
    await (await env.app.request(path, init)).body?.cancel();
    // A new job starts after its answer.
    await env.settled();
    assertEquals(await counted(env), [`${expected} 1`]);
  });
}

Deno.test("the pages of operators count under their own routes", async () => {
  await using env = await openApp({ adminToken: ADMIN_TOKEN });
  for (const path of ["/admin/sign-in", "/admin/jobs", "/admin/x"]) {
    await (await env.app.request(path)).body?.cancel();
  }
  assertEquals(await counted(env), [
    "GET /admin/sign-in 200 1",
    "GET /admin/jobs 303 1",
    "GET unknown 303 1",
  ]);
});

Deno.test("all polls count under one route, also polls that are answered with 304", async () => {
  await using env = await openApp();
  const posted = await env.app.request("/api/itineraries", {
    method: "POST",
    body: JSON.stringify(tokyo),
    headers: json,
  });
  const { jobId } = await posted.json();
  await env.settled();
  const path = `/api/itineraries/${jobId}`;
  const first = await env.app.request(path);
  await first.body?.cancel();
  const again = { headers: { "if-none-match": first.headers.get("etag")! } };
  for (let n = 0; n < 2; n++) await env.app.request(path, again);
  assertEquals(await counted(env), [
    "POST /api/itineraries 202 1",
    "GET /api/itineraries/:id 200 1",
    "GET /api/itineraries/:id 304 2",
  ]);
});

Deno.test("the time of a request is that to its answer, and never negative", async () => {
  const clock = new FakeClock();
  const metrics = new Metrics();
  /** During the second request, the clock is set back. */
  const steps = [1_500, -60_000];
  const app = new Hono().use(measureRequests(metrics, clock)).get("/slow", (c) => {
    clock.advance(steps.shift()!);
    return c.text("");
  });
  await app.request("/slow");
  await app.request("/slow");
  const [{ points = [] } = {}] = await metrics.collect();
  assertEquals(points.map(({ value }) => typeof value === "object" && [value.count, value.sum]), [
    [2, 1.5],
  ]);
});

Deno.test("an event stream counts when its answer begins, and is open until it ends", async () => {
  await using env = await openApp({ delayMs: 60_000 });
  const posted = await env.app.request("/api/itineraries", {
    method: "POST",
    body: JSON.stringify(tokyo),
    headers: json,
  });
  const { jobId } = await posted.json();
  const stream = await env.app.request(`/api/itineraries/${jobId}/events`);
  const streams = async () =>
    (await env.a.metrics.collect()).find(({ name }) => name === "tripwright.streams.open")?.points;
  assertEquals((await counted(env)).at(-1), "GET /api/itineraries/:id/events 200 1");
  assertEquals(await streams(), [{ attributes: {}, value: 1 }]);
  await stream.body?.cancel();
  await env.settled();
  assertEquals(await streams(), [{ attributes: {}, value: 0 }]);
});

/** The facts of a wish over HTTP: answers repeat them, and dates are compared with today. */
import { assertEquals, assertNotMatch, assertStrictEquals } from "@std/assert";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { assertProblem, post, send } from "../../../testing/http.ts";

const HOUR = 3_600_000;

/** All facts that both kinds have, in the form in which they are stored. */
const shared = {
  startDate: "2026-12-05",
  travellers: { adults: 2, children: 1 },
  budget: { amount: 1_500, currency: "EUR", per: "all" },
  pace: "relaxed",
  diet: ["vegetarian"],
  accessibility: ["wheelchair"],
  startPoint: "Park Hotel",
  language: "de",
};
const wishes: [path: string, id: string, wish: object][] = [
  ["/api/itineraries", "jobId", { ...tokyo, ...shared, interests: ["food"], notes: "No hurry" }],
  ["/api/generations", "generationId", {
    preferences: { ...techno.preferences, ...shared, endDate: "2026-12-06", city: "Berlin" },
  }],
];

for (const [path, id, wish] of wishes) {
  Deno.test(`${path} repeats the given facts in all answers`, async () => {
    await using env = await openApp();
    const headers = { "client-token": crypto.randomUUID() };
    const made = await post(env.app, path, wish, headers);
    const read = () => send(env.app, `${path}/${made.body[id]}`, { headers });
    const waiting = await read();
    await env.a.instance.idle();
    const { body: { items: [listed] } } = await send(env.app, path, { headers });

    const ended = await read();
    assertStrictEquals(ended.body.status, "completed");
    for (const answer of [made.body, waiting.body, ended.body, listed]) {
      const members = Object.keys(wish).map((name) => [name, answer[name]]);
      assertEquals(Object.fromEntries(members), wish);
    }
  });
}

Deno.test("answers to requests without facts have no members for them", async () => {
  await using env = await openApp();
  const { body } = await post(env.app, "/api/itineraries", { ...tokyo, pace: null, notes: "" });

  assertNotMatch(JSON.stringify(body), /startDate|travellers|budget|pace|notes|language/);
});

const dated: [path: string, wish: object, pointer: string][] = [
  ["/api/itineraries", { ...tokyo, startDate: "2026-11-20" }, "#/startDate"],
  ["/api/generations", { preferences: { startDate: "2026-11-20" } }, "#/preferences/startDate"],
  ["/api/generations", { preferences: { endDate: "2026-11-20" } }, "#/preferences/endDate"],
];

for (const [path, wish, pointer] of dated) {
  Deno.test(`${path} refuses a past date at ${pointer}`, async () => {
    await using env = await openApp();
    const refused = await post(env.app, path, wish);

    assertProblem(refused, 400, "invalid_request");
    const detail = "is in the past: expected 2026-11-21 or a later date";
    assertEquals(refused.body.errors, [{ pointer, detail }]);
    assertStrictEquals(
      refused.body.error,
      `${pointer.slice("#/".length).replace("/", ".")}: ${detail}`,
    );
  });
}

Deno.test("a request with its idempotency key is repeated after its first day has passed", async () => {
  const clock = new FakeClock();
  await using env = await openApp({ clock });
  const wish = { ...tokyo, startDate: "2026-11-21" };
  const send = (key: string) =>
    post(env.app, "/api/itineraries", wish, {
      "client-token": "a-client-token-of-a-test",
      "idempotency-key": key,
    });
  const first = await send("a");
  clock.advance(23 * HOUR);
  await send("a");
  clock.advance(HOUR / 2);

  const repeated = await send("a");
  assertStrictEquals(repeated.status, 202);
  assertStrictEquals(repeated.body.jobId, first.body.jobId);
  clock.advance(HOUR);
  assertProblem(await send("b"), 400, "invalid_request");
});

Deno.test("a job whose first day has passed can still be read", async () => {
  const clock = new FakeClock();
  await using env = await openApp({ clock });
  const headers = { "client-token": crypto.randomUUID() };
  const wish = { ...tokyo, startDate: "2026-11-21" };
  const { body: { jobId } } = await post(env.app, "/api/itineraries", wish, headers);
  await env.a.instance.idle();
  clock.advance(23 * HOUR);

  const { status, body } = await send(env.app, `/api/itineraries/${jobId}`, { headers });
  assertEquals([status, body.status, body.startDate], [200, "completed", "2026-11-21"]);
});

Deno.test("the days of a sample plan have the dates of the wish", async () => {
  await using env = await openApp();
  const wish = { ...tokyo, durationDays: 3, startDate: "2027-02-27" };
  const { body: { jobId } } = await post(env.app, "/api/itineraries", wish);
  await env.a.instance.idle();

  const { body } = await send(env.app, `/api/itineraries/${jobId}`);
  assertEquals(
    body.itinerary.map(({ date, weekday }: Record<string, string>) => `${weekday} ${date}`),
    ["saturday 2027-02-27", "sunday 2027-02-28", "monday 2027-03-01"],
  );
});

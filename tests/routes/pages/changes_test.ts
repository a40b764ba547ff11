/** The forms that change a plan, as browsers without a script send them. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStrictEquals,
} from "@std/assert";
import { RateLimiter } from "../../../lib/store/rate_limiter.ts";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { type App, post, send } from "../../../testing/http.ts";
import { HOUR } from "../../../testing/jobs.ts";
import { untilIdle } from "../../../testing/runtimes.ts";
import type { ShapingState } from "../../../web/app/shaping/state.ts";
import { STATE_ID } from "../../../web/app/page.tsx";

type Env = Awaited<ReturnType<typeof openApp>>;

const maker = "11111111-2222-4333-8444-555555555555";
const week = { ...tokyo, durationDays: 4 };

async function open(app: App, path: string, init: RequestInit & { token?: string } = {}) {
  const { token = maker, ...rest } = init;
  const headers = { "sec-fetch-site": "same-origin", cookie: `tripwright_client=${token}` };
  const response = await app.fetch(new Request(`http://localhost${path}`, { headers, ...rest }));
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function submit(app: App, path: string, fields: Record<string, string>, token = maker) {
  return open(app, `${path}/changes`, { method: "POST", body: new URLSearchParams(fields), token });
}

/** Creates a plan and returns the path of its page. */
async function planned(env: Env, { path = "/api/itineraries", wish = week as object } = {}) {
  const { headers } = await post(env.app, path, wish, { "client-token": maker });
  await env.a.instance.idle();
  return `/trips/${headers.get("location")!.split("/").at(-1)}`;
}

function stateOf(text: string): { shaping: ShapingState; job: { status: string } } {
  const [, json] = text.match(new RegExp(`id="${STATE_ID}">([^]*?)</script>`)) ?? [];
  return JSON.parse(json!);
}

const idOf = (path: string) => path.replace("/trips/", "");

Deno.test("a form changes one day, and its page shows what has changed", async () => {
  await using env = await openApp();
  const trip = await planned(env);
  const page = await open(env.app, trip);
  assertMatch(page.text, /<button[^>]* form="shape" name="change" value="{&quot;day&quot;:2}"/);
  const { formId } = stateOf(page.text).shaping;
  const made = await submit(env.app, trip, { formId, change: '{"day":2}' });
  assertStrictEquals(made.status, 303);
  const changed = made.headers.get("location")!;
  assertNotEquals(changed, trip);
  await env.a.instance.idle();
  const { shaping } = stateOf((await open(env.app, changed)).text);
  assertEquals(shaping.diff!.parts.map(({ state }) => state), ["same", "new", "same", "same"]);
  assertEquals(
    shaping.versions.map(({ id, number, from, asked }) => ({ id, number, from, asked })),
    [
      { id: idOf(trip), number: 1, from: null, asked: {} },
      { id: idOf(changed), number: 2, from: 1, asked: { part: 2 } },
    ],
  );
  assertStrictEquals(shaping.base, null);
  const first = stateOf((await open(env.app, trip)).text).shaping;
  assertEquals(first.versions.map(({ id }) => id), [idOf(trip), idOf(changed)]);
});

Deno.test("a form that is sent twice creates one version, and another change another one", async () => {
  await using env = await openApp();
  const trip = await planned(env);
  const { formId } = stateOf((await open(env.app, trip)).text).shaping;
  const fields = { formId, change: '{"day":1,"activity":2}' };
  const [one, other] = await Promise.all([
    submit(env.app, trip, fields),
    submit(env.app, trip, fields),
  ]);
  assertStrictEquals(one.headers.get("location"), other.headers.get("location"));
  const third = await submit(env.app, trip, { formId, change: '{"day":1,"activity":3}' });
  assertNotEquals(third.headers.get("location"), one.headers.get("location"));
});

Deno.test("own words for a part become an instruction, and the versions show the words", async () => {
  await using env = await openApp();
  const trip = await planned(env, { path: "/api/generations", wish: techno });
  const made = await submit(env.app, trip, { text: " More live music ", part: "2" });
  const { body } = await send(env.app, `/api/generations/${idOf(made.headers.get("location")!)}`);
  assertStrictEquals(body.refines, idOf(trip));
  await env.a.instance.idle();
  const { text } = await open(env.app, made.headers.get("location")!);
  assertEquals(stateOf(text).shaping.versions[1]!.asked, { part: 2, text: "More live music" });
  assertMatch(text, /Bundle 2: “More live music”/);
});

Deno.test("only the maker changes a plan, and a reader sees no later versions", async () => {
  await using env = await openApp();
  const trip = await planned(env);
  const guest = "99999999-2222-4333-8444-555555555555";
  const refused = await submit(env.app, trip, { change: '{"day":2}' }, guest);
  assertStrictEquals(refused.status, 403);
  assertMatch(refused.text, /Only the person who planned this trip can change it/);
  const changed = (await submit(env.app, trip, { change: '{"day":2}' })).headers.get("location")!;
  await env.a.instance.idle();
  const first = (await open(env.app, trip, { token: guest })).text;
  assertStrictEquals(stateOf(first).shaping.versions.length, 1);
  assert(!/form="shape"/.test(first) && !first.includes(idOf(changed)));
  assertMatch(first, /<a class="button" href="\/\?kind=itinerary[^"]*">Plan your own version/);
  const spoken = await submit(env.app, changed, { text: "for my mother", part: "" });
  await env.a.instance.idle();
  const third = await open(env.app, spoken.headers.get("location")!, { token: guest });
  assertStrictEquals(stateOf(third.text).shaping.versions.length, 3);
  assertMatch(third.text, /changed on request/);
  assert(!third.text.includes("for my mother"));
});

/** What a form sends, and why it is refused. */
const refusedForms: [name: string, fields: Record<string, string>, code: string][] = [
  ["an unknown part", { change: '{"day":9}' }, "invalid_request"],
  ["an unknown item", { change: '{"day":1,"activity":9}' }, "invalid_request"],
  ["no JSON", { change: "day 2" }, "invalid_request"],
  ["two changes in one", { change: '{"day":1,"instruction":"x"}' }, "invalid_request"],
  ["no words", { text: " \u200b", part: "" }, "invalid_request"],
  ["no words for a part", { text: "  ", part: "2" }, "invalid_request"],
  ["words for an unknown part", { text: "less", part: "9" }, "invalid_request"],
  ["too many words", { text: "x".repeat(2_000), part: "" }, "invalid_request"],
  ["nothing", {}, "invalid_request"],
];

Deno.test("a refused form comes back on the page of the trip with its content", async (t) => {
  await using env = await openApp();
  const trip = await planned(env);
  for (const [name, fields, code] of refusedForms) {
    await t.step(name, async () => {
      const { status, text } = await submit(env.app, trip, fields);
      assertStrictEquals(status, 400);
      const { refused, versions } = stateOf(text).shaping;
      assertEquals(refused, {
        refusal: { code, retryAfterSeconds: null, note: null },
        text: fields.text ?? "",
        part: fields.part ?? "",
      });
      assertMatch(text, /Say in a few words what should be different/);
      assertStrictEquals(versions.length, 1);
    });
  }
});

Deno.test("a trip that is not finished, unknown or expired cannot be changed", async () => {
  await using env = await openApp({ delayMs: HOUR });
  const { headers } = await post(env.app, "/api/itineraries", week, { "client-token": maker });
  const trip = `/trips/${idOf(headers.get("location")!.split("/").at(-1)!)}`;
  const early = await submit(env.app, trip, { change: '{"day":2}' });
  assertStrictEquals(early.status, 409);
  assertStrictEquals(stateOf(early.text).shaping.refused!.refusal.code, "no_plan_to_refine");
  env.clock.advance(25 * HOUR);
  await env.a.instance.idle();
  assertStrictEquals((await submit(env.app, trip, { change: '{"day":2}' })).status, 404);
  const odd = await submit(env.app, "/trips/abc", { change: '{"day":2}' });
  assertStrictEquals(odd.status, 404);
  const back = await open(env.app, `${trip}/changes`);
  assertEquals([back.status, back.headers.get("location")], [303, trip]);
});

Deno.test("limits refuse a change with the time to try again", async () => {
  const [kv, clock] = [await Deno.openKv(":memory:"), new FakeClock()];
  const jobs = new RateLimiter(kv, { clock, name: "jobs", limit: 2 });
  await using env = await openApp({ rateLimiters: { jobs }, kv, clock });
  const trip = await planned(env);
  assertStrictEquals((await submit(env.app, trip, { change: '{"day":2}' })).status, 303);
  const { status, headers, text } = await submit(env.app, trip, { text: "less", part: "1" });
  assertStrictEquals(status, 429);
  assert(Number(headers.get("retry-after")) > 0);
  assertMatch(text, /That was too many tries in a short time/);
  assertMatch(text, /<textarea[^>]*>less<\/textarea>/);
  assertMatch(text, /<option value="1" selected>/);
  await jobs.settled();
});

Deno.test("a growing change shows the parts that stay, and which one is written", async () => {
  await using env = await openApp({ delayMs: 1_000 });
  const { headers } = await post(env.app, "/api/itineraries", week, { "client-token": maker });
  const trip = `/trips/${headers.get("location")!.split("/").at(-1)!}`;
  await untilIdle(env.a, () => env.clock.advance(25));
  const made = await submit(env.app, trip, { change: '{"day":2}' });
  const { text } = await open(env.app, made.headers.get("location")!);
  const { shaping, job } = stateOf(text);
  assertStrictEquals(job.status, "processing");
  assertStrictEquals(shaping.base!.length, 4);
  assertMatch(text, /id="day-4"/);
  assertStrictEquals(text.match(/change-mark writing/g)!.length, 1);
  assert(!/class="card placeholder"/.test(text));
  await untilIdle(env.a, () => env.clock.advance(25));
});

Deno.test("?compare= shows two versions side by side, and ignores what is no version", async () => {
  await using env = await openApp();
  const trip = await planned(env);
  const stranger = await planned(env, { wish: { ...week, destination: "Rome" } });
  const made = await submit(env.app, trip, { change: '{"day":2,"activity":1}' });
  await env.a.instance.idle();
  const changed = made.headers.get("location")!;
  const { text } = await open(env.app, `${changed}?compare=${idOf(trip)}`);
  assertMatch(text, /Version 1 and version 2/);
  assertMatch(text, /<del>/);
  assertStrictEquals(stateOf(text).shaping.compared!.number, 1);
  for (const other of [idOf(stranger), "abc", ""]) {
    const { text } = await open(env.app, `${changed}?compare=${other}`);
    assertStrictEquals(stateOf(text).shaping.compared, null);
  }
});

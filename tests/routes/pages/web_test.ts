import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertNotStrictEquals,
  assertStrictEquals,
  fail,
} from "@std/assert";
import { sampleBundles } from "../../../jobs/kinds/bundles/sample.ts";
import { itineraryKind } from "../../../jobs/kinds/itinerary/kind.ts";
import { assembleItinerary } from "../../../jobs/kinds/itinerary/assemble.ts";
import { cityItinerary } from "../../../jobs/kinds/itinerary/city_sample.ts";
import { sampleItinerary } from "../../../jobs/kinds/itinerary/sample.ts";
import { type FailureCode, failureKinds, JobError } from "../../../lib/job/failure.ts";
import type { Model } from "../../../lib/model/model.ts";
import { RateLimiter } from "../../../lib/store/rate_limiter.ts";
import { wishKinds } from "../../../web/app/kinds/registry.ts";
import { fieldsOf } from "../../../web/app/form.ts";
import { STATE_ID } from "../../../web/app/page.tsx";
import { catalogues } from "../../../web/words/catalogues.ts";
import { describeFailure, describeRefusal } from "../../../web/app/refusal.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { kinds, openApp, techno, tokyo } from "../../../testing/app.ts";
import { description } from "../../../testing/contract.ts";
import { type App, post, send } from "../../../testing/http.ts";
import { untilIdle } from "../../../testing/runtimes.ts";
import { forecastDay, lisbon, testPlaces } from "../../../testing/places.ts";
import { datedBundles } from "../../../testing/plans.ts";

const { en } = catalogues;

const KEY = "key-0123456789abcdef";
const form = { kind: "itinerary", destination: "Tokyo, Japan", durationDays: "2" };
const FORM_ID = "3f0c8d6e-0d3b-4f29-9a51-6c1e0b7a2d44";

/** Requests a page as a browser does. */
async function open(app: App, path: string, init: RequestInit = {}) {
  const response = await app.fetch(new Request(`http://localhost${path}`, init));
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

/** Sends a form as a browser does from one of the app's pages. */
function submit(app: App, path: string, fields: Record<string, string>, headers = {}) {
  return open(app, path, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin", ...headers },
    body: new URLSearchParams(fields),
  });
}

/** Returns the state in a page that its script starts with. */
function stateOf(text: string) {
  const [, json] = text.match(new RegExp(`id="${STATE_ID}">([^]*?)</script>`)) ?? [];
  return JSON.parse(json!);
}

function jobIdOf({ headers }: { headers: Headers }): string {
  return headers.get("location")!.replace("/trips/", "");
}

/** A model that answers with the result of `say`, or throws its error. */
function speaking(say: () => unknown): () => Model {
  const answer = () => {
    const text = JSON.stringify(say());
    return Promise.resolve({ responseId: "r", text, truncated: false, usage: null });
  };
  return () => ({
    source: "openai",
    chat: answer,
    respond: async () => ({
      ...await answer(),
      output: [],
      calls: [],
      reasoningSummaries: [],
      stored: false,
    }),
    join: () => Promise.resolve(null),
    cancel: () => Promise.resolve(),
    delete: () => Promise.resolve(),
  });
}

Deno.test("/ has a form for each kind, with the limits of the API", async () => {
  await using env = await openApp();
  const { status, headers, text } = await open(env.app, "/");
  assertStrictEquals(status, 200);
  assertMatch(headers.get("content-type")!, /^text\/html/);
  assertStrictEquals(headers.get("cache-control"), "private, no-cache");
  assertMatch(text, /name="durationDays"[^>]* min="1" max="30"/);
  for (const kind of wishKinds) {
    for (const name of fieldsOf(kind)) {
      assertMatch(text, new RegExp(`<(input|textarea|select)[^>]* name="${name}"`));
    }
  }
  // A trip may begin today wherever it is today.
  assertMatch(text, /name="startDate"[^>]* min="2026-11-21" max="2028-11-22"/);
  assertMatch(text, /<details class="more"><summary>/);
  assertMatch(text, /id="itinerary-durationDays"[^>]* value="3"/);
});

Deno.test("the first page shows an example that the sample generator has written", async () => {
  await using env = await openApp();
  const { text } = await open(env.app, "/");
  const { example } = stateOf(text);
  const { destination, itinerary } = example.job;
  assertEquals([destination, itinerary.length], ["Lisbon, Portugal", 2]);
  for (const { theme } of itinerary) assert(text.includes(`>${theme}</h2>`));
  assertMatch(text, /<span class="mark">Example<\/span>/);
  assertMatch(text, /<dt>Estimated cost<\/dt><dd><span class="value">€\d+</);
  // It is written once, and the API has no such trip.
  assertEquals(stateOf((await open(env.app, "/")).text).example, example);
  assertStrictEquals((await open(env.app, "/trips/example")).status, 404);
});

Deno.test("the first page speaks German", async () => {
  await using env = await openApp();
  const { text } = await open(env.app, "/", { headers: { "accept-language": "de-AT" } });
  assertMatch(text, /<h1>Deine Reise, Tag für Tag geplant<\/h1>/);
  assertMatch(text, /<label for="itinerary-destination">Reiseziel<\/label>/);
  assertMatch(text, /<option value="de" selected>Deutsch<\/option>/);
  const headers = { "accept-language": "de" };
  const wrong = await submit(env.app, "/trips", { ...form, destination: "" }, headers);
  assertMatch(wrong.text, />Bitte fülle dieses Feld aus\.</);
});

Deno.test("a link fills in the form, and its values are shown as text only", async () => {
  await using env = await openApp();
  const evil = `"><script>alert(1)</script>`;
  const fields = { kind: "generation", interests: evil, timeframe: "May" };
  const { text } = await open(env.app, `/?${new URLSearchParams(fields)}`);
  assertMatch(text, /id="choose-generation" value="generation" checked/);
  assertMatch(text, /name="timeframe"[^>]* value="May"/);
  assertMatch(text, /value="&quot;>&lt;script>alert\(1\)/);
  assertStrictEquals(stateOf(text).values.interests, fields.interests);
  assertStrictEquals(text.match(/<script/g)!.length, 2);
  for (const odd of ["kind=nonsense", "formId=%20", "wish=zz"]) {
    assertMatch(
      (await open(env.app, `/?${odd}&destination=Rome&destination=Oslo`)).text,
      /value="Rome"/,
    );
  }
});

Deno.test("a form creates a trip and redirects to it", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const made = await submit(env.app, "/trips", form);
  assertStrictEquals(made.status, 303);
  const { body } = await send(env.app, `/api/itineraries/${jobIdOf(made)}`);
  assertStrictEquals(body.destination, "Tokyo, Japan");
  assertStrictEquals(body.durationDays, 2);
  const wish = {
    kind: "generation",
    interests: "music, art",
    timeframe: " soon ",
    musicProfile: "",
    city: "Lisbon",
  };
  const other = await submit(env.app, "/trips", wish);
  const { body: { preferences } } = await send(env.app, `/api/generations/${jobIdOf(other)}`);
  assertEquals(preferences, {
    interests: ["music", "art"],
    musicProfile: null,
    timeframe: "soon",
    otherPreferences: null,
    city: "Lisbon",
  });
});

Deno.test("a form without a script sends all facts, and its chips as several members", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const facts = [
    ...[["startDate", "2026-12-05"], ["endDate", ""], ["adults", "2"], ["children", "1"]],
    ...[["amount", "1.500,50"], ["currency", "EUR"], ["per", "person"], ["pace", "relaxed"]],
    ...[["interests", "food"], ["interests", "art"], ["interests", "old trams, fado"]],
    ...[["diet", "vegan"], ["diet", ""], ["accessibility", ""], ["startPoint", "Park Hotel"]],
    ...[["language", "de"], ["notes", "No hurry"]],
  ];
  const body = new URLSearchParams([...Object.entries(form), ...facts] as [string, string][]);
  const headers = { "sec-fetch-site": "same-origin" };
  const made = await open(env.app, "/trips", { method: "POST", headers, body });
  assertStrictEquals(made.status, 303);
  const { body: job } = await send(env.app, `/api/itineraries/${jobIdOf(made)}`);
  assertEquals(job.travellers, { adults: 2, children: 1 });
  assertEquals(job.budget, { amount: 1_500.5, currency: "EUR", per: "person" });
  assertEquals(job.interests, ["food", "art", "old trams", "fado"]);
  assertEquals(job.diet, ["vegan"]);
  assertStrictEquals(job.accessibility, undefined);
  const { startDate, pace, startPoint, language, notes } = job;
  assertEquals({ startDate, pace, startPoint, language, notes }, {
    startDate: "2026-12-05",
    pace: "relaxed",
    startPoint: "Park Hotel",
    language: "de",
    notes: "No hurry",
  });

  // The same entries come back with an error, in open details.
  body.set("startDate", "2026-11-20");
  const wrong = await open(env.app, "/trips", { method: "POST", headers, body });
  assertStrictEquals(wrong.status, 400);
  assertMatch(wrong.text, /<details class="more" open>/);
  assertMatch(wrong.text, /id="itinerary-startDate-hint"[^>]*>This day is over/);
  assertMatch(wrong.text, /name="interests" value="food" checked/);
  assertMatch(wrong.text, /name="interests"[^>]* value="old trams, fado"/);
  assertMatch(wrong.text, /name="pace" value="relaxed" checked/);
  assertMatch(wrong.text, /<option value="EUR" selected>/);
});

Deno.test("an error that only the API finds comes back beside its field, or with a notice", async () => {
  await using env = await openApp();
  const unknown = { ...form, amount: "5", currency: "ABC" };
  const { status, text } = await submit(env.app, "/trips", unknown);
  assertStrictEquals(status, 400);
  assertMatch(text, /id="itinerary-currency-hint"[^>]*>Please check this entry\.</);
  const long = { ...form, interests: Array(20).fill("é".repeat(100)).join() };
  assertStrictEquals((await submit(env.app, "/trips", long)).status, 303);
  const entries = Array(20).fill("x".repeat(500)).join();
  const much = {
    kind: "generation",
    city: "Rome",
    interests: entries,
    startPoint: "y".repeat(200),
  };
  const all = { musicProfile: "m".repeat(500), timeframe: "t".repeat(500) };
  const full = { ...much, ...all, otherPreferences: "o".repeat(500) };
  const refused = await submit(env.app, "/trips", full);
  assertStrictEquals(refused.status, 400);
  assertMatch(refused.text, /role="alert"><p class="title">Please check your entries/);
});

Deno.test("a form of bundles needs a city, and the API does not", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  for (const city of ["", "\u200b\u200b"]) {
    const { status, text } = await submit(env.app, "/trips", { kind: "generation", city });
    assertStrictEquals(status, 400);
    assertMatch(text, /id="generation-city-hint"[^>]*>Please fill this in\.</);
  }
  for await (const _ of env.kv.list({ prefix: ["job"] })) fail("a job was made");
  const wish = JSON.stringify({ kind: "generation", body: { preferences: {} } });
  assertStrictEquals((await submit(env.app, "/trips", { wish })).status, 303);
  assertStrictEquals((await post(env.app, "/api/generations", { preferences: {} })).status, 200);
});

Deno.test("a destination of invisible characters is refused, and none turns a title", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const blank = { ...form, destination: "\u200b\u200b\u200b" };
  const { status, text } = await submit(env.app, "/trips", blank);
  assertStrictEquals(status, 400);
  assertMatch(text, /id="itinerary-destination-hint"[^>]*>Please fill this in\.</);
  const body = { destination: blank.destination, durationDays: 2 };
  assertStrictEquals((await post(env.app, "/api/itineraries", body)).status, 400);
  const made = await submit(env.app, "/trips", { ...form, destination: "Paris\u202eevil" });
  const page = await open(env.app, `/trips/${jobIdOf(made)}`);
  assertMatch(page.text, /<title>…Parisevil – Tripwright<\/title>/);
  assertNotMatch(page.text, /\u202e/);
});

Deno.test("a form that is sent twice creates one trip, and with other values another one", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const { formId } = stateOf((await open(env.app, "/")).text);
  const first = await submit(env.app, "/trips", { ...form, formId });
  assertStrictEquals(jobIdOf(await submit(env.app, "/trips", { ...form, formId })), jobIdOf(first));
  const changed = { ...form, destination: "Kyoto", formId };
  assertNotStrictEquals(jobIdOf(await submit(env.app, "/trips", changed)), jobIdOf(first));
  assertNotStrictEquals(stateOf((await open(env.app, "/")).text).formId, formId);
});

Deno.test("a form that is sent again after its trip failed creates another trip", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const { formId } = stateOf((await open(env.app, "/")).text);
  const made: string[] = [];
  for (let n = 0; n < 3; n++) {
    const id = jobIdOf(await submit(env.app, "/trips", { ...form, formId }));
    assertStrictEquals(jobIdOf(await submit(env.app, "/trips", { ...form, formId })), id);
    await submit(env.app, `/trips/${id}/cancel`, {});
    made.push(id);
  }
  assertStrictEquals(new Set(made).size, 3);
});

Deno.test("a form costs the same reads, however often its trip was canceled", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  await using env = await openApp({ kv }, { concurrency: 0 });
  let reads = 0;
  hooks.get = () => void reads++;
  const readsOfForms: number[] = [];
  for (let n = 0; n < 5; n++) {
    reads = 0;
    const made = await submit(env.app, "/trips", { ...form, formId: FORM_ID });
    readsOfForms.push(reads);
    assertStrictEquals(made.status, 303);
    await submit(env.app, `/trips/${jobIdOf(made)}/cancel`, {});
  }
  const [, second] = readsOfForms;
  assertEquals(readsOfForms.slice(1), Array(4).fill(second));
  // Above the limit, a form looks only once for the trip that it has created.
  const jobs = new RateLimiter(kv, { clock: env.clock, name: "jobs", limit: 1 });
  const limited = await openApp({ kv, clock: env.clock, rateLimiters: { jobs } }, {
    concurrency: 0,
  });
  await submit(limited.app, "/trips", form);
  await jobs.settled();
  reads = 0;
  const refused = await submit(limited.app, "/trips", { ...form, formId: FORM_ID });
  assertEquals([refused.status, reads], [429, 2]);
});

const [wifi, mobile] = ["192.0.2.1", "198.51.100.7"].map((address) => ({
  "x-forwarded-for": address,
}));

for (
  const [formId, isSame] of [
    [FORM_ID, true],
    // Each person with the link of a trip knows its id.
    [`again-${FORM_ID}`, false],
    // Two strangers may choose the same id.
    ["form-1", false],
    ["again-1", false],
  ] as const
) {
  Deno.test(`the form ${formId} from two networks creates ${isSame ? "one trip" : "two trips"}`, async () => {
    await using env = await openApp({ trustedProxies: 1 }, { concurrency: 0 });
    const first = await submit(env.app, "/trips", { ...form, formId }, wifi);
    const second = await submit(env.app, "/trips", { ...form, formId }, mobile);
    assertEquals([first.status, second.status], [303, 303]);
    assertStrictEquals(jobIdOf(first) === jobIdOf(second), isSame);
    const other = { ...form, destination: "Kyoto", formId };
    assertNotStrictEquals(jobIdOf(await submit(env.app, "/trips", other, wifi)), jobIdOf(first));
  });
}

Deno.test("a form accepts everything that the API accepts", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const fields = {
    kind: "generation",
    city: "市",
    interests: Array(20).fill("旅".repeat(500)).join("、"),
    timeframe: "夏".repeat(500),
    musicProfile: "音".repeat(500),
    // One less than its own limit: all texts together have a limit, too.
    otherPreferences: "他".repeat(499),
  };
  const made = await submit(env.app, "/trips", fields);
  assertStrictEquals(made.status, 303);
  const { body } = await send(env.app, `/api/generations/${jobIdOf(made)}`);
  assertStrictEquals(body.preferences.interests.length, 20);
});

Deno.test("an invalid form is shown again with its values and its errors", async () => {
  await using env = await openApp();
  const wrong = { ...form, destination: "<b>" + "x".repeat(120), durationDays: "31" };
  const { status, text } = await submit(env.app, "/trips", wrong);
  assertStrictEquals(status, 400);
  assertMatch(text, /value="&lt;b>x{120}"/);
  assertMatch(text, /aria-invalid="true"/);
  assertMatch(text, />Use at most 120 characters\. You have 123\.</);
  assertMatch(text, />Enter a whole number, 1 to 30\.</);
  const many = { kind: "generation", interests: "x,".repeat(21) };
  assertMatch(
    (await submit(env.app, "/trips", many)).text,
    />Enter at most 20 items\. You have 21\.</,
  );
  assertStrictEquals((await submit(env.app, "/trips", {})).status, 400);
});

Deno.test("a trip is repeated once with the same wish", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const preferences = { interests: ["rock, and roll"], timeframe: null };
  const wish = JSON.stringify({ kind: "generation", body: { preferences } });
  const fields = { formId: "again-1", wish };
  const made = await submit(env.app, "/trips", fields);
  assertStrictEquals(made.status, 303);
  const { body } = await send(env.app, `/api/generations/${jobIdOf(made)}`);
  assertEquals(body.preferences.interests, ["rock, and roll"]);
  assertStrictEquals(jobIdOf(await submit(env.app, "/trips", fields)), jobIdOf(made));
});

Deno.test("a malformed form is 400 with a page that says so, and creates no job", async () => {
  await using env = await openApp();
  const body = { destination: "", durationDays: 1 };
  const cases: Record<string, string>[] = [
    { wish: "{broken" },
    { wish: JSON.stringify({ kind: "callback", body: {} }) },
    { wish: JSON.stringify({ kind: "itinerary", body }) },
    { wish: "null" },
    { ...form, formId: "not a name" },
  ];
  for (const fields of cases) {
    const { status, text } = await submit(env.app, "/trips", fields);
    assertStrictEquals(status, 400);
    assertMatch(text, /<h1>We couldn't read this form<\/h1>/);
  }
  assertStrictEquals((await submit(env.app, "/trips", { x: "y".repeat(200_000) })).status, 413);
  for await (const _ of env.kv.list({ prefix: ["job"] })) fail("a job was made");
});

Deno.test("forms of other sites are rejected", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const { headers } = await post(env.app, "/api/itineraries", tokyo);
  const id = headers.get("location")!.split("/").at(-1)!;
  for (const path of ["/trips", `/trips/${id}/cancel`]) {
    for (const site of ["cross-site", "same-site"]) {
      const foreign = { "sec-fetch-site": site, origin: "https://evil.example" };
      const { status, text } = await submit(env.app, path, form, foreign);
      assertStrictEquals(status, 403);
      assertMatch(text, /<h1>This form came from another site<\/h1>/);
    }
  }
  const byBrowser = { "sec-fetch-site": "none" };
  assertStrictEquals((await submit(env.app, "/trips", form, byBrowser)).status, 303);
  // Old browsers and pages without TLS send only the origin; a proxy may add TLS.
  for (const origin of ["http://localhost", "https://localhost"]) {
    const plain = { origin, "sec-fetch-site": "" };
    assertStrictEquals((await submit(env.app, "/trips", form, plain)).status, 303);
  }
  for (const origin of ["https://evil.example", "https://localhost:8443", "null", "localhost"]) {
    const plain = { origin, "sec-fetch-site": "" };
    assertStrictEquals((await submit(env.app, "/trips", form, plain)).status, 403);
  }
  // Without a trusted proxy the forwarded host is ignored.
  const renamed = {
    origin: "https://trips.example",
    "sec-fetch-site": "",
    "x-forwarded-host": "trips.example",
  };
  assertStrictEquals((await submit(env.app, "/trips", form, renamed)).status, 403);
  const behind = await openApp({ kv: env.kv, trustedProxies: 1 }, { concurrency: 0 });
  assertStrictEquals((await submit(behind.app, "/trips", form, renamed)).status, 303);
  const evil = { ...renamed, origin: "https://evil.example" };
  assertStrictEquals((await submit(behind.app, "/trips", form, evil)).status, 403);
  assertStrictEquals((await send(env.app, `/api/itineraries/${id}`)).body.status, "processing");
});

const inner = "127.0.0.1:8000";
const same = { "sec-fetch-site": "same-origin" };
const unsaid = { "sec-fetch-site": "" };

type Proxied = [what: string, host: string, headers: Record<string, string>, status: number];

/** What arrives here of a form that a browser has sent to a proxy. */
const proxied: Proxied[] = [
  ["nginx as it comes", inner, { origin: "https://trips.example", ...same }, 303],
  ["nginx as it comes, an old browser", inner, { origin: "https://trips.example", ...unsaid }, 403],
  ["another port", "trips.example", { origin: "https://trips.example:8443", ...same }, 303],
  [
    "another port, an old browser",
    "trips.example",
    { origin: "https://trips.example:8443", ...unsaid },
    403,
  ],
  [
    "Host $http_host, an old browser",
    "trips.example:8443",
    { origin: "https://trips.example:8443", ...unsaid },
    303,
  ],
  [
    "X-Forwarded-Host, an old browser",
    inner,
    { origin: "https://trips.example", "x-forwarded-host": "trips.example", ...unsaid },
    303,
  ],
  [
    "a form of another site",
    "trips.example",
    { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    403,
  ],
  [
    "a form of another host of the same site",
    inner,
    { origin: "https://evil.trips.example", "sec-fetch-site": "same-site" },
    403,
  ],
];

for (const [what, host, headers, status] of proxied) {
  Deno.test(`a form behind a proxy is ${status === 303 ? "accepted" : "refused"}: ${what}`, async () => {
    await using env = await openApp({ trustedProxies: 1 }, { concurrency: 0 });
    const body = new URLSearchParams(form);
    const request = new Request(`http://${host}/trips`, { method: "POST", headers, body });
    const response = await env.app.fetch(request);
    await response.text();
    assertStrictEquals(response.status, status);
  });
}

Deno.test("a refused wish stays in the form, with the reason and the time to try again", async () => {
  await using env = await openApp({}, { maxQueuedJobs: 1, concurrency: 0 });
  await post(env.app, "/api/itineraries", tokyo);
  const refused = await submit(env.app, "/trips", form);
  assertStrictEquals(refused.status, 503);
  assertStrictEquals(refused.headers.get("retry-after"), "30");
  assertMatch(refused.text, /role="alert"><p class="title">Many travelers are waiting/);
  assertMatch(refused.text, /Please try again in 30 seconds/);
  assertMatch(refused.text, /value="Tokyo, Japan"/);
  assertStrictEquals(stateOf(refused.text).refusal.code, "queue_full");
});

Deno.test("while the intake is paused, the form says so with the operator's note", async () => {
  await using env = await openApp();
  const pause = { what: "intake", note: "Back at <six>" };
  await env.a.operator.controls.pause({ name: "Ada", via: "api" }, pause);
  const refused = await submit(env.app, "/trips", form);
  assertStrictEquals(refused.status, 503);
  assertStrictEquals(refused.headers.get("retry-after"), "60");
  assertMatch(refused.text, /We&#39;re taking a short break|We're taking a short break/);
  assertMatch(refused.text, /<p dir="auto">Back at &lt;six>/);
  assertMatch(refused.text, /value="Tokyo, Japan"/);
});

Deno.test("after the daily limit, the form says so to travelers, and trips are still shown", async () => {
  await using env = await openApp({}, { daily: { jobs: 1, costUsd: undefined }, concurrency: 0 });
  const made = await submit(env.app, "/trips", form);
  const refused = await submit(env.app, "/trips", form);
  assertStrictEquals(refused.status, 503);
  assertMatch(refused.text, /So many trips were planned today that we can(&#39;|')t start another/);
  assertMatch(refused.text, /Please try again in 12 hours/);
  assertMatch(refused.text, /value="Tokyo, Japan"/);
  assertStrictEquals((await open(env.app, `/trips/${jobIdOf(made)}`)).status, 200);
});

Deno.test("pages and their forms have the rate limits of the API", async () => {
  const kv = await Deno.openKv(":memory:");
  await using env = await openApp({ kv }, { concurrency: 0 });
  const limiter = (name: string, limit: number) =>
    new RateLimiter(kv, { clock: env.clock, name, limit });
  const limited = await openApp({
    kv,
    clock: env.clock,
    rateLimiters: { requests: limiter("requests", 4), jobs: limiter("jobs", 1) },
  }, { concurrency: 0 });
  assertStrictEquals((await submit(limited.app, "/trips", form)).status, 303);
  const refused = await submit(limited.app, "/trips", form);
  assertStrictEquals(refused.status, 429);
  assertMatch(refused.text, /That was too many tries in a short time/);
  const path = `/trips/${crypto.randomUUID()}`;
  assertStrictEquals((await open(limited.app, path)).status, 404);
  assertStrictEquals((await open(limited.app, path)).status, 404);
  const { status, headers, text } = await open(limited.app, path);
  assertStrictEquals(status, 429);
  const seconds = headers.get("retry-after")!;
  assert(Number(seconds) > 0);
  assertMatch(text, /<h1>Please wait a moment<\/h1>/);
  assert(text.includes(`<meta http-equiv="refresh" content="${seconds}"/>`));
  assert(text.includes(`This page tries again by itself in ${seconds} seconds.`));
  assertMatch(text, /<a class="button main" href>Try again now<\/a>/);
  // A wish over the limit stays in the form, valid or not.
  for (const days of ["2", "99"]) {
    const late = await submit(limited.app, "/trips", { ...form, durationDays: days });
    assertStrictEquals(late.status, 429);
    assertStrictEquals(late.headers.get("retry-after"), seconds);
    assertMatch(late.text, /value="Tokyo, Japan"/);
    assert(late.text.includes(`Please try again in ${seconds} seconds.`));
  }
  assertStrictEquals((await submit(limited.app, "/trips", { formId: "!" })).status, 429);
  assertStrictEquals((await submit(limited.app, "/trips", { wish: "{}" })).status, 429);
  const cancel = await submit(limited.app, `${path}/cancel`, {});
  assertStrictEquals(cancel.status, 429);
  assert(cancel.text.includes(`Please go back, and try again in ${seconds} seconds.`));
  assertNotMatch(cancel.text, /http-equiv="refresh"/);
  await limiter("requests", 1).settled();
});

Deno.test("a trip page shows the state of its job, from accepted to completed", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const made = await submit(env.app, "/trips", form);
  const path = `/trips/${jobIdOf(made)}`;
  const api = `/api/itineraries/${jobIdOf(made)}`;
  const first = await open(env.app, path);
  assertStrictEquals(first.status, 200);
  assertStrictEquals(first.headers.get("cache-control"), "private, no-cache");
  assertMatch(first.text, /<title>…Tokyo, Japan – Tripwright<\/title>/);
  assertMatch(first.text, /<meta name="robots" content="noindex"\/>/);
  assertMatch(first.text, /<noscript><meta http-equiv="refresh" content="2"\/><\/noscript>/);
  assertMatch(first.text, /<progress/);
  assertEquals(stateOf(first.text).job, (await send(env.app, api)).body);
  // The same database, and a worker.
  const working = await openApp({ kv: env.kv, clock: env.clock });
  await working.a.instance.sweep();
  await working.a.instance.idle();
  const last = await open(env.app, path);
  assertNotMatch(last.text, /<noscript>|<progress/);
  assertMatch(last.text, /<span class="mark">Sample<\/span>/);
  const plan = await cityItinerary({ destination: "Tokyo, Japan", durationDays: 2 });
  for (const { theme, activities } of plan!.days) {
    assert(last.text.includes(`>${theme}</h2>`));
    for (const { time, title } of activities) {
      assert(last.text.includes(`>${time}</time>`) && last.text.includes(`>${title}</h3>`));
    }
  }
  assertEquals(stateOf(last.text).job, (await send(env.app, api)).body);
});

Deno.test("the page has the finished parts before the plan is complete", async () => {
  await using env = await openApp({ delayMs: 60_000 }, { concurrency: 1 });
  const { headers } = await post(env.app, "/api/generations", techno);
  const id = headers.get("location")!.split("/").at(-1)!;
  const { bundles } = sampleBundles(techno);
  let text = "";
  for (let n = 0; n < 500 && !text.includes(`>${bundles[0]!.title}</h2>`); n++) {
    env.clock.advance(200);
    await nextTurn();
    text = (await open(env.app, `/trips/${id}`)).text;
  }
  assert(text.includes(`>${bundles[0]!.title}</h2>`));
  assertMatch(text, /class="card placeholder"/);
  assertMatch(text, /What the AI thinks:/);
  assertMatch(text, /<li aria-current="step">Writing<\/li>/);
  await env.a.instance.stop(0);
});

Deno.test("there is one page for every unknown trip", async () => {
  await using env = await openApp();
  await post(env.app, "/api/itineraries", tokyo);
  await env.a.instance.idle();
  const made = await submit(env.app, "/trips", form);
  env.clock.advance(24 * 3_600_000);
  const ids = [jobIdOf(made), crypto.randomUUID(), "nonsense", "..%2f..", "%3Cscript%3E"];
  for (const id of ids) {
    for (const file of ["", "/plan.md", "/plan.json", "/plan.ics"]) {
      const { status, text } = await open(env.app, `/trips/${id}${file}`);
      assertStrictEquals(status, 404);
      assertMatch(text, /<h1>We can't find this trip<\/h1>/);
      assertNotMatch(text, /<noscript>|<script>/);
    }
    assertStrictEquals((await submit(env.app, `/trips/${id}/cancel`, {})).status, 404);
  }
  await env.a.instance.idle();
});

Deno.test("a form cancels a trip, or shows how it has ended", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const made = await submit(env.app, "/trips", form);
  const path = `/trips/${jobIdOf(made)}`;
  const canceled = await submit(env.app, `${path}/cancel`, {});
  assertStrictEquals(canceled.status, 303);
  assertStrictEquals(canceled.headers.get("location"), path);
  assertMatch(
    (await open(env.app, path)).text,
    /Planning was stopped before the plan was finished/,
  );
  assertStrictEquals((await submit(env.app, `${path}/cancel`, {})).status, 303);
});

Deno.test("a failed trip says why, and offers what helps", async () => {
  for (const [name, { retryable, hint }] of Object.entries(failureKinds)) {
    if (name.startsWith("callback")) continue;
    const code = name as FailureCode;
    const model = speaking(() => {
      // A wait beyond the deadline of the job.
      throw new JobError(code, "the <reason>", { retryAfterMs: 900_000 });
    });
    await using env = await openApp({}, { model, limits: { maxAttempts: 1, timeoutMs: 900_000 } });
    const made = await submit(env.app, "/trips", form);
    await env.a.instance.idle();
    const { text } = await open(env.app, `/trips/${jobIdOf(made)}`);
    const { sentence, advice, nextAction } = describeFailure({ code, retryable, hint }, en);
    assertStrictEquals(nextAction === "repeat", retryable, code);
    assert(text.includes(`role="alert"><p class="title">${sentence}</p><p>${advice}</p>`), code);
    assert(text.includes(`Error code: ${code}<`), code);
    // The message and the hint address developers and operators.
    assert(!text.includes("the &lt;reason>"), code);
    assert(!text.includes(`<p>${hint}</p>`), code);
    const verb = nextAction === "wait" ? "Try again anyway" : "Try again";
    assertMatch(text, new RegExp(`<button type="submit"[^>]*>${verb}</button>`));
    const best = text.match(/class="(?:button )?main"[^>]*>([^<]+)</)?.[1];
    const verbs = { repeat: "Try again", change: "Edit your request", wait: undefined };
    assertStrictEquals(best, verbs[nextAction], code);
    assertMatch(
      text,
      /href="\/\?kind=itinerary&amp;destination=Tokyo%2C\+Japan&amp;durationDays=2"/,
    );
  }
});

Deno.test("every reason for a refusal has its own sentence", () => {
  const { responses } = description.paths["/api/itineraries"].post;
  // deno-lint-ignore no-explicit-any -- the description is JSON
  const codes = Object.values<any>(responses).flatMap(({ content }) =>
    Object.keys(content["application/problem+json"]?.examples ?? {})
  );
  assert(codes.length > 10);
  /** Problems that the app's forms cannot cause. */
  const impossible = [
    "malformed_json",
    "incomplete_body",
    "invalid_header",
    "misdirected_request",
    "callback_not_allowed",
    "unsupported_media_type",
    "unsupported_content_encoding",
    "idempotency_key_reused",
  ];
  for (const code of codes) {
    for (const place of ["form", "trip"] as const) {
      const text = describeRefusal({ code, retryAfterSeconds: null }, place, en);
      const isUnknown = text.startsWith("We couldn't start this plan");
      assertStrictEquals(isUnknown, impossible.includes(code), code);
    }
  }
});

/** Texts that could break out of HTML, JSON within HTML, an attribute, or a link. */
const hostile = [
  `</script><script>pwned()</script>`,
  `"><img src=x onerror=pwned()>`,
  `' onmouseover='pwned()`,
  `<!--<script>`,
  `\u2028</title><svg/onload=pwned()>`,
].join(" ");

Deno.test("texts of travellers and models are shown as text, everywhere in a page", async () => {
  const { days } = sampleItinerary(tokyo);
  for (const day of days) {
    day.theme = hostile;
    for (const activity of day.activities) {
      Object.assign(activity, { title: hostile, description: hostile, place: hostile });
    }
  }
  await using env = await openApp({}, { model: speaking(() => ({ days })) });
  const wish = { ...form, destination: hostile.slice(0, 120) };
  const made = await submit(env.app, "/trips", wish);
  await env.a.instance.idle();
  const { text } = await open(env.app, `/trips/${jobIdOf(made)}`);
  assertEquals(stateOf(text).job.itinerary, assembleItinerary({ days }).days);
  // The page's own script and its state.
  assertStrictEquals(text.match(/<script/g)!.length, 2);
  assertStrictEquals(text.match(/<\/script/g)!.length, 2);
  const tags = text.replaceAll(/"[^"]*"/g, '""').match(/<[a-z][^>]*>/gi)!;
  for (const tag of tags) assertNotMatch(tag, /\son\w+\s*=/i);
  // The code on paper, and icons.
  const pictures = new Set(text.match(/<(?:img|svg)\b.{12}/gi));
  assertEquals([...pictures], [`<img src="/trips`, `<svg class="icon`]);
});

Deno.test("a plan that still breaks a rule says so in the API, on its page and in its file", async () => {
  const { days } = sampleItinerary(tokyo);
  days[1]!.activities[2]!.title = days[1]!.activities[1]!.title = "Meet @octocat";
  await using env = await openApp({}, { model: speaking(() => ({ days })) });
  const id = jobIdOf(await submit(env.app, "/trips", form));
  await env.a.instance.idle();

  const message = "“Meet @octocat” is planned more than once on day 2.";
  const { body } = await send(env.app, `/api/itineraries/${id}`);
  assertEquals([body.status, body.itinerary], ["completed", assembleItinerary({ days }).days]);
  assertEquals(body.warnings, [
    { code: "repeated_activity", where: "days.1.activities.2", message },
  ]);
  const page = await open(env.app, `/trips/${id}`);
  assertMatch(
    page.text,
    />Please check this plan<\/h2><ul><li dir="auto">“Meet @octocat” is planned/,
  );
  const file = await open(env.app, `/trips/${id}/plan.md`);
  assertMatch(
    file.text,
    /\n\n\*\*Please check:\*\*\n\n- “Meet \\@\u2060octocat” is planned more than once on day 2\.\n\n## Day 1/,
  );
});

Deno.test("a completed plan can be downloaded as a file", async () => {
  await using env = await openApp({ delayMs: 1_000 });
  const itinerary = jobIdOf(await submit(env.app, "/trips", form));
  const { headers } = await post(env.app, "/api/generations", techno);
  const generation = headers.get("location")!.split("/").at(-1)!;
  const early = await open(env.app, `/trips/${itinerary}/plan.md`);
  assertStrictEquals(early.status, 303);
  assertStrictEquals(early.headers.get("location"), `/trips/${itinerary}`);
  await untilIdle(env.a, () => env.clock.advance(1_000));

  const markdown = await open(env.app, `/trips/${itinerary}/plan.md`);
  assertStrictEquals(markdown.headers.get("content-type"), "text/markdown; charset=utf-8");
  assertMatch(
    markdown.headers.get("content-disposition")!,
    /^attachment; filename="tokyo-japan\.md"/,
  );
  assertMatch(
    markdown.text,
    /^# Tokyo, Japan: 2 days\n\nSample plan: in some cities the places are real/,
  );
  assertMatch((await open(env.app, `/trips/${generation}/plan.md`)).text, /^# Weekend bundles\n/);

  const json = await open(env.app, `/trips/${itinerary}/plan.json`);
  assertEquals(
    JSON.parse(json.text),
    (await send(env.app, `/api/itineraries/${itinerary}`)).body,
  );

  const calendar = await open(env.app, `/trips/${itinerary}/plan.ics?start=2026-12-24`);
  assertStrictEquals(calendar.headers.get("content-type"), "text/calendar; charset=utf-8");
  assertMatch(calendar.text, /^BEGIN:VCALENDAR\r\n/);
  assertMatch(calendar.text, /DTSTART;TZID=Asia\/Tokyo:20261224T\d{6}\r\n/);
  assertMatch(calendar.text, /DTSTART;TZID=Asia\/Tokyo:20261225T\d{6}\r\n/);
  for (
    const query of ["", "?start=", "?start=2026-02-30", "?start=tomorrow", "?start=9999-12-31"]
  ) {
    const { status, text } = await open(env.app, `/trips/${itinerary}/plan.ics${query}`);
    assertStrictEquals(status, 400);
    assertMatch(text, /Choose the first day of your trip \(2026-12-24, for example\)/);
  }
});

Deno.test("bundles without a start have no calendar", async () => {
  const { bundles } = sampleBundles(techno);
  for (const { keyEvents } of bundles) {
    for (const event of keyEvents) {
      // Words alone do not count, as in plans of earlier versions.
      Object.assign(event, { date: "2026-11-28 21:00", startsAt: null });
    }
  }
  await using env = await openApp({}, { model: speaking(() => ({ bundles })) });
  const { headers } = await post(env.app, "/api/generations", techno);
  await env.a.instance.idle();
  const id = headers.get("location")!.split("/").at(-1)!;
  const { status, text } = await open(env.app, `/trips/${id}/plan.ics`);
  assertStrictEquals(status, 400);
  assertMatch(
    text,
    /<h1>We can't make this calendar<\/h1><p>No event in this plan has an exact date/,
  );
  assert(text.includes(`<a class="button main" href="/trips/${id}">Back to the trip</a>`));
});

Deno.test("a calendar says how many events it leaves out", async () => {
  const { bundles } = datedBundles(techno);
  for (const event of bundles[0]!.keyEvents.slice(1)) event.startsAt = null;
  await using env = await openApp({}, { model: speaking(() => ({ bundles })) });
  const { headers } = await post(env.app, "/api/generations", techno);
  await env.a.instance.idle();
  const id = headers.get("location")!.split("/").at(-1)!;
  const { text } = await open(env.app, `/trips/${id}/plan.ics`);
  assertMatch(
    text.replaceAll("\r\n ", ""),
    /^X-WR-CALDESC:Times are local[^\r]*\. Events left out because they have no exact date: 2\r$/m,
  );
});

Deno.test("without a key, pages show no trip and accept no wish where keys are needed", async () => {
  await using env = await openApp({ apiKeys: [KEY] }, { concurrency: 0 });
  const { text: home } = await open(env.app, "/");
  assertMatch(home, /<input type="password" id="itinerary-key" autocomplete="off"/);
  const authorization = `Bearer ${KEY}`;
  const { headers } = await post(env.app, "/api/itineraries", tokyo, { authorization });
  const id = headers.get("location")!.split("/").at(-1)!;
  for (const unknown of [id, crypto.randomUUID()]) {
    const { status, headers, text } = await open(env.app, `/trips/${unknown}`);
    assertStrictEquals(status, 401);
    assertStrictEquals(headers.get("www-authenticate"), "Bearer");
    assertMatch(text, /This trip needs an API key/);
    assertNotMatch(text, /Tokyo/);
  }
  const refused = await submit(env.app, "/trips", form);
  assertStrictEquals(refused.status, 401);
  assertMatch(refused.text, /Planning a trip requires a valid API key/);
  assertStrictEquals((await submit(env.app, `/trips/${id}/cancel`, {})).status, 401);
});

Deno.test("with public reads, a visitor without a key may see a trip but not cancel it", async () => {
  await using env = await openApp({ apiKeys: [KEY], publicReads: true }, { concurrency: 0 });
  const authorization = `Bearer ${KEY}`;
  const { headers } = await post(env.app, "/api/itineraries", tokyo, { authorization });
  const id = headers.get("location")!.split("/").at(-1)!;
  assertMatch((await open(env.app, `/trips/${id}`)).text, /<h1 dir="auto">Tokyo, Japan<\/h1>/);
  const { status, text } = await submit(env.app, `/trips/${id}/cancel`, {});
  assertStrictEquals(status, 403);
  assertMatch(text, /<h1>You can't stop planning this trip<\/h1><p>Only the person who planned/);
});

Deno.test("an internal error is a page without details", async () => {
  await using env = await openApp();
  const id = crypto.randomUUID();
  await env.kv.set(["job", id], { secret: "do not show" });
  const { status, text } = await open(env.app, `/trips/${id}`);
  assertStrictEquals(status, 500);
  assertMatch(text, /<h1>Something went wrong<\/h1>/);
  assertMatch(text, /<meta http-equiv="refresh" content="30"\/>/);
  assertNotMatch(text, /secret|do not show/);
});

Deno.test("a wish stays in the form after an internal error", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  await using env = await openApp({ kv }, { concurrency: 0 });
  const faults = {
    commit: () => Promise.reject(new TypeError("the disk is full")),
    get: () => Promise.reject(new TypeError("the disk is gone")),
  };
  for (const name of ["commit", "get"] as const) {
    Object.assign(hooks, { commit: undefined, get: undefined, [name]: faults[name] });
    const { status, text } = await submit(env.app, "/trips", { ...form, formId: "once" });
    assertStrictEquals(status, 500, name);
    assertMatch(text, /role="alert"><p class="title">Something went wrong on our side/);
    assertMatch(text, /value="Tokyo, Japan"/);
  }
  Object.assign(hooks, { commit: undefined, get: undefined });
  await submit(env.app, "/trips", { ...form, formId: "again" });
  // The wish is known, but its trip cannot be read.
  hooks.get = ([table]) => table === "job" ? faults.get() : undefined;
  const { status, text } = await submit(env.app, "/trips", { ...form, formId: "again" });
  assertStrictEquals(status, 500);
  assertMatch(text, /value="Tokyo, Japan"/);
});

Deno.test("the question before a trip is canceled is only asked about a trip that runs", async () => {
  await using env = await openApp();
  for (const id of [crypto.randomUUID(), "%2F%2Fevil.example%0D%0A"]) {
    assertStrictEquals((await open(env.app, `/trips/${id}/cancel`)).status, 404);
  }
});

Deno.test("a page tells no traveler about methods of HTTP", async () => {
  await using env = await openApp();
  const page = await open(env.app, "/", { method: "POST", headers: { accept: "text/html" } });
  assertStrictEquals(page.status, 405);
  assertStrictEquals(page.headers.get("allow"), "GET, HEAD, OPTIONS");
  assertMatch(page.text, /<h1>We can't answer this request<\/h1>/);
});

Deno.test("/trips redirects to the list of recent trips", async () => {
  await using env = await openApp();
  const { status, headers } = await open(env.app, "/trips");
  assertEquals([status, headers.get("location")], [302, "/#recent"]);
});

Deno.test("every public kind has a form and a page", () => {
  assertEquals(kinds.map(({ http }) => http.noun), ["itinerary", "generation"]);
  assertEquals(wishKinds, ["itinerary", "generation"]);
});

Deno.test("pages load only their own files, and send forms only to their service", async () => {
  await using env = await openApp();
  for (const path of ["/", "/trips/x"]) {
    const { headers, text } = await open(env.app, path);
    const policy = headers.get("content-security-policy")!;
    assertMatch(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; /);
    assertMatch(policy, /form-action 'self'/);
    assertMatch(policy, /frame-ancestors 'none'/);
    assertStrictEquals(headers.get("referrer-policy"), "same-origin");
    assertNotMatch(policy, /unsafe|https?:|\*/);
    assertNotMatch(text, /\sstyle=|<style|\son[a-z]+=/);
    // The example links to a map search, as plans do. Nothing is loaded from there.
    const own = text.replaceAll(/<a href="https:[^>]*rel="noopener noreferrer nofollow"/g, "");
    for (const [, url] of own.matchAll(/(?:src|href)="([^"]+)"/g)) {
      assertMatch(url!, /^\/(?!\/)|^[#?]/);
    }
  }
});

Deno.test("a URL with its version is cached for ever, any other one for minutes", async () => {
  await using env = await openApp();
  const { text } = await open(env.app, "/");
  const [script] = text.match(/\/home_en\.js\?v=\w+/)!;
  const [style] = text.match(/\/style\.css\?v=\w+/)!;
  for (const url of [script, style]) {
    const { status, headers } = await open(env.app, url!);
    assertStrictEquals(status, 200);
    assertStrictEquals(headers.get("cache-control"), "public, max-age=31536000, immutable");
  }
  for (const url of ["/client.js", "/icon.svg"]) {
    const { headers } = await open(env.app, url);
    assertStrictEquals(headers.get("cache-control"), "public, max-age=300");
    assertStrictEquals(headers.get("access-control-allow-origin"), "*");
    const known = { headers: { "if-none-match": headers.get("etag")! } };
    assertStrictEquals((await open(env.app, url, known)).status, 304);
  }
});

Deno.test("an unknown version of a file is not cached", async () => {
  await using env = await openApp();
  for (const version of ["of-yesterday", "", "constructor"]) {
    const { status, headers } = await open(env.app, `/home_en.js?v=${version}`);
    assertEquals([status, headers.get("cache-control")], [200, "no-store"]);
  }
});

/** A trip of two days whose wish has every fact, in a place that is known. */
const factual = {
  ...tokyo,
  startDate: "2026-12-05",
  travellers: { adults: 2, children: 1 },
  budget: { amount: 1_500, currency: "EUR", per: "person" },
  pace: "relaxed",
  interests: ["food", "<b>art</b>"],
  diet: ["vegetarian"],
  accessibility: ["wheelchair"],
  startPoint: "Park Hotel",
  language: "de",
  notes: "No hurry",
};

/** Opens the application with places that tell of Lisbon and of the weather on 5 December. */
function openWithPlaces() {
  const { days } = sampleItinerary(tokyo);
  const places = testPlaces({
    findDestination: () => Promise.resolve(lisbon),
    forecast: () => Promise.resolve([forecastDay("2026-12-05")]),
  });
  const itinerary = itineraryKind({ model: "m", places });
  const others = kinds.filter(({ name }) => name !== itinerary.name);
  return openApp({}, { kinds: [itinerary, ...others], model: speaking(() => ({ days })) });
}

Deno.test("the page of a trip shows the facts of its wish, its dates and its weather", async () => {
  using env = await openWithPlaces();
  const wish = { ...factual, destination: "Springfield" };
  const { body: { jobId } } = await post(env.app, "/api/itineraries", wish);
  await env.a.instance.idle();

  const { text } = await open(env.app, `/trips/${jobId}`);
  const details = text.match(/<ul class="facts request">(.*?)<\/ul>/)![1]!;
  assertEquals([...details.matchAll(/<li dir="auto">(.*?)<\/li>/g)].map(([, fact]) => fact), [
    "2 adults, 1 child",
    "relaxed pace",
    "food, &lt;b>art&lt;/b>",
    "vegetarian",
    "wheelchair",
    "start: Park Hotel",
    "language: de",
    "No hurry",
  ]);
  // The totals compare the costs with the budget.
  assertMatch(text, /<dt>Budget<\/dt><dd>.*?<span class="quiet">of €1,500 per person</);
  assertMatch(text, />2 days · Sat, Dec 5 – Sun, Dec 6</);
  assertMatch(text, />Sat, Dec 5 · rain showers, 12 to 17 °C, rain 60%</);
  assertMatch(text, />Sun, Dec 6</);
  // The first day and the time zone are known, so there is no form for them.
  assertMatch(text, new RegExp(`href="/trips/${jobId}/plan.ics"[^>]*>Add to calendar`));
  assertNotMatch(text, /name="start"/);
  // The form that repeats the trip asks for the same plan.
  const calendar = await open(env.app, `/trips/${jobId}/plan.ics`);
  assertMatch(calendar.text, /DTSTART;TZID=Europe\/Lisbon:20261205T/);
  const other = await open(env.app, `/trips/${jobId}/plan.ics?start=2027-01-01`);
  assertMatch(other.text, /DTSTART;TZID=Europe\/Lisbon:20270101T/);
});

Deno.test("the calendar form starts with the first day of the wish if the time zone is not known", async () => {
  await using env = await openApp();
  const wish = { ...factual, destination: "Springfield" };
  const { body: { jobId } } = await post(env.app, "/api/itineraries", wish);
  await env.a.instance.idle();

  const { text } = await open(env.app, `/trips/${jobId}`);
  assertMatch(text, /<input type="date"[^>]* value="2026-12-05"/);
});

Deno.test("a form repeats a trip with its facts, and says if its first day has passed", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const { body: { jobId } } = await post(env.app, "/api/itineraries", factual);
  await send(env.app, `/api/itineraries/${jobId}`, { method: "DELETE" });
  const { text } = await open(env.app, `/trips/${jobId}`);
  const again = text.match(/name="wish" value="([^"]*)"/)![1]!.replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<").replaceAll("&amp;", "&");
  assertEquals(JSON.parse(again), { kind: "itinerary", body: factual });

  const made = await submit(env.app, "/trips", { formId: FORM_ID, wish: again });
  assertStrictEquals(made.status, 303);
  const { body } = await send(env.app, `/api/itineraries/${jobIdOf(made)}`);
  assertEquals(body.notes, "No hurry");

  const late = JSON.stringify({ kind: "itinerary", body: { ...factual, startDate: "2026-11-20" } });
  const refused = await submit(env.app, "/trips", { formId: FORM_ID, wish: late });
  assertStrictEquals(refused.status, 400);
  assertMatch(refused.text, /Please check your entries/);
});

/** What others see of a trip: previews of its link, its files, and its QR code. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { Hono } from "hono";
import ICAL from "ical.js";
import jsQR from "jsqr";
import { RateLimiter } from "../../../lib/store/rate_limiter.ts";
import { CardRenderer } from "../../../routes/card/renderer.ts";
import type { AnswerVariables } from "../../../routes/http/answer.ts";
import { sendTripCard, tripCardPath } from "../../../routes/pages/cards.ts";
import { catalogues } from "../../../web/words/catalogues.ts";
import { openApp } from "../../../testing/app.ts";
import { type App, post, send } from "../../../testing/http.ts";

const lisbon = { destination: "Lisbon", durationDays: 3, startDate: "2027-05-01" };
const weekend = { preferences: { interests: ["fado"], city: "Lisbon" } };

/** Requests a page as a browser does. */
async function open(app: App, path: string, init: RequestInit = {}) {
  const { headers = {}, ...rest } = init;
  const request = new Request(`http://trips.example${path}`, { headers, ...rest });
  const response = await app.fetch(request);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Creates a trip and waits until its plan is ready. @returns its path in the web app */
async function makeTrip(env: Awaited<ReturnType<typeof openApp>>, path: string, body: object) {
  const made = await post(env.app, path, body);
  await env.a.instance.idle();
  return `/trips/${made.headers.get("location")!.split("/").at(-1)}`;
}

/** The metadata of a page by name. */
function metadataOf(text: string): Record<string, string> {
  const tags = text.matchAll(/<meta (?:property|name)="([^"]*)" content="([^"]*)"/g);
  return Object.fromEntries(
    [...tags].map(([, name, content]) => [name, content!.replaceAll("&amp;", "&")]),
  );
}

Deno.test("the page of a trip says to other sites what it is, in the language of its reader", async () => {
  await using env = await openApp();
  const trip = await makeTrip(env, "/api/itineraries", lisbon);
  const { text } = await open(env.app, trip);
  const metadata = metadataOf(text);
  assertStrictEquals(metadata.robots, "noindex");
  assertMatch(metadata.description!, /^3 days in Lisbon: [^.]+(?:\.|…)$/);
  assertStrictEquals(metadata["og:description"], metadata.description);
  assertStrictEquals(metadata["og:title"], "Lisbon");
  assertStrictEquals(metadata["og:url"], `http://trips.example${trip}`);
  assertStrictEquals(metadata["og:image:width"], "1200");
  assertStrictEquals(metadata["og:image:height"], "630");
  assertStrictEquals(metadata["twitter:card"], "summary_large_image");
  const image = new URL(metadata["og:image"]!);
  assertStrictEquals(image.origin + image.pathname, `http://trips.example${trip}/card.png`);

  const german = await open(env.app, trip, { headers: { "accept-language": "de" } });
  assertMatch(metadataOf(german.text)["og:description"]!, /^3 Tage in Lisbon: /);
  assertStrictEquals(metadataOf(german.text)["og:locale"], "de_DE");
  assertNotStrictEquals(metadataOf(german.text)["og:image"], metadata["og:image"]);

  const bundles = await open(env.app, await makeTrip(env, "/api/generations", weekend));
  assertMatch(metadataOf(bundles.text).description!, /^[345] weekend bundles in Lisbon: /);
  const home = metadataOf((await open(env.app, "/")).text);
  assertStrictEquals(home["og:url"], "http://trips.example/");
  assertMatch(home["og:image"]!, /^http:\/\/trips\.example\/card\.png\?language=en&v=/);
  assertStrictEquals(home.robots, undefined);
});

const proxied: [what: string, proxies: number, headers: Record<string, string>, origin: string][] =
  [
    ["no proxy", 0, { "x-forwarded-host": "evil.example" }, "http://trips.example"],
    [
      "a trusted proxy",
      1,
      { "x-forwarded-host": "go.example:8443", "x-forwarded-proto": "https" },
      "https://go.example:8443",
    ],
    ["a host that is none", 1, { "x-forwarded-host": `x"><script>` }, "http://trips.example"],
    ["a host with a path", 1, { "x-forwarded-host": "evil.example/x?" }, "http://trips.example"],
  ];

for (const [what, trustedProxies, headers, origin] of proxied) {
  Deno.test(`links to a trip begin with ${origin} behind ${what}`, async () => {
    await using env = await openApp({ trustedProxies }, { concurrency: 0 });
    const { headers: made } = await post(env.app, "/api/itineraries", lisbon);
    const trip = `/trips/${made.get("location")!.split("/").at(-1)}`;
    const metadata = metadataOf((await open(env.app, trip, { headers })).text);
    assertStrictEquals(metadata["og:url"], origin + trip);
    assertStrictEquals(new URL(metadata["og:image"]!).origin, origin);
    const code = await open(env.app, `${trip}/qr.svg`, { headers });
    assertStrictEquals(decodeQr(code.text), origin + trip);
  });
}

/** Reads a QR code from its SVG, whose path has a square for each dark module. */
function decodeQr(svg: string): string | undefined {
  const size = Number(svg.match(/viewBox="0 0 (\d+)/)![1]);
  const scale = 4;
  const pixels = new Uint8ClampedArray((size * scale) ** 2 * 4).fill(255);
  for (const [, x, y] of svg.matchAll(/M(\d+),(\d+)h/g)) {
    for (let row = 0; row < scale; row++) {
      const start = ((Number(y) * scale + row) * size * scale + Number(x) * scale) * 4;
      for (let at = start; at < start + scale * 4; at += 4) pixels.fill(0, at, at + 3);
    }
  }
  const read = (jsQR as unknown as { default?: typeof jsQR }).default ?? jsQR;
  return (read as unknown as (
    data: Uint8ClampedArray,
    width: number,
    height: number,
  ) => { data: string } | null)(pixels, size * scale, size * scale)?.data;
}

Deno.test("the picture of a trip is a PNG that caches keep until the plan changes", async () => {
  await using env = await openApp({ delayMs: 1_000 });
  const { headers: made } = await post(env.app, "/api/itineraries", {
    ...lisbon,
    destination: "東京",
  });
  const trip = `/trips/${made.get("location")!.split("/").at(-1)}`;
  const growing = new URL(metadataOf((await open(env.app, trip)).text)["og:image"]!);
  for (;;) {
    env.clock.advance(1_000);
    if ((await open(env.app, `${trip}/plan.json`)).status === 200) break;
  }
  const { pathname, search } = new URL(metadataOf((await open(env.app, trip)).text)["og:image"]!);
  assertNotStrictEquals(search, growing.search);
  const response = await env.app.fetch(new Request(`http://trips.example${pathname}${search}`));
  assertEquals([response.status, response.headers.get("content-type")], [200, "image/png"]);
  assertStrictEquals(response.headers.get("cache-control"), "private, max-age=86400");
  const png = await response.bytes();
  assertEquals([...png.subarray(0, 4)], [137, 80, 78, 71]);
  const etag = response.headers.get("etag")!;
  const known = await open(env.app, pathname + search, { headers: { "if-none-match": etag } });
  assertStrictEquals(known.status, 304);
  const other = await open(env.app, `${pathname}?v=old`, { headers: { "if-none-match": etag } });
  assertStrictEquals(other.headers.get("cache-control"), "private, no-cache");

  const home = await env.app.fetch(new Request("http://trips.example/card.png"));
  assertEquals([home.status, home.headers.get("cache-control")], [200, "public, no-cache"]);
  assert((await home.bytes()).length > 10_000);
});

Deno.test("the picture of a trip shows the land around its places, and its address does not change", async () => {
  await using env = await openApp();
  const drawn: string[] = [];
  const draw = (svg: string) => {
    drawn.push(svg);
    return Promise.resolve(new Uint8Array(1));
  };
  const renderer = new CardRenderer(() => Promise.resolve({ draw, close: () => {} }));
  const pictureOf = async (body: object) => {
    const trip = await makeTrip(env, "/api/itineraries", body);
    const job = JSON.parse((await open(env.app, `${trip}/plan.json`)).text);
    const routes = new Hono<{ Variables: AnswerVariables }>().get("/", (c) => {
      c.set("headers", {});
      return sendTripCard(c, job, renderer);
    });
    const version = new URL(tripCardPath("x", job, catalogues.en), "http://x").searchParams.get(
      "v",
    );
    const answer = await routes.request(`/?v=${version}`);
    assertStrictEquals(answer.headers.get("etag"), `"${version}"`);
    return drawn.at(-1)!;
  };
  const [land, places] = [/<svg x="740"[^>]*>.*<path d="M[^"]+" fill="#faf8f4"/, /<circle cx/];
  const atTheCoast = await pictureOf(lisbon);
  assertMatch(atTheCoast, land);
  assertMatch(atTheCoast, places);
  assertNotMatch(await pictureOf({ destination: "Xyz", durationDays: 1 }), land);
});

Deno.test("pictures and codes of trips are for readers of the trip only", async () => {
  const key = "key-0123456789abcdef";
  await using env = await openApp({ apiKeys: [key] }, { concurrency: 0 });
  const authorization = `Bearer ${key}`;
  const made = await post(env.app, "/api/itineraries", lisbon, { authorization });
  for (const file of ["card.png", "qr.svg"]) {
    const path = `/trips/${made.body.jobId}/${file}`;
    assertStrictEquals((await open(env.app, path)).status, 401);
    assertStrictEquals((await open(env.app, path, { headers: { authorization } })).status, 200);
  }
  await using other = await openApp();
  for (const file of ["card.png", "qr.svg", "plan.gpx"]) {
    const path = `/trips/${crypto.randomUUID()}/${file}`;
    assertStrictEquals((await open(other.app, path)).status, 404);
  }
});

Deno.test("robots.txt keeps trips out of search engines, but not out of previews", async () => {
  await using env = await openApp();
  const { status, text, headers } = await open(env.app, "/robots.txt");
  assertStrictEquals(status, 200);
  assertMatch(headers.get("content-type")!, /^text\/plain/);
  const [all, previewers] = text.split("\n\n");
  assertMatch(all!, /^User-agent: \*\nAllow: \/\nDisallow: \/trips\/$/m);
  assertMatch(previewers!, /User-agent: Twitterbot$/m);
  assertNotMatch(previewers!, /trips/);
});

/** Parses a calendar with another library, and returns its events. */
function eventsOf(text: string): InstanceType<typeof ICAL.Event>[] {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return calendar.getAllSubcomponents("vevent").map((event) => new ICAL.Event(event));
}

Deno.test("a calendar with another first day updates the events of the first one", async () => {
  await using env = await openApp();
  const trip = await makeTrip(env, "/api/itineraries", lisbon);
  const first = eventsOf((await open(env.app, `${trip}/plan.ics`)).text);
  env.clock.advance(3_600_000);
  const later = eventsOf((await open(env.app, `${trip}/plan.ics?start=2027-06-01`)).text);
  assertEquals(later.map(({ uid }) => uid), first.map(({ uid }) => uid));
  for (const [index, event] of later.entries()) {
    assertStrictEquals(event.sequence - first[index]!.sequence, 3_600);
    const [before, after] = [first[index]!, event].map(({ component }) =>
      (component.getFirstPropertyValue("dtstamp") as InstanceType<typeof ICAL.Time>).toUnixTime()
    );
    assertStrictEquals(after! - before!, 3_600);
    assertStrictEquals(event.startDate.month, 6);
    assertMatch(event.location, /Lisbo/);
  }
});

Deno.test("each bundle has a calendar of its own, with its city", async () => {
  await using env = await openApp();
  const trip = await makeTrip(env, "/api/generations", weekend);
  const all = eventsOf((await open(env.app, `${trip}/plan.ics`)).text);
  const { bundles } = JSON.parse((await open(env.app, `${trip}/plan.json`)).text);
  const single = [];
  for (const [index, { title, keyEvents }] of bundles.entries()) {
    const { text, headers } = await open(env.app, `${trip}/plan.ics?bundle=${index + 1}`);
    const events = eventsOf(text);
    assertStrictEquals(events.length, keyEvents.length);
    for (const [at, { summary, location }] of events.entries()) {
      assert(summary.startsWith(keyEvents[at].name), summary);
      assertMatch(summary, /Lisbo/);
      assertMatch(location, /Lisbo/);
    }
    const name = new ICAL.Component(ICAL.parse(text)).getFirstPropertyValue("x-wr-calname");
    assertMatch(String(name), new RegExp(`^${title}.*Lisbon|^${title}$`));
    assertNotMatch(headers.get("content-disposition")!, /weekend-bundles/);
    single.push(...events);
  }
  assertEquals(single.map(({ uid }) => uid), all.map(({ uid }) => uid));
  for (const bundle of ["0", "9", "x", "1e0"]) {
    const { status, text } = await open(env.app, `${trip}/plan.ics?bundle=${bundle}`);
    assertStrictEquals(status, 400);
    assertMatch(text, /no bundle with this number/);
  }
});

Deno.test("places with positions can be saved for map apps", async () => {
  await using env = await openApp();
  const trip = await makeTrip(env, "/api/itineraries", lisbon);
  const { status, headers, text } = await open(env.app, `${trip}/plan.gpx`);
  assertEquals([status, headers.get("content-type")], [200, "application/gpx+xml; charset=utf-8"]);
  assertMatch(headers.get("content-disposition")!, /filename="lisbon\.gpx"/);
  assertStrictEquals(text.match(/<rte>/g)!.length, 3);
  const bundles = await makeTrip(env, "/api/generations", weekend);
  assertMatch((await open(env.app, `${bundles}/plan.gpx`)).text, /<rte>/);
  const unknown = await makeTrip(env, "/api/itineraries", { destination: "Xyz", durationDays: 1 });
  const refused = await open(env.app, `${unknown}/plan.gpx`);
  assertStrictEquals(refused.status, 400);
  assertMatch(refused.text, /No place in this plan has a position/);
  assertNotMatch((await open(env.app, unknown)).text, /plan\.gpx/);
});

/** Sends a plan as the page does. */
function sendPlan(app: App, format: string, fields: Record<string, string>, headers = {}) {
  return open(app, `/files/${format}`, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin", ...headers },
    body: new URLSearchParams(fields),
  });
}

Deno.test("a plan that the browser sends becomes the same files, and nothing is stored", async () => {
  await using env = await openApp();
  const trip = await makeTrip(env, "/api/itineraries", lisbon);
  const job = (await open(env.app, `${trip}/plan.json`)).text;
  const before = await Array.fromAsync(env.kv.list({ prefix: [] }), ({ key }) => key);
  for (const format of ["md", "json", "ics", "gpx"]) {
    const sent = await sendPlan(env.app, format, { job });
    const stored = await open(env.app, `${trip}/plan.${format}`);
    assertEquals([sent.status, sent.text], [200, stored.text], format);
    const header = "content-disposition";
    assertStrictEquals(sent.headers.get(header), stored.headers.get(header));
    assertStrictEquals(sent.headers.get("cache-control"), "no-store");
  }
  const moved = await sendPlan(env.app, "ics", { job, start: "2027-06-01", timeZone: "" });
  assertMatch(moved.text, /DTSTART:20270601T/);
  const bundles = (await open(
    env.app,
    `${await makeTrip(env, "/api/generations", weekend)}/plan.json`,
  )).text;
  assertStrictEquals((await sendPlan(env.app, "md", { job: bundles })).status, 200);
  const one = await sendPlan(env.app, "ics", { job: bundles, bundle: "2" });
  assertMatch(one.text, /-2-1\r\n/);
  assertNotMatch(one.text, /-1-1\r\n/);
  const after = await Array.fromAsync(env.kv.list({ prefix: [] }), ({ key }) => key);
  const { length } = before;
  assert(after.length >= length);
  assertEquals(after.filter((key) => JSON.stringify(key).includes("files")), []);
});

Deno.test("a plan may lack what its reader has removed", async () => {
  await using env = await openApp();
  const trip = await makeTrip(env, "/api/itineraries", lisbon);
  const job = JSON.parse((await open(env.app, `${trip}/plan.json`)).text);
  const [first, second] = job.itinerary;
  const title = first.activities[1].title;
  const edited = {
    ...job,
    itinerary: [{ ...first, activities: [first.activities[1]] }, { ...second, activities: [] }],
    // A copy of an earlier version.
    lineage: undefined,
    usage: "unknown",
  };
  const { status, text } = await sendPlan(env.app, "md", { job: JSON.stringify(edited) });
  assertStrictEquals(status, 200);
  assertStrictEquals(text.match(/^- \*\*/gm)!.length, 1);
  assertMatch(text, new RegExp(title.slice(0, 10)));
});

Deno.test("what is no finished plan is refused, and its content is not repeated", async () => {
  await using env = await openApp();
  const trip = await makeTrip(env, "/api/itineraries", lisbon);
  const job = JSON.parse((await open(env.app, `${trip}/plan.json`)).text);
  const activity = job.itinerary[0].activities[0];
  const day = (changes: object) => ({ ...job.itinerary[0], ...changes });
  const cases: [what: string, value: unknown][] = [
    ["nothing", undefined],
    ["no JSON", "{"],
    ["a list", []],
    ["a string", "secret"],
    ["an unknown kind", { callbackId: job.jobId, status: "completed" }],
    ["no id", { ...job, jobId: "../../etc/passwd" }],
    ["a running job", { ...job, status: "processing", itinerary: null }],
    ["no plan", { ...job, itinerary: null }],
    ["too many days", { ...job, itinerary: Array(31).fill(day({})) }],
    ["too many activities", { ...job, itinerary: [day({ activities: Array(7).fill(activity) })] }],
    ["a time that is none", {
      ...job,
      itinerary: [day({ activities: [{ ...activity, time: "25:00" }] })],
    }],
    ["a position that is none", {
      ...job,
      itinerary: [
        day({ activities: [{ ...activity, coordinates: { latitude: 91, longitude: 0 } }] }),
      ],
    }],
    ["a wrong time zone", { ...job, createdAt: "secret" }],
    ["depth", JSON.parse(`{"jobId":${"[".repeat(90)}${"]".repeat(90)}}`)],
  ];
  for (const [what, value] of cases) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const fields: Record<string, string> = text === undefined ? {} : { job: text };
    const answer = await sendPlan(env.app, "md", fields);
    assertStrictEquals(answer.status, 400, what);
    assertMatch(answer.text, /couldn't read this trip/, what);
    assertNotMatch(answer.text, /secret|passwd/, what);
  }
  const large = await sendPlan(env.app, "md", { job: "x".repeat(3_100_000) });
  assertStrictEquals(large.status, 413);
  const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  const refused = await sendPlan(env.app, "md", { job: JSON.stringify(job) }, foreign);
  assertStrictEquals(refused.status, 403);
  assertStrictEquals((await sendPlan(env.app, "exe", { job: "{}" })).status, 404);
  assertStrictEquals((await open(env.app, "/files/md")).status, 303);
});

Deno.test("text in a plan that the browser sends stays text in its files", async () => {
  await using env = await openApp();
  const trip = await makeTrip(env, "/api/itineraries", lisbon);
  const job = JSON.parse((await open(env.app, `${trip}/plan.json`)).text);
  const hostile = "x\r\nATTACH:http://evil.example\r\nEND:VCALENDAR <wpt> # heading";
  Object.assign(job.itinerary[0].activities[0], { title: hostile, place: hostile });
  job.destination = `x"\r\nset-cookie: a=b`.slice(0, 100);
  const body = { job: JSON.stringify(job) };
  const ics = await sendPlan(env.app, "ics", body);
  assertNotMatch(ics.text, /^ATTACH/m);
  assertStrictEquals(ics.headers.get("set-cookie"), null);
  assertNotMatch((await sendPlan(env.app, "gpx", body)).text, /<wpt> # heading/);
  assertNotMatch((await sendPlan(env.app, "md", body)).text, /^# heading/m);
});

Deno.test("files of plans that browsers send count as requests", async () => {
  const kv = await Deno.openKv(":memory:");
  await using clockOwner = await openApp({ kv });
  const { clock } = clockOwner;
  const requests = new RateLimiter(kv, { clock, name: "requests", limit: 1 });
  const env = await openApp({ kv, clock, rateLimiters: { requests } });
  assertStrictEquals((await sendPlan(env.app, "md", { job: "{}" })).status, 400);
  await requests.settled();
  assertStrictEquals((await sendPlan(env.app, "md", { job: "{}" })).status, 429);
});

Deno.test("a trip without a plan has no actions", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const { body: { jobId } } = await post(env.app, "/api/itineraries", lisbon);
  assertMatch((await open(env.app, `/trips/${jobId}`)).text, /class="actions"/);
  await send(env.app, `/api/itineraries/${jobId}`, { method: "DELETE" });
  const { text } = await open(env.app, `/trips/${jobId}`);
  assertNotMatch(text, /class="actions"(?! role="group")|Add to calendar|>Print</);
  assertNotMatch(text, /aria-label="What you can do with this trip"/);
});

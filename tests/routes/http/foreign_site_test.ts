import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { RateLimiter } from "../../../lib/store/rate_limiter.ts";
import { openApp, tokyo } from "../../../testing/app.ts";
import { assertProblem, post, send } from "../../../testing/http.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { countDue } from "../../../testing/stores.ts";

const listed = "https://partner.example";
const foreign = "https://evil.example";
const corsOrigins = [listed];

type Headers = Record<string, string>;

/** What clients send besides the body, and whether the API accepts it. */
const cases: [what: string, headers: Headers, isAccepted: boolean][] = [
  ["a program without any headers", {}, true],
  ["curl", { "user-agent": "curl/8.5.0", "accept": "*/*" }, true],
  [
    "a page of this service",
    { "sec-fetch-site": "same-origin", "origin": "http://localhost" },
    true,
  ],
  [
    "a page of this service behind a proxy that changes the host",
    { "sec-fetch-site": "same-origin", "origin": "https://trips.example" },
    true,
  ],
  ["a page of this service in an old browser", { origin: "http://localhost" }, true],
  ["a page of this service, the proxy adds TLS", { origin: "https://localhost" }, true],
  ["a listed page", { "sec-fetch-site": "cross-site", "origin": listed }, true],
  ["a listed page of the same site", { "sec-fetch-site": "same-site", "origin": listed }, true],
  ["a listed page in an old browser", { origin: listed }, true],
  ["the address bar", { "sec-fetch-site": "none" }, true],
  ["a browser extension", { "sec-fetch-site": "none", "origin": "chrome-extension://abc" }, true],
  ["an extension in an old browser", { origin: "chrome-extension://abc" }, false],
  ["an unknown Sec-Fetch-Site", { "sec-fetch-site": "sideways" }, true],
  ["a foreign page", { "sec-fetch-site": "cross-site", "origin": foreign }, false],
  ["a foreign page in an old browser", { origin: foreign }, false],
  ["a foreign page without an origin", { "sec-fetch-site": "cross-site" }, false],
  ["another host of the same site", { "sec-fetch-site": "same-site", "origin": foreign }, false],
  ["another host of the same site without an origin", { "sec-fetch-site": "same-site" }, false],
  ["a sandboxed page", { "sec-fetch-site": "cross-site", "origin": "null" }, false],
  ["a sandboxed page in an old browser", { origin: "null" }, false],
  ["a page of the own host without TLS", {
    "sec-fetch-site": "cross-site",
    "origin": "http://localhost",
  }, false],
  ["another port of the own host", { origin: "http://localhost:8443" }, false],
  ["a host that begins like a listed one", { origin: `${listed}.evil.example` }, false],
  ["a listed host with another protocol", { origin: listed.replace("https", "http") }, false],
  ["an origin that is none", { origin: "localhost" }, false],
  ["an empty origin", { origin: "" }, false],
];

for (const [what, headers, isAccepted] of cases) {
  Deno.test(`${what} ${isAccepted ? "may" : "may not"} create and cancel jobs`, async () => {
    await using env = await openApp({ corsOrigins }, { concurrency: 0 });
    const { headers: { location } } = await created(env.app);
    const made = await post(env.app, "/api/itineraries", tokyo, {
      "content-type": "text/plain",
      ...headers,
    });
    const token = await send(env.app, `${location}/read-tokens`, { method: "POST", headers });
    const canceled = await send(env.app, location, { method: "DELETE", headers });
    if (isAccepted) {
      assertEquals([made.status, token.status, canceled.status], [202, 409, 202]);
    } else {
      for (const answer of [made, token, canceled]) assertProblem(answer, 403, "foreign_site");
      assertStrictEquals(await countDue(env.kv), 1);
    }
    // Reads have no effect, and CORS decides which pages see the answer.
    assertStrictEquals((await send(env.app, location, { headers })).status, 200);
  });
}

async function created(app: Parameters<typeof post>[0]) {
  const { status, headers } = await post(app, "/api/itineraries", tokyo);
  assertStrictEquals(status, 202);
  return { headers: { location: headers.get("location")! } };
}

/** Requests that a page can make a browser send without asking the service before. */
const simple: [type: string | null, body: string][] = [
  ["text/plain", JSON.stringify(tokyo)],
  ["text/plain;charset=UTF-8", JSON.stringify(tokyo)],
  ["application/x-www-form-urlencoded", "destination=Tokyo&durationDays=2"],
  ["multipart/form-data; boundary=x", "--x--"],
  [null, JSON.stringify(tokyo)],
];

for (const [type, body] of simple) {
  Deno.test(`a foreign page may not send a body of type ${type}`, async () => {
    await using env = await openApp({ corsOrigins }, { concurrency: 0 });
    const headers: Headers = { "sec-fetch-site": "cross-site", "origin": foreign };
    if (type !== null) headers["content-type"] = type;
    for (const path of ["/api/itineraries", "/api/generations", "/api/itineraries/"]) {
      const bytes = new TextEncoder().encode(body);
      const answer = await send(env.app, path, { method: "POST", headers, body: bytes });
      assertProblem(answer, 403, "foreign_site");
    }
    for await (const _ of env.kv.list({ prefix: ["job"] })) assert(false, "a job was made");
  });
}

Deno.test("with CORS_ORIGINS=* every page may create and cancel jobs", async () => {
  await using env = await openApp({ corsOrigins: ["*"] }, { concurrency: 0 });
  for (const origin of [foreign, "null"]) {
    const headers = { "sec-fetch-site": "cross-site", origin };
    const made = await post(env.app, "/api/itineraries", tokyo, headers);
    assertStrictEquals(made.status, 202);
    const location = made.headers.get("location")!;
    assertStrictEquals((await send(env.app, location, { method: "DELETE", headers })).status, 202);
  }
});

const cross = { "sec-fetch-site": "cross-site" };

/** What browsers send when a page loads a job or a trip, and whether they get it. */
const reads: [what: string, headers: Headers, isAnswered: boolean][] = [
  ["a link on a foreign page", {
    ...cross,
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  }, true],
  ["a foreign page in an old browser", { origin: foreign }, true],
  ["a foreign page in a browser that does not say why", cross, true],
  ["a program", {}, true],
  ["a page of this service", { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }, true],
  ["the address bar", { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }, true],
  ["a listed page", { ...cross, "sec-fetch-mode": "cors", "origin": listed }, true],
  ["an image on a foreign page", {
    ...cross,
    "sec-fetch-mode": "no-cors",
    "sec-fetch-dest": "image",
  }, false],
  ["a script of a foreign page", { ...cross, "sec-fetch-mode": "cors", "origin": foreign }, false],
  ["a frame on a foreign page", {
    ...cross,
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "iframe",
  }, false],
  ["a sandboxed page", { ...cross, "sec-fetch-mode": "cors", "origin": "null" }, false],
  ["an image on another host of the same site", {
    "sec-fetch-site": "same-site",
    "sec-fetch-mode": "no-cors",
  }, false],
];

for (const [what, headers, isAnswered] of reads) {
  Deno.test(`${what} ${isAnswered ? "may" : "may not"} load jobs and trips`, async () => {
    const kv = await Deno.openKv(":memory:");
    const clock = new FakeClock();
    const requests = new RateLimiter(kv, { clock, name: "requests", limit: 100 });
    await using env = await openApp({ kv, clock, corsOrigins, rateLimiters: { requests } });
    const { headers: { location } } = await created(env.app);
    await env.a.instance.idle();
    const trip = location.replace("/api/itineraries", "/trips");
    const paths = [location, `${location}/timeline`, `${location}/events`, `${trip}/plan.json`];
    for (const path of [...paths, trip]) {
      for (const method of ["GET", "HEAD"]) {
        const { status, limit, text } = await load(env.app, path, { method, headers });
        assertStrictEquals(status, isAnswered ? 200 : 403, `${method} ${path}`);
        assertStrictEquals(limit !== null, isAnswered, "only answered requests count");
        if (!isAnswered && method === "GET") assertMatch(text, /"code":"foreign_site"/);
      }
    }
    // These are for all pages.
    for (const path of ["/client.js", "/style.css", "/livez", "/openapi.json", "/"]) {
      assertStrictEquals((await load(env.app, path, { headers })).status, 200, path);
    }
  });
}

Deno.test("with CORS_ORIGINS=* every page may load jobs", async () => {
  await using env = await openApp({ corsOrigins: ["*"] }, { concurrency: 0 });
  const { headers: { location } } = await created(env.app);
  const headers = { ...cross, "sec-fetch-mode": "no-cors" };
  assertStrictEquals((await load(env.app, location, { headers })).status, 200);
});

async function load(app: Parameters<typeof post>[0], path: string, init: RequestInit) {
  const response = await app.fetch(new Request(`http://localhost${path}`, init));
  const { status, headers } = response;
  return { status, limit: headers.get("ratelimit"), text: await response.text() };
}

/** What proxies make of the host `trips.example`, for a browser that sends only `Origin`. */
const proxied: [what: string, proxies: number, forwarded: string | null, isAccepted: boolean][] = [
  ["no proxy is trusted", 0, "trips.example", false],
  ["the proxy sends no host", 1, null, false],
  ["the proxy sends the host", 1, "trips.example", true],
  ["the proxy sends the host and the port of TLS", 1, "trips.example:443", true],
  ["the proxy sends the host in other letters", 1, "Trips.Example", true],
  ["the proxy sends another port", 1, "trips.example:8443", false],
  ["the proxy appends to what the client sent", 1, "evil.example, trips.example", true],
  ["the client sends the host of its page", 1, "trips.example, inner.example", false],
  ["two proxies append", 2, "trips.example, inner.example", true],
  ["one of two proxies sends the host", 2, "trips.example", true],
  ["the proxy sends no valid host", 1, "a:99999999", false],
];

for (const [what, trustedProxies, forwarded, isAccepted] of proxied) {
  Deno.test(`behind a proxy, a page of this service ${isAccepted ? "is" : "is not"} recognized: ${what}`, async () => {
    await using env = await openApp({ corsOrigins, trustedProxies }, { concurrency: 0 });
    const headers: Headers = { origin: "https://trips.example" };
    if (forwarded !== null) headers["x-forwarded-host"] = forwarded;
    const { status } = await post(env.app, "/api/itineraries", tokyo, headers);
    assertStrictEquals(status, isAccepted ? 202 : 403);
  });
}

Deno.test("a refused page counts nothing against its visitor, and gets the headers of CORS", async () => {
  await using env = await openApp({ corsOrigins });
  const headers = { "sec-fetch-site": "cross-site", "origin": foreign };
  const answer = await post(env.app, "/api/itineraries", tokyo, headers);
  assertStrictEquals(answer.headers.get("access-control-allow-origin"), null);
  assertStrictEquals(answer.headers.get("ratelimit"), null);
  assertStrictEquals(answer.headers.get("vary"), "Origin");
});

/**
 * All headers of each sort of answer.
 */
import { assertEquals } from "@std/assert";
import { RateLimiter } from "../../lib/store/rate_limiter.ts";
import { handlerOf } from "../../routes/app.ts";
import { openApp, techno, tokyo } from "../../testing/app.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { post } from "../../testing/http.ts";
import { ADMIN_TOKEN, asOperator, ownForm, signIn } from "../../testing/operators.ts";
import { queuedJob } from "../../testing/jobs.ts";
import { untilIdle } from "../../testing/runtimes.ts";
import { claim } from "../../testing/stores.ts";

/** Headers by name. `null` in the table: the answer does not have this header. */
type Expected = Record<string, string | null>;

/** A request, and its answer. Names in braces stand for values that the test inserts. */
type Row = [what: string, request: string, init: RequestInit, status: number, headers: Expected];

const KEY = "our-own-key-0123456789";
const SHOP = { origin: "https://shop.example" };
const EVIL = { origin: "https://evil.example" };
const ME = { "client-token": "client-0123456789" };
const COOKIE = { cookie: "tripwright_client=client-0123456789" };
const SESSION = { cookie: "{session}" };
const HTML = { accept: "text/html" };
const PREFLIGHT = { "access-control-request-method": "POST" };
const BEARER = { authorization: `Bearer ${KEY}` };

const remoteAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
const asJson = { "content-type": "application/json" };
const body = JSON.stringify(tokyo);
const wish = { destination: "Tokyo", durationDays: "2", formId: crypto.randomUUID() };

/** What every answer has. */
const common: Expected = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "same-origin",
  "strict-transport-security": "max-age=15552000",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "x-request-id": "(id)",
};

/** What every answer has but those below `/admin`. */
const open: Expected = {
  ...common,
  "access-control-expose-headers": "Allow,Content-Location,ETag,Idempotency-Replayed,Link," +
    "Location,Preference-Applied,RateLimit,RateLimit-Policy,Retry-After,X-Request-Id",
  "cross-origin-resource-policy": "cross-origin",
  "vary": "Origin",
};

const closed: Expected = {
  ...common,
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "x-robots-tag": "noindex, nofollow",
};

const noStore = { "cache-control": "no-store" };
const revalidated = { "cache-control": "private, no-cache" };
const etag = { etag: '"(tag)"' };
const problem = { ...noStore, "content-type": "application/problem+json" };
const page = {
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; " +
    "img-src 'self' data:; connect-src 'self'; manifest-src 'self'; " +
    "worker-src 'self'; base-uri 'none'; form-action 'self'; " +
    "frame-ancestors 'none'",
  "content-type": "text/html; charset=UTF-8",
};
/** A page in the language of the reader. */
const spoken = {
  ...page,
  "content-language": "en",
  "vary": "Origin, accept-language, cookie",
};
const counted = {
  "ratelimit": '"requests";r=(n);t=60',
  "ratelimit-policy": '"requests";q=99;w=60',
};
const countedJob = {
  "ratelimit": '"requests";r=(n);t=60, "jobs";r=(n);t=60',
  "ratelimit-policy": '"requests";q=99;w=60, "jobs";q=50;w=60',
};
const stream = {
  "cache-control": "private, no-cache, no-transform",
  "content-type": "text/event-stream",
  "x-accel-buffering": "no",
};
const preflight = {
  "access-control-allow-headers": "(names)",
  "access-control-allow-methods": "GET,HEAD,POST,DELETE",
  "access-control-max-age": "86400",
  "vary": "Origin, Access-Control-Request-Headers",
};
const newCookie = {
  "set-cookie": "tripwright_client=(id); Max-Age=34560000; Path=/; SameSite=Lax",
};
const file = (name: string) => ({
  "content-disposition": `attachment; filename="${name}"; filename*=UTF-8''${name}`,
});

const jobCalls: Row[] = [
  [
    "a new job",
    "POST /api/itineraries",
    { headers: { ...asJson, "idempotency-key": "k" }, body },
    202,
    {
      ...noStore,
      ...asJson,
      ...countedJob,
      "location": "/api/itineraries/(id)",
      "retry-after": "2",
    },
  ],
  [
    "the same job",
    "POST /api/itineraries",
    { headers: { ...asJson, "idempotency-key": "k" }, body },
    202,
    {
      ...noStore,
      ...asJson,
      ...counted,
      "idempotency-replayed": "true",
      "location": "/api/itineraries/(id)",
      "retry-after": "2",
    },
  ],
  [
    "a new generation",
    "POST /api/generations",
    { headers: asJson, body: JSON.stringify(techno) },
    200,
    {
      ...noStore,
      ...asJson,
      ...countedJob,
      "location": "/api/generations/(id)",
      "retry-after": "2",
    },
  ],
  ["a change", "POST {ended}/refinements", { headers: asJson, body: '{"day":1}' }, 202, {
    ...noStore,
    ...asJson,
    ...countedJob,
    "location": "/api/itineraries/(id)",
    "retry-after": "2",
  }],
  ["an ended job", "GET {ended}", { headers: { "x-request-id": "mine" } }, 200, {
    ...revalidated,
    ...etag,
    ...asJson,
    ...counted,
    "x-request-id": "mine",
  }],
  ["a running job", "GET {running}", {}, 200, {
    ...revalidated,
    ...etag,
    ...asJson,
    ...counted,
    "retry-after": "2",
  }],
  ["a job for an allowed site", "GET {ended}", { headers: SHOP }, 200, {
    ...revalidated,
    ...etag,
    ...asJson,
    ...counted,
    "access-control-allow-origin": SHOP.origin,
  }],
  ["a job for another site", "GET {ended}", { headers: EVIL }, 200, {
    ...revalidated,
    ...etag,
    ...asJson,
    ...counted,
  }],
  ["a known job", "GET {ended}", { headers: { "if-none-match": "*" } }, 304, {
    ...revalidated,
    ...etag,
    ...counted,
  }],
  ["a wait for an ended job", "GET {ended}", { headers: { prefer: "wait=5" } }, 200, {
    ...revalidated,
    ...etag,
    ...asJson,
    ...counted,
    "preference-applied": "wait=5",
  }],
  ["HEAD of a job", "HEAD {ended}", {}, 200, {
    ...revalidated,
    ...etag,
    ...asJson,
    ...counted,
  }],
  ["a list", "GET /api/itineraries?limit=1", { headers: ME }, 200, {
    ...revalidated,
    ...asJson,
    ...counted,
    "link": '</api/itineraries?limit=1&cursor=(cursor)>; rel="next"',
  }],
  ["a timeline", "GET {ended}/timeline", {}, 200, { ...revalidated, ...asJson, ...counted }],
  ["events", "GET {running}/events", {}, 200, { ...stream, ...counted }],
  ["events of an ended job", "GET {ended}/events", {}, 200, { ...stream, ...counted }],
  ["HEAD of events", "HEAD {ended}/events", {}, 200, { ...stream, ...counted }],
  ["no more events", "GET {ended}/events", { headers: { "last-event-id": "end" } }, 204, {
    ...counted,
  }],
  ["a canceled job", "DELETE {running}", { headers: ME }, 202, { ...asJson, ...counted }],
  ["a webhook", "POST /api/webhooks/openai", { body: "{}" }, 204, {}],
];

const refusals: Row[] = [
  ["an ended job that cannot be canceled", "DELETE {ended}", { headers: ME }, 409, {
    ...problem,
    ...counted,
  }],
  ["a job of another client", "DELETE {ended}", {}, 403, { ...problem, ...counted }],
  ["no job", "GET /api/itineraries/x", {}, 404, { ...problem, ...counted }],
  ["a job that cannot be read", "GET {broken}", {}, 500, { ...problem, ...counted }],
  ["no route", "GET /nothing", {}, 404, problem],
  ["no route, for a browser", "GET /nothing", { headers: HTML }, 404, { ...noStore, ...spoken }],
  ["a wrong method", "PUT {ended}", {}, 405, {
    ...problem,
    ...counted,
    "allow": "GET, HEAD, DELETE, OPTIONS",
  }],
  ["a wrong method, for a browser", "PUT /livez", { headers: HTML }, 405, {
    ...noStore,
    ...spoken,
    "allow": "GET, HEAD, OPTIONS",
  }],
  ["a wrong method of a browser without a cookie", "PUT /", {}, 405, {
    ...problem,
    ...newCookie,
    "allow": "GET, HEAD, OPTIONS",
  }],
  [
    "a form of another site",
    "POST /api/itineraries",
    { headers: { ...asJson, ...EVIL }, body },
    403,
    problem,
  ],
  ["malformed JSON", "POST /api/itineraries", { headers: asJson, body: "{" }, 400, {
    ...problem,
    ...counted,
  }],
  ["a large body", "POST /api/itineraries", { headers: asJson, body: "x".repeat(70_000) }, 413, {
    ...problem,
    ...counted,
    "connection": "close",
  }],
  [
    "another media type",
    "POST /api/itineraries",
    { headers: { "content-type": "text/csv" }, body },
    415,
    {
      ...problem,
      ...counted,
      "accept": "application/json",
    },
  ],
  [
    "a compressed body",
    "POST /api/itineraries",
    { headers: { "content-encoding": "gzip" }, body },
    415,
    {
      ...problem,
      ...counted,
      "accept-encoding": "identity",
    },
  ],
  [
    "a short client token",
    "GET /api/itineraries",
    { headers: { "client-token": "x" } },
    400,
    problem,
  ],
  ["metrics without a token", "GET /metrics", {}, 404, problem],
  ["an unknown problem", "GET /problems/x", {}, 404, problem],
];

const methods: Row[] = [
  ["the methods of a path", "OPTIONS {ended}", {}, 204, {
    ...noStore,
    "allow": "GET, HEAD, DELETE, OPTIONS",
  }],
  ["the methods of the server", "OPTIONS /*", {}, 204, {
    "allow": "GET, HEAD, POST, DELETE, OPTIONS",
  }],
  ["the methods of an unknown path", "OPTIONS /nothing", {}, 404, problem],
  [
    "a preflight of an allowed site",
    "OPTIONS {ended}",
    { headers: { ...SHOP, ...PREFLIGHT } },
    204,
    {
      ...preflight,
      "access-control-allow-origin": SHOP.origin,
    },
  ],
  [
    "a preflight of another site",
    "OPTIONS {ended}",
    { headers: { ...EVIL, ...PREFLIGHT } },
    204,
    preflight,
  ],
];

const filesAndPages: Row[] = [
  ["liveness", "GET /livez", {}, 200, asJson],
  ["readiness", "GET /readyz", {}, 200, asJson],
  ["readiness for operators", "GET /readyz", { headers: asOperator }, 200, {
    ...noStore,
    ...asJson,
  }],
  ["metrics", "GET /metrics", { headers: asOperator }, 200, {
    ...noStore,
    "content-type": "text/plain; version=0.0.4; charset=utf-8",
  }],
  ["the OpenAPI document", "GET /openapi.json", {}, 200, {
    ...etag,
    "cache-control": "public, max-age=300",
    "content-type": "application/json; charset=utf-8",
    "vary": "Origin, accept-encoding",
  }],
  ["a compressed asset", "GET {style}", { headers: { "accept-encoding": "br" } }, 200, {
    "cache-control": "public, max-age=31536000, immutable",
    "content-encoding": "br",
    "content-type": "text/css; charset=utf-8",
    "etag": 'W/"(tag)"',
    "vary": "Origin, accept-encoding",
  }],
  ["a known asset", "GET /icon.svg", { headers: { "if-none-match": "*" } }, 304, {
    ...etag,
    "cache-control": "public, max-age=300",
    "vary": "Origin, accept-encoding",
  }],
  ["the client module", "GET /client.js", {}, 200, {
    ...etag,
    "cache-control": "public, max-age=300",
    "content-type": "text/javascript; charset=utf-8",
    "vary": "Origin, accept-encoding",
    "x-typescript-types": "/client.d.ts",
  }],
  ["the types of the client", "GET /client.d.ts", {}, 200, {
    ...etag,
    "cache-control": "public, max-age=300",
    "content-type": "application/typescript; charset=utf-8",
    "vary": "Origin, accept-encoding",
  }],
  ["the guide for developers", "GET /docs", {}, 200, {
    ...page,
    ...etag,
    "cache-control": "public, max-age=300",
    "content-type": "text/html; charset=utf-8",
    "vary": "Origin, accept-language, cookie, accept-encoding",
  }],
  ["the summary for language models", "GET /llms.txt", {}, 200, {
    "cache-control": "public, max-age=300",
    "content-type": "text/markdown; charset=utf-8",
  }],
  ["the list of problems", "GET /problems", {}, 200, {
    ...page,
    "cache-control": "public, max-age=3600",
  }],
  ["the start page", "GET /", {}, 200, { ...spoken, ...revalidated, ...newCookie }],
  ["the start page with a cookie", "GET /", { headers: COOKIE }, 200, {
    ...spoken,
    ...revalidated,
  }],
  ["the page without a connection", "GET /offline", {}, 200, {
    ...spoken,
    ...revalidated,
  }],
  // Its shell is in the language of the request.
  ["the service worker", "GET /sw.js", {}, 200, {
    ...open,
    "cache-control": "no-cache",
    "content-language": "en",
    "content-security-policy": "default-src 'none'; connect-src 'self'; frame-ancestors 'none'",
    "content-type": "text/javascript; charset=utf-8",
    "vary": "Origin, accept-language, cookie",
  }],
  ["a redirect", "GET /trips", {}, 302, { "location": "/#recent" }],
  ["a form", "POST /trips", { headers: ownForm, body: new URLSearchParams(wish) }, 303, {
    ...countedJob,
    "location": "/trips/(id)",
  }],
  [
    "a wrong form",
    "POST /trips",
    {
      headers: ownForm,
      body: new URLSearchParams({ ...wish, durationDays: "0" }),
    },
    400,
    { ...spoken, ...revalidated, ...counted },
  ],
  [
    "a form of another site",
    "POST /trips",
    { headers: EVIL, body: new URLSearchParams(wish) },
    403,
    {
      ...spoken,
      ...noStore,
    },
  ],
  ["a trip", "GET {trip}", { headers: COOKIE }, 200, { ...spoken, ...revalidated, ...counted }],
  ["no trip", "GET /trips/x", { headers: COOKIE }, 404, { ...spoken, ...revalidated, ...counted }],
  ["a choice of a language", "GET /?kind=bundles&lang=de", { headers: COOKIE }, 303, {
    ...revalidated,
    "location": "/?kind=bundles",
    "set-cookie": "tripwright_language=de; Max-Age=34560000; Path=/; SameSite=Lax",
  }],
  ["a trip as Markdown", "GET {trip}/plan.md", {}, 200, {
    ...revalidated,
    ...counted,
    ...file("tokyo-japan.md"),
    "content-type": "text/markdown; charset=utf-8",
  }],
  ["a trip as JSON", "GET {trip}/plan.json", {}, 200, {
    ...revalidated,
    ...counted,
    ...file("tokyo-japan.json"),
    "content-type": "application/json; charset=utf-8",
  }],
  ["a file that does not exist yet", "GET {runningTrip}/plan.md", {}, 303, {
    ...revalidated,
    ...counted,
    "location": "/trips/(id)",
  }],
  ["a file with a wrong parameter", "GET {trip}/plan.ics?timeZone=x", {}, 400, {
    ...spoken,
    ...noStore,
    ...counted,
  }],
];

const operatorAnswers: Row[] = [
  ["the sign-in", "GET /admin/sign-in", {}, 200, page],
  ["a page without a session", "GET /admin/jobs", {}, 303, {
    "location": "/admin/sign-in?to=%2Fadmin%2Fjobs",
  }],
  [
    "a sign-in",
    "POST /admin/sign-in",
    {
      headers: ownForm,
      body: new URLSearchParams({ token: ADMIN_TOKEN }),
    },
    303,
    {
      "location": "/admin",
      "set-cookie":
        "tripwright_admin_session=(signed); Max-Age=43200; Path=/; HttpOnly; SameSite=Strict",
    },
  ],
  ["the overview", "GET /admin", { headers: SESSION }, 200, page],
  ["no page", "GET /admin/nothing", { headers: SESSION }, 404, page],
  ["a sign-out", "POST /admin/sign-out", { headers: { ...ownForm, ...SESSION } }, 303, {
    "location": "/admin/sign-in",
    "set-cookie": "tripwright_admin_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict",
  }],
  ["a list", "GET /admin/api/jobs", { headers: asOperator }, 200, asJson],
  ["a call without a token", "GET /admin/api/jobs", {}, 401, {
    ...problem,
    "www-authenticate": "Bearer",
  }],
  ["no call", "GET /admin/api/nothing", { headers: asOperator }, 404, problem],
  ["a preflight", "OPTIONS /admin/api/jobs", { headers: { ...SHOP, ...PREFLIGHT } }, 401, {
    ...problem,
    "www-authenticate": "Bearer",
  }],
  ["an asset", "GET /admin/admin.css", {}, 200, {
    ...etag,
    "cache-control": "public, max-age=300",
    "content-type": "text/css; charset=utf-8",
    "vary": "accept-encoding",
    "x-robots-tag": null,
  }],
];

/** Answers of a service with keys, whose callers may send one request a minute. */
const keyAnswers: Row[] = [
  ["no key", "GET {ended}", {}, 401, { ...problem, "www-authenticate": 'Bearer realm=""' }],
  ["a read token", "POST {ended}/read-tokens", { headers: BEARER }, 201, { ...noStore, ...asJson }],
  ["a request over the limit", "GET {ended}", { headers: BEARER }, 429, {
    ...problem,
    "retry-after": "60",
  }],
  ["a locked trip", "GET {trip}", {}, 401, {
    ...spoken,
    "vary": "accept-language, cookie",
    ...revalidated,
    "www-authenticate": "Bearer",
  }],
];

/** Returns the sender of requests to an application, which inserts the values. */
function sender(app: Parameters<typeof handlerOf>[0], values: Record<string, string>) {
  const handler = handlerOf(app);
  const insert = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, name) => values[name]!);
  return async (request: string, { headers = {}, ...init }: RequestInit): Promise<Response> => {
    const [method, path] = insert(request).split(" ") as [string, string];
    const sent = Object.entries(headers).map(([name, value]) => [name, insert(value)]);
    const response = await handler(
      new Request(`http://localhost${path}`, {
        ...init,
        method,
        headers: Object.fromEntries(sent),
      }),
      { remoteAddr },
    );
    await response.body?.cancel();
    return response;
  };
}

/** Returns the headers of an answer, without what differs in each run. */
function headersOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].map(([name, value]) => [name, neutral(name, value)]));
}

function neutral(name: string, value: string): string {
  if (name === "etag") return value.replace(/"[^"]*"/, '"(tag)"');
  if (name === "access-control-allow-headers") return "(names)";
  return value.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "(id)")
    .replaceAll(/r=\d+/g, "r=(n)")
    .replace(/cursor=[^&>]*/, "cursor=(cursor)")
    .replace(/(tripwright_admin_\w+=)[^;]+/, "$1(signed)");
}

function withoutNull(headers: Expected): Expected {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== null));
}

/** Opens a service with an ended job, a running job, one that cannot be read, and a session. */
async function openService() {
  const clock = new FakeClock();
  const kv = await Deno.openKv(":memory:");
  const limiter = (name: string, limit: number) => new RateLimiter(kv, { clock, name, limit });
  const rateLimiters = { requests: limiter("requests", 99), jobs: limiter("jobs", 50) };
  const env = await openApp({
    kv,
    clock,
    rateLimiters,
    corsOrigins: [SHOP.origin],
    adminToken: ADMIN_TOKEN,
    delayMs: 1_000,
    readWebhook: () => Promise.resolve({ responseId: "resp_1", deliveryId: "wh_1" }),
  });
  const create = async () =>
    (await post(env.app, "/api/itineraries", tokyo, ME)).headers.get("location")!;
  const ended = await create();
  await untilIdle(env.a, () => clock.advance(1_000));
  // The limits begin again.
  clock.advance(60_000);
  const running = await create();
  const broken = crypto.randomUUID();
  await env.kv.set(["job", broken], { secret: "do not show" });
  await awaitResponse(env, "resp_1");
  const home = await (await env.app.request("/")).text();
  const values = {
    ended,
    running,
    broken: `/api/itineraries/${broken}`,
    trip: ended.replace("/api/itineraries", "/trips"),
    runningTrip: running.replace("/api/itineraries", "/trips"),
    style: home.match(/\/style\.css\?v=\w+/)![0],
    session: (await signIn(env.app)).cookie,
  };
  return { env, values, rateLimiters };
}

/** Adds a job that waits for a response. */
async function awaitResponse(
  { store }: Awaited<ReturnType<typeof openApp>>,
  responseId: string,
): Promise<void> {
  const job = queuedJob({ kind: "itinerary" });
  await store.accept(job);
  const lease = await claim(store, job.id, { holder: "instance-a" });
  await store.checkpoints.saveResponse(lease!, { promptVersion: "1", name: "turn-1" }, responseId);
}

type Step = Deno.TestContext;

async function checkRows(
  t: Step,
  rows: readonly Row[],
  { ask, base }: { ask: ReturnType<typeof sender>; base: Expected },
): Promise<void> {
  for (const [what, request, init, status, headers] of rows) {
    await t.step(`${what}: ${request}`, async () => {
      const answer = await ask(request, init);
      assertEquals(headersOf(answer), withoutNull({ ...base, ...headers }));
      assertEquals(answer.status, status);
    });
  }
}

Deno.test("every sort of answer has exactly its headers", async (t) => {
  const { env, values, rateLimiters } = await openService();
  const ask = sender(env.app, values);
  for (const rows of [jobCalls, refusals, methods, filesAndPages]) {
    await checkRows(t, rows, { ask, base: open });
  }
  await checkRows(t, operatorAnswers, { ask, base: closed });
  await Promise.all([rateLimiters.requests.settled(), rateLimiters.jobs.settled()]);
  await env.settled();
  env.kv.close();
});

Deno.test("every sort of answer of a service with keys has exactly its headers", async (t) => {
  const clock = new FakeClock();
  const kv = await Deno.openKv(":memory:");
  const requests = new RateLimiter(kv, { clock, name: "requests", limit: 2 });
  const env = await openApp({ kv, clock, apiKeys: [KEY], rateLimiters: { requests } });
  const ended = (await post(env.app, "/api/itineraries", tokyo, BEARER)).headers.get("location")!;
  await env.a.instance.idle();
  const values = { ended, trip: ended.replace("/api/itineraries", "/trips") };
  const ask = sender(env.app, values);
  const base = {
    ...open,
    ...counted,
    "access-control-allow-origin": "*",
    "ratelimit-policy": '"requests";q=2;w=60',
    "vary": null,
  };
  await checkRows(t, keyAnswers, { ask, base });
  await requests.settled();
  await env.settled();
  env.kv.close();
});

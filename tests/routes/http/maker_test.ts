/** Who may cancel a job: its maker. Over the API, and on the page of the trip. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { addressCaller, type Caller, clientCaller } from "../../../lib/caller.ts";
import { apiKeysOf, callerWith } from "../../../testing/api_keys.ts";
import { isMaker } from "../../../routes/http/caller.ts";
import { BROWSER_COOKIE, browserTokenIn, TLS_COOKIE } from "../../../web/app/browser_token.ts";
import { openApp, tokyo } from "../../../testing/app.ts";
import { type App, assertProblem, post, send } from "../../../testing/http.ts";
import { queuedJob } from "../../../testing/jobs.ts";

const ours = "our-own-key-0123456789";
const theirs = "another-key-0123456789";
const apiKeys = [ours, theirs];
const laptop = "11111111-2222-4333-8444-555555555555";
const phone = "99999999-2222-4333-8444-555555555555";

type Headers = Record<string, string>;

const nothing: Headers = {};
const bearer = (key: string): Headers => ({ authorization: `Bearer ${key}` });
const client = (token: string): Headers => ({ "client-token": token });
const browser = (token: string): Headers => ({ cookie: `${BROWSER_COOKIE}=${token}` });

type Service = "open" | "keys" | "public reads";

/** The settings of a service. */
const settings = {
  "open": {},
  "keys": { apiKeys },
  "public reads": { apiKeys, publicReads: true },
} as const satisfies Record<Service, object>;

interface Case {
  service: Service;
  maker: [what: string, headers: Headers];
  asker: [what: string, headers: Headers];
  /** The status of a request to cancel the job. */
  api: number;
}

const us: Case["maker"] = ["our key", bearer(ours)];
const them: Case["maker"] = ["another key", bearer(theirs)];
const stranger: Case["maker"] = ["a stranger", nothing];
const ourToken: Case["maker"] = ["our token", client(laptop)];
const otherToken: Case["maker"] = ["another token", client(phone)];

const cases: Case[] = [
  { service: "open", maker: stranger, asker: stranger, api: 202 },
  { service: "open", maker: stranger, asker: ourToken, api: 202 },
  { service: "open", maker: ourToken, asker: ourToken, api: 202 },
  { service: "open", maker: ourToken, asker: otherToken, api: 403 },
  { service: "open", maker: ourToken, asker: stranger, api: 403 },
  // A key means nothing to a service without keys, and the API reads no cookies.
  { service: "open", maker: ourToken, asker: us, api: 403 },
  { service: "open", maker: ourToken, asker: ["our cookie", browser(laptop)], api: 403 },
  { service: "open", maker: ["our cookie", browser(laptop)], asker: stranger, api: 202 },
  { service: "keys", maker: us, asker: us, api: 202 },
  { service: "keys", maker: us, asker: them, api: 404 },
  { service: "keys", maker: us, asker: stranger, api: 401 },
  { service: "keys", maker: us, asker: ourToken, api: 401 },
  { service: "public reads", maker: us, asker: us, api: 202 },
  { service: "public reads", maker: us, asker: them, api: 403 },
  { service: "public reads", maker: us, asker: stranger, api: 401 },
];

for (const { service, maker, asker, api } of cases) {
  const title = `${service}: ${asker[0]} cancels a job of ${maker[0]}: ${api}`;
  Deno.test(title, async () => {
    await using env = await openApp(settings[service], { concurrency: 0 });
    const { headers } = await post(env.app, "/api/itineraries", tokyo, maker[1]);
    const location = headers.get("location")!;
    const answer = await send(env.app, location, { method: "DELETE", headers: asker[1] });
    assertStrictEquals(answer.status, api);
    if (api === 403) {
      assertProblem(answer, 403, "not_owner");
      assertStrictEquals(answer.body.error, "Only the caller that created the job can cancel it");
    }
    const { body } = await send(env.app, location, { headers: maker[1] });
    assertStrictEquals(body.status, api === 202 ? "canceled" : "processing");
  });
}

const makers: [maker: Caller, asker: Caller, keys: string[], isMaker: boolean][] = [
  [callerWith(ours), callerWith(ours), apiKeys, true],
  [callerWith(ours), callerWith(theirs), apiKeys, false],
  [callerWith(ours), addressCaller("192.0.2.1"), apiKeys, false],
  // Jobs from before the keys: tokens no longer count.
  [clientCaller(laptop), callerWith(ours), apiKeys, true],
  [clientCaller(laptop), addressCaller("192.0.2.1"), apiKeys, false],
  [addressCaller("192.0.2.1"), callerWith(ours), apiKeys, true],
  [addressCaller("192.0.2.1"), addressCaller("192.0.2.1"), apiKeys, false],
  // Jobs from before the keys were removed: no caller can show its key.
  [callerWith(ours), addressCaller("192.0.2.1"), [], false],
  [callerWith(ours), clientCaller(laptop), [], false],
];

for (const [{ owner, id }, asker, keys, expected] of makers) {
  const name = `isMaker() is ${expected} for a job of ${id.slice(0, 14)}, ` +
    `${asker.id.slice(0, 14)} and ${keys.length} keys`;
  Deno.test(name, () => {
    const access = { apiKeys: apiKeysOf(keys), publicReads: false, trustedProxies: 0 };
    assertStrictEquals(isMaker(asker, { ...queuedJob(), owner }, access), expected);
  });
}

/** Opens a page, or sends a form, as a browser does. */
async function visit(app: App, path: string, options: { cookie?: string; form?: Headers } = {}) {
  const { cookie, form } = options;
  const response = await app.fetch(
    new Request(`http://localhost${path}`, {
      method: form ? "POST" : "GET",
      headers: { "sec-fetch-site": "same-origin", ...(cookie && { cookie }) },
      ...(form && { body: new URLSearchParams(form) }),
    }),
  );
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

const form = { kind: "itinerary", destination: "Tokyo", durationDays: "2" };
const BUTTON = />Stop planning<\/button>/;

/** Returns the cookie that the first page sets, as the browser sends it. */
async function newBrowser(app: App): Promise<string> {
  const { headers } = await visit(app, "/");
  return headers.get("set-cookie")!.split(";")[0]!;
}

Deno.test("only the browser that sent a form sees the button, and can cancel the trip", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const [cookie, other] = [await newBrowser(env.app), await newBrowser(env.app)];
  const path = (await visit(env.app, "/trips", { cookie, form })).headers.get("location")!;

  for (const stranger of [{}, { cookie: other }]) {
    const page = await visit(env.app, path, stranger);
    assertStrictEquals(page.status, 200);
    assertNotMatch(page.text, BUTTON);
    const refused = await visit(env.app, `${path}/cancel`, { ...stranger, form: {} });
    assertStrictEquals(refused.status, 403);
    assertMatch(refused.text, /<h1>You can't stop planning this trip<\/h1>/);
    assertMatch(refused.text, /Only the person who planned it can\./);
    assertStrictEquals((await visit(env.app, `${path}/cancel`, stranger)).status, 403);
  }
  assertMatch((await visit(env.app, path, { cookie })).text, BUTTON);
  const asked = await visit(env.app, `${path}/cancel`, { cookie });
  assertMatch(asked.text, /<h1>Stop planning this trip\?<\/h1>/);
  assertMatch(asked.text, new RegExp(`<form [^>]*method="post" action="${path}/cancel"`));
  assertStrictEquals((await visit(env.app, `${path}/cancel`, { cookie, form: {} })).status, 303);
  const ended = await visit(env.app, `${path}/cancel`, { cookie });
  assertStrictEquals(ended.headers.get("location"), path);

  for (const visitor of [{ cookie }, { cookie: other }]) {
    const { text } = await visit(env.app, path, visitor);
    assertMatch(text, /Planning was stopped before the plan was finished/);
    assertNotMatch(text, /[Yy]ou (have )?(cancel|stop)/);
  }
});

Deno.test("a person with the link cannot take over the trip that replaces a canceled one", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const [cookie, other] = [await newBrowser(env.app), await newBrowser(env.app)];
  const path = (await visit(env.app, "/trips", { cookie, form })).headers.get("location")!;
  await visit(env.app, `${path}/cancel`, { cookie, form: {} });
  const again = { ...form, formId: `again-${path.replace("/trips/", "")}` };
  const trips: string[] = [];
  for (const sender of [other, cookie, cookie]) {
    const made = await visit(env.app, "/trips", { cookie: sender, form: again });
    trips.push(made.headers.get("location")!);
  }
  const [theirs, ours, repeated] = trips;
  assertNotStrictEquals(ours, theirs);
  assertStrictEquals(repeated, ours);
  assertMatch((await visit(env.app, ours!, { cookie })).text, BUTTON);
});

Deno.test("the script of a page has the token of its forms", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const cookie = await newBrowser(env.app);
  const token = browserTokenIn(`theme=dark; ${cookie}; x=${BROWSER_COOKIE}`)!;
  const path = (await visit(env.app, "/trips", { cookie, form })).headers.get("location")!;
  const api = path.replace("/trips", "/api/itineraries");
  assertProblem(await send(env.app, api, { method: "DELETE" }), 403, "not_owner");
  const init = { method: "DELETE", headers: client(token) };
  assertStrictEquals((await send(env.app, api, init)).status, 202);

  // And a trip that the script has made belongs to the page.
  const made = await post(env.app, "/api/itineraries", tokyo, client(token));
  assertMatch((await visit(env.app, `/trips/${made.body.jobId}`, { cookie })).text, BUTTON);
});

Deno.test("a browser without cookies makes trips that every visitor can cancel", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const path = (await visit(env.app, "/trips", { form })).headers.get("location")!;
  assertMatch((await visit(env.app, path)).text, BUTTON);
  assertStrictEquals((await visit(env.app, `${path}/cancel`, { form: {} })).status, 303);
});

Deno.test("the cookie is set once, for this site only", async () => {
  await using env = await openApp({ trustedProxies: 1 });
  const cookieOf = async (path: string, headers: Headers = {}) =>
    (await env.app.request(path, { headers })).headers.get("set-cookie");
  const set = await cookieOf("/");
  assertMatch(set!, PLAIN);
  assertStrictEquals(await cookieOf("/", { cookie: set!.split(";")[0]! }), null);
  for (const malformed of ["short", "x".repeat(129), "bad,token-0123456789", ""]) {
    assert(await cookieOf("/", browser(malformed)), malformed);
  }
  assert(await cookieOf(`/trips/${crypto.randomUUID()}`));
  for (const path of ["/api/itineraries", "/livez", `/trips/${crypto.randomUUID()}/plan.md`]) {
    assertStrictEquals(await cookieOf(path), null);
  }
  using keyed = await openApp({ apiKeys });
  assertStrictEquals((await keyed.app.request("/")).headers.get("set-cookie"), null);
});

const PLAIN = /^tripwright_client=[\w-]{36}; Max-Age=34560000; Path=\/; SameSite=Lax$/;
const SECURE =
  /^__Host-tripwright_client=[\w-]{36}; Max-Age=34560000; Path=\/; Secure; SameSite=Lax$/;

const protocols: [url: string, proxies: number, forwarded: string, cookie: RegExp][] = [
  ["http://localhost/", 1, "https", SECURE],
  ["http://localhost/", 1, "HTTPS", SECURE],
  ["http://localhost/", 2, "https, http", SECURE],
  ["http://localhost/", 2, "https,https", SECURE],
  ["https://localhost/", 0, "", SECURE],
  ["http://localhost/", 2, "http, https", PLAIN],
  ["http://localhost/", 1, "http", PLAIN],
  ["http://localhost/", 1, "", PLAIN],
  ["http://localhost/", 0, "https", PLAIN],
];

for (const [url, trustedProxies, forwarded, expected] of protocols) {
  const name = `the cookie of ${url} behind ${trustedProxies} proxies that send "${forwarded}"`;
  Deno.test(`${name} is ${expected === SECURE ? "for TLS" : "plain"}`, async () => {
    await using env = await openApp({ trustedProxies });
    const { headers } = await env.app.request(url, { headers: { "x-forwarded-proto": forwarded } });
    assertMatch(headers.get("set-cookie")!, expected);
  });
}

Deno.test("with TLS, a cookie that another host can set is no token", async () => {
  await using env = await openApp({ trustedProxies: 1 }, { concurrency: 0 });
  const tls = { "x-forwarded-proto": "https", "sec-fetch-site": "same-origin" };
  const ask = async (path: string, cookie: string, init: RequestInit = {}) => {
    const response = await env.app.request(path, { ...init, headers: { ...tls, cookie } });
    return { headers: response.headers, text: await response.text() };
  };
  const planted = `${BROWSER_COOKIE}=${phone}`;
  const { headers } = await ask("/", planted);
  const own = headers.get("set-cookie")!.split(";")[0]!;
  const cookies = `${planted}; ${own}`;
  assertStrictEquals((await ask("/", cookies)).headers.get("set-cookie"), null);
  assertStrictEquals(browserTokenIn(cookies), own.replace(`${TLS_COOKIE}=`, ""));
  const body = new URLSearchParams(form);
  const made = await ask("/trips", cookies, { method: "POST", body });
  const path = made.headers.get("location")!;
  assertMatch((await ask(path, cookies)).text, BUTTON);
  assertNotMatch((await ask(path, planted)).text, BUTTON);
});

const cookieTexts: [cookies: string, token: string | undefined][] = [
  [`${BROWSER_COOKIE}=${laptop}`, laptop],
  [`${TLS_COOKIE}=${laptop}`, laptop],
  [`${BROWSER_COOKIE}=${phone}; ${TLS_COOKIE}=${laptop}`, laptop],
  [`${TLS_COOKIE}=short; ${BROWSER_COOKIE}=${laptop}`, laptop],
  [`${TLS_COOKIE.toLowerCase()}=${laptop}`, undefined],
  [`x${BROWSER_COOKIE}=${laptop}`, undefined],
  ["", undefined],
];

for (const [cookies, token] of cookieTexts) {
  Deno.test(`the token of a page with the cookies "${cookies}" is ${token}`, () => {
    assertStrictEquals(browserTokenIn(cookies), token);
  });
}

Deno.test("a malformed cookie is no token, and no error", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const cookie = `${BROWSER_COOKIE}=short`;
  const { status, headers } = await visit(env.app, "/trips", { cookie, form });
  assertStrictEquals(status, 303);
  assertMatch((await visit(env.app, headers.get("location")!)).text, BUTTON);
});

Deno.test("with PUBLIC_READS, no visitor without a key cancels a trip on its page", async () => {
  // One trip of a key, and one from the time before the keys.
  using open = await openApp({}, { concurrency: 0 });
  const before = (await post(open.app, "/api/itineraries", tokyo)).body.jobId;
  const env = await openApp({ ...settings["public reads"], kv: open.kv }, { concurrency: 0 });
  const made = (await post(env.app, "/api/itineraries", tokyo, bearer(ours))).body.jobId;
  for (const id of [before, made]) {
    assertNotMatch((await visit(env.app, `/trips/${id}`)).text, BUTTON);
    assertStrictEquals((await visit(env.app, `/trips/${id}/cancel`, { form: {} })).status, 403);
    const { body } = await send(env.app, `/api/itineraries/${id}`);
    assertEquals(body.status, "processing");
  }
});

Deno.test("a read token shows a trip, and cancels nothing", async () => {
  await using env = await openApp(settings.keys, { concurrency: 0 });
  const { headers, body } = await post(env.app, "/api/itineraries", tokyo, bearer(ours));
  const location = headers.get("location")!;
  const made = await post(env.app, `${location}/read-tokens`, {}, bearer(ours));
  const query = `?token=${made.body.token}`;
  assertStrictEquals((await send(env.app, location + query)).status, 200);
  const canceled = await send(env.app, location + query, { method: "DELETE" });
  assertProblem(canceled, 401, "unauthorized");
  const page = await visit(env.app, `/trips/${body.jobId}/cancel${query}`, { form: {} });
  assertStrictEquals(page.status, 401);
  assertStrictEquals((await send(env.app, location + query)).body.status, "processing");
});

Deno.test("the record of a job has the hash of its maker's token, never the token", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  const cookie = await newBrowser(env.app);
  const token = browserTokenIn(cookie)!;
  await visit(env.app, "/trips", { cookie, form });
  const entries = await Array.fromAsync(env.kv.list({ prefix: [] }));
  const dump = JSON.stringify(entries.map(({ key, value }) => [key, value]));
  assert(dump.includes(clientCaller(token).owner!));
  assert(!dump.includes(token));
});

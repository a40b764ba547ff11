import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { SESSION_MS } from "../../../lib/store/session_store.ts";
import { openApp, testApp } from "../../../testing/app.ts";
import { FakeClock, nextTurn, NOON } from "../../../testing/fake_clock.ts";
import type { App } from "../../../testing/http.ts";
import {
  ADMIN_TOKEN,
  ask,
  asOperator,
  cookieOf,
  openAdminApp,
  ownForm,
  sendForm,
  signIn,
} from "../../../testing/operators.ts";
import { serveLocally } from "../../../testing/local_server.ts";
import { RawConnection } from "../../../testing/raw_connection.ts";
import { WRONG_TOKEN_MS } from "../../../routes/http/token_guard.ts";

/** All routes of operators, as `GET /admin/jobs/x`. */
async function adminRoutes(): Promise<[method: string, path: string][]> {
  await using env = await openAdminApp();
  const routes = env.app.routes.filter(({ path, method }) =>
    /^\/admin(\/|$)/.test(path) && method !== "ALL"
  ).map(({ method, path }): [string, string] => [method, path.replaceAll(/:\w+/g, "x")]);
  return [...new Map(routes.map((route) => [route.join(" "), route])).values()];
}

/** What an answer is, without what differs between two equal requests. */
async function essenceOf(app: App, path: string, init: RequestInit) {
  const { status, headers, text } = await ask(app, path, init);
  const { "x-request-id": _, ...others } = Object.fromEntries(headers);
  return { status, others, text };
}

Deno.test("without a token, every route of operators is an unknown path, byte for byte", async () => {
  await using env = await openApp();
  const routes = await adminRoutes();
  assert(routes.length >= 8, `only ${routes.length} routes`);
  const others: [string, string][] = [["GET", "/admin/x"], ["OPTIONS", "/admin"]];
  for (const [method, path] of [...routes, ...others]) {
    for (const headers of [{}, { accept: "text/html" }, { ...asOperator, ...ownForm }]) {
      const init = { method, headers } as RequestInit;
      assertEquals(
        await essenceOf(env.app, path, init),
        await essenceOf(env.app, "/unknown", init),
        `${method} ${path}`,
      );
    }
  }
});

/** The paths of operators that need neither a session nor a token. */
const open = new Set([
  "GET /admin/sign-in",
  "POST /admin/sign-in",
  "POST /admin/sign-out",
  "GET /admin/admin.css",
  "GET /admin/live.js",
]);

Deno.test("without a session, pages lead to the sign-in, and the API answers 401", async () => {
  await using env = await openAdminApp();
  const routes = [...await adminRoutes(), ["GET", "/admin/x"], ["POST", "/admin/api/x"]];
  let checked = 0;
  for (const [method, path] of routes as [string, string][]) {
    if (open.has(`${method} ${path}`)) continue;
    checked++;
    const { status, headers, text } = await ask(env.app, path, { method, headers: ownForm });
    if (path.startsWith("/admin/api")) {
      assertStrictEquals(status, 401, path);
      assertStrictEquals(JSON.parse(text).code, "admin_token_required");
      assertStrictEquals(headers.get("www-authenticate"), "Bearer");
    } else {
      assertStrictEquals(status, 303, path);
      const to = method === "GET" && path !== "/admin" ? `?to=${encodeURIComponent(path)}` : "";
      assertStrictEquals(headers.get("location"), `/admin/sign-in${to}`);
    }
  }
  assert(checked >= 5);
});

Deno.test("a password for a proxy in front is no token, and keeps no session out", async () => {
  await using env = await openAdminApp();
  const cookie = await signIn(env.app);
  const password = { authorization: `Basic ${btoa("ann:secret")}` };
  for (let n = 0; n < 5; n++) {
    const { status } = await ask(env.app, "/admin", { headers: { ...cookie, ...password } });
    assertStrictEquals(status, 200);
  }
  const page = await ask(env.app, "/admin", { headers: password });
  assertEquals([page.status, page.headers.get("location")], [303, "/admin/sign-in"]);
  const call = await ask(env.app, "/admin/api/overview", { headers: password });
  assertEquals([call.status, JSON.parse(call.text).code], [401, "admin_token_required"]);
  const { entries } = await env.a.operator.audit.page({ action: "sign_in.refused" }, { limit: 10 });
  assertEquals(entries, []);
});

Deno.test("with a session, an unknown path is a page, and in the API a problem", async () => {
  await using env = await openAdminApp();
  const headers = await signIn(env.app);
  const page = await ask(env.app, "/admin/x", { headers });
  assertStrictEquals(page.status, 404);
  assertMatch(page.text, /<h1>Not found<\/h1>/);
  const { status, text } = await ask(env.app, "/admin/api/x", { headers });
  assertEquals([status, JSON.parse(text).code], [404, "route_not_found"]);
});

/** Ids that no job has; the long one does not fit a key of the database. */
const wrongIds = ["x", "%00", "__proto__", "a".repeat(3_000)];

Deno.test("an id of any form is a 404 on each page and in each call, never a fault", async () => {
  await using env = await openAdminApp();
  const headers = { ...await signIn(env.app), ...ownForm };
  const routes = env.app.routes.filter(({ path, method }) =>
    path.startsWith("/admin/") && path.includes("/:") && method !== "ALL"
  );
  assert(routes.length >= 20, `only ${routes.length} routes`);
  for (const { method, path } of routes) {
    // A form that is opened again leads elsewhere, whatever its id is.
    const expected = method === "GET" && path.includes("/breakers/") ? 303 : 404;
    const body = method === "POST" ? path.startsWith("/admin/api/") ? "{}" : "" : null;
    for (const id of wrongIds) {
      const url = path.replace(/:\w+/, id);
      assertStrictEquals(
        (await ask(env.app, url, { method, headers, body })).status,
        expected,
        url,
      );
    }
  }
});

Deno.test("every answer to an operator forbids caches, search engines and other sites", async () => {
  await using env = await openAdminApp({ corsOrigins: ["https://our-site.example"] });
  const headers = { ...await signIn(env.app), origin: "https://our-site.example" };
  for (
    const path of ["/admin", "/admin/x", "/admin/sign-in", "/admin/api/overview", "/admin/api/x"]
  ) {
    const answer = await ask(env.app, path, { headers });
    assertStrictEquals(answer.headers.get("cache-control"), "no-store", path);
    assertStrictEquals(answer.headers.get("x-robots-tag"), "noindex, nofollow");
    assertStrictEquals(answer.headers.get("referrer-policy"), "same-origin");
    assertStrictEquals(answer.headers.get("cross-origin-resource-policy"), "same-origin");
    assertStrictEquals(answer.headers.get("x-frame-options"), "DENY");
    assertMatch(answer.headers.get("content-security-policy")!, /^default-src 'none';/);
    const cors = [...answer.headers.keys()].filter((name) => name.startsWith("access-control"));
    assertEquals(cors, [], path);
  }
  const preflight = await ask(env.app, "/admin/api/overview", {
    method: "OPTIONS",
    headers: { origin: "https://our-site.example", "access-control-request-method": "GET" },
  });
  assertStrictEquals(preflight.status, 401);
  assertStrictEquals(preflight.headers.get("access-control-allow-origin"), null);
});

Deno.test("the cookie of a session is out of reach for scripts and other sites", async () => {
  await using env = await openAdminApp({ trustedProxies: 1 });
  const fields = { token: ADMIN_TOKEN };
  const plain = await sendForm(env.app, "/admin/sign-in", { fields });
  const [cookie = ""] = plain.headers.getSetCookie();
  assertMatch(
    cookie,
    /^tripwright_admin_session=[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const headers = { "x-forwarded-proto": "https" };
  const tls = await sendForm(env.app, "/admin/sign-in", { fields, headers });
  const [tlsCookie = ""] = tls.headers.getSetCookie();
  assertMatch(
    tlsCookie,
    /^__Host-tripwright_admin_session=[^;]+; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  );
  // With TLS, another host of the domain could have set the name without the prefix.
  const unprefixed = cookieOf(plain.headers);
  const answer = await ask(env.app, "/admin", { headers: { ...headers, cookie: unprefixed } });
  assertStrictEquals(answer.status, 303);
});

Deno.test("a session ends by the sign-out, after 12 hours, and with another token", async () => {
  const clock = new FakeClock();
  await using env = await openAdminApp({ clock });
  const headers = await signIn(env.app);
  const open = async (app: App) => (await ask(app, "/admin", { headers })).status;
  assertStrictEquals(await open(env.app), 200);
  const other = testApp(env.a, { clock, adminToken: "another-0123456789" });
  assertStrictEquals(await open(other), 303);
  clock.advance(SESSION_MS - 1);
  assertStrictEquals(await open(env.app), 200);
  clock.advance(1);
  assertStrictEquals(await open(env.app), 303);

  Object.assign(headers, await signIn(env.app));
  assertStrictEquals(await open(env.app), 200);
  const out = await sendForm(env.app, "/admin/sign-out", { headers });
  assertEquals([out.status, out.headers.get("location")], [303, "/admin/sign-in"]);
  assertMatch(out.headers.getSetCookie()[0]!, /^tripwright_admin_session=; Max-Age=0;/);
  // Also for a copy of the cookie.
  assertStrictEquals(await open(env.app), 303);
});

Deno.test("a cookie whose signature or id was changed opens nothing", async () => {
  await using env = await openAdminApp();
  const { cookie } = await signIn(env.app);
  const [name, id, signature] = cookie.match(/^(\w+)=([\w-]+)\.(.+)$/)!.slice(1);
  for (
    const forged of [
      `${name}=${id}`,
      `${name}=${crypto.randomUUID()}.${signature}`,
      `${name}=${id}.${encodeURIComponent(btoa("x".repeat(32)))}`,
      `${name}=.${signature}`,
    ]
  ) {
    const answer = await ask(env.app, "/admin", { headers: { cookie: forged } });
    assertStrictEquals(answer.status, 303, forged);
  }
});

/** What a browser says about a form, and whether a session may send it. */
const senders: [what: string, headers: Record<string, string>, status: number][] = [
  ["an own page", ownForm, 303],
  ["an own page, from a browser without Sec-Fetch-Site", { origin: "http://localhost" }, 303],
  [
    "a page of another site",
    { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    403,
  ],
  ["a page of the same domain", {
    origin: "http://other.localhost",
    "sec-fetch-site": "same-site",
  }, 403],
  ["a page without an origin", { origin: "null", "sec-fetch-site": "cross-site" }, 403],
  ["an unknown program", {}, 403],
];

for (const [what, headers, status] of senders) {
  Deno.test(`a form of ${what} is answered with ${status}`, async () => {
    await using env = await openAdminApp({ corsOrigins: ["*"] });
    const session = await signIn(env.app);
    for (const path of ["/admin/sign-out", "/admin/sign-in"]) {
      const answer = await ask(env.app, path, {
        method: "POST",
        headers: { ...session, ...headers },
        body: new URLSearchParams({ token: ADMIN_TOKEN }),
      });
      assertStrictEquals(answer.status, status, path);
      Object.assign(session, await signIn(env.app));
    }
    const api = await ask(env.app, "/admin/api/x", {
      method: "POST",
      headers: { ...session, ...headers },
    });
    assertStrictEquals(api.status, status === 403 ? 403 : 404);
  });
}

Deno.test("a page of another site can load nothing of the dashboard", async () => {
  await using env = await openAdminApp();
  const headers = await signIn(env.app);
  for (const [mode, dest] of [["no-cors", "image"], ["cors", "empty"], ["navigate", "iframe"]]) {
    const { status } = await ask(env.app, "/admin/api/overview", {
      headers: {
        ...headers,
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": mode!,
        "sec-fetch-dest": dest!,
      },
    });
    assertStrictEquals(status, 403, `${mode} ${dest}`);
  }
});

Deno.test("a link of another site opens its page again, so that the browser sends the cookie", async () => {
  await using env = await openAdminApp();
  const link = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  };
  const answer = await ask(env.app, '/admin/x?a="b', { headers: link });
  assertStrictEquals(answer.status, 200);
  assert(
    answer.text.includes('http-equiv="refresh" content="0; url=/admin/x?a=%22b"'),
    answer.text,
  );
});

Deno.test("a path with dots that leaves the dashboard opens nothing else", async () => {
  await using env = await openAdminApp();
  await using server = serveLocally((request) => env.app.fetch(request));
  for (const path of ["/admin/..//evil.example", "/admin/%2e%2e//evil.example", "/admin/../x"]) {
    using connection = await RawConnection.open(server.url);
    await connection.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: cross-site\r\n\r\n`);
    const answer = await connection.answer();
    assertStrictEquals(answer?.status, 200, path);
    assertStrictEquals(answer.body.match(/content="0; url=([^"]*)"/)?.[1], "/admin", path);
  }
});

/** Where the sign-in leads, by the path that its form names. */
const targets: [to: string, location: string][] = [
  ["", "/admin"],
  ["/admin/jobs?state=failed", "/admin/jobs?state=failed"],
  ["/admin/../trips", "/admin"],
  ["/adminx", "/admin"],
  ["//evil.example/admin", "/admin"],
  ["https://evil.example/admin", "/admin"],
  ["/\\evil.example/admin", "/admin"],
  ["javascript:alert(1)", "/admin"],
  ["/admin/sign-out", "/admin"],
];

for (const [to, location] of targets) {
  Deno.test(`the sign-in with the path "${to}" leads to ${location}`, async () => {
    await using env = await openAdminApp();
    const fields = { token: ADMIN_TOKEN, to };
    const answer = await sendForm(env.app, "/admin/sign-in", { fields });
    assertEquals([answer.status, answer.headers.get("location")], [303, location]);
  });
}

Deno.test("a wrong token at the sign-in costs a second, keeps the name, and is in the audit", async () => {
  await using env = await openAdminApp();
  const fields = { token: "wrong-0123456789", name: "Ann", to: "/admin/x" };
  const pending = sendForm(env.app, "/admin/sign-in", { fields });
  while (env.clock.waiting === 0) await nextTurn();
  env.clock.advance(WRONG_TOKEN_MS);
  const { status, text, headers } = await pending;
  assertStrictEquals(status, 401);
  assertEquals(headers.getSetCookie(), []);
  assertMatch(text, /This token is not valid/);
  assertMatch(text, /name="name"[^>]* value="Ann"/);
  assertMatch(text, /name="to" value="\/admin\/x"/);
  assertStrictEquals(text.includes(fields.token), false);
  const { entries } = await env.a.operator.audit.page({}, { limit: 10 });
  assertEquals(entries.map(({ action }) => action), ["sign_in.refused"]);
  assertEquals(Object.keys(entries[0]!.details), ["address", "count"]);
});

Deno.test("many wrong tokens are one entry of the audit each minute", async () => {
  await using env = await openAdminApp();
  const headers = { authorization: "Bearer wrong-0123456789" };
  for (const _second of Array.from({ length: 61 })) {
    const pending = ask(env.app, "/admin/api/overview", { headers });
    while (env.clock.waiting === 0) await nextTurn();
    env.clock.advance(WRONG_TOKEN_MS);
    const { status, text } = await pending;
    assertEquals([status, JSON.parse(text).detail], [401, "The token is not valid"]);
  }
  const { entries } = await env.a.operator.audit.page({}, { limit: 10 });
  assertEquals(entries.map(({ details }) => details.count), [60, 1]);
});

Deno.test("several wrong tokens at once are refused with 429, in the form and in the API", async () => {
  await using env = await openAdminApp();
  const headers = { authorization: "Bearer wrong-0123456789" };
  const pending = [1, 2, 3].map(() => ask(env.app, "/admin/api/overview", { headers }));
  while (env.clock.waiting < 3) await nextTurn();
  const api = await ask(env.app, "/admin/api/overview", { headers: asOperator });
  assertEquals([api.status, JSON.parse(api.text).code], [429, "too_many_wrong_tokens"]);
  assertStrictEquals(api.headers.get("retry-after"), "1");
  const form = await sendForm(env.app, "/admin/sign-in", { fields: { token: ADMIN_TOKEN } });
  assertEquals([form.status, form.headers.get("retry-after")], [429, "1"]);
  assertMatch(form.text, /too many wrong tokens/);
  env.clock.advance(WRONG_TOKEN_MS);
  for (const { status } of await Promise.all(pending)) assertStrictEquals(status, 401);
  assertStrictEquals((await ask(env.app, "/admin", { headers: asOperator })).status, 200);
});

Deno.test("sign-in and sign-out are in the audit, under the name of the operator", async () => {
  await using env = await openAdminApp();
  const headers = await signIn(env.app, " Zoë O'Neill ");
  // The order of entries of the same millisecond is random.
  env.clock.advance(1);
  await sendForm(env.app, "/admin/sign-out", { headers });
  const { entries } = await env.a.operator.audit.page({}, { limit: 10 });
  const actor = { name: "Zoë O'Neill", via: "dashboard" };
  assertEquals(
    entries.map(({ action, actor, at }) => ({ action, actor, at })),
    [{ action: "sign_out", actor, at: NOON + 1 }, { action: "sign_in", actor, at: NOON }],
  );
});

/** Names that are not accepted. */
const badNames: [what: string, name: string][] = [
  ["65 characters", "x".repeat(65)],
  ["a line break", "a\nb"],
  ["a character of control", "a\u0007b"],
  ["a change of direction", "a\u202eb"],
];

for (const [what, name] of badNames) {
  Deno.test(`a name with ${what} is refused at the sign-in`, async () => {
    await using env = await openAdminApp();
    const answer = await sendForm(env.app, "/admin/sign-in", {
      fields: { token: ADMIN_TOKEN, name },
    });
    assertStrictEquals(answer.status, 400);
    assertMatch(answer.text, /1 to 64 visible characters/);
    assertEquals(answer.headers.getSetCookie(), []);
  });
}

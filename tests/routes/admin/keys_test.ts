/** API keys for operators: the API, and the page without scripts. */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { adminOperations } from "../../../routes/admin/api/operations.ts";
import { createAdminOpenApi } from "../../../routes/admin/api/openapi.ts";
import type { AdminOptions } from "../../../routes/admin/admin_env.ts";
import { secretsOf } from "../../../lib/api_key.ts";
import { DAY_MS, isoTime } from "../../../lib/clock.ts";
import { Contract } from "../../../testing/contract.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { assertProblem, post, send } from "../../../testing/http.ts";
import { ask, asOperator, openAdminApp, sendForm, signIn } from "../../../testing/operators.ts";
import { tokyo } from "../../../testing/app.ts";

const ann = { ...asOperator, operator: "Ann" };
const PATH = "/admin/api/keys";

/** Opens the application, whose answers must match the description. */
async function openKeys(settings: Parameters<typeof openAdminApp>[0] = {}) {
  const env = await openAdminApp(settings, { concurrency: 0 });
  const options = { operator: env.a.operator } as AdminOptions;
  const contract = new Contract(createAdminOpenApi(adminOperations(options)));
  const call = async (method: "GET" | "POST", path: string, body?: unknown) => {
    const answer = body === undefined
      ? await send(env.app, path, { method, headers: ann })
      : await post(env.app, path, body, ann);
    contract.assertDescribed(method, path, answer, JSON.stringify(answer.body));
    return answer;
  };
  const make = async (wish: object = {}) =>
    (await call("POST", PATH, { name: "a client", scopes: ["make", "read"], ...wish })).body;
  const audited = async () => {
    const { entries } = await env.a.operator.audit.page({}, { limit: 20 });
    return entries.map(({ action, actor, target, outcome }) => [
      action,
      actor.name,
      target,
      outcome,
    ]);
  };
  return { ...env, call, make, audited };
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

Deno.test("a key is made, listed without its secrets, used and revoked, and the audit has it", async () => {
  await using env = await openKeys();
  const wish = {
    scopes: ["make", "read", "make"],
    dailyJobs: 5,
    expiresAt: isoTime(NOON + DAY_MS),
  };
  const made = await env.make(wish);
  const { key, secret, signingSecret, closesService } = made;
  assert(closesService);
  assertMatch(secret, /^tw_[\da-f]{56}$/);
  assertStrictEquals(signingSecret, secretsOf(secret).signingSecret);
  assertEquals(key, {
    id: key.id,
    name: "a client",
    start: secret.slice(0, 8),
    state: "valid",
    owner: `key:${secretsOf(secret).hash}`,
    scopes: ["make", "read"],
    dailyJobs: 5,
    dailyCostUsd: null,
    createdAt: isoTime(NOON),
    createdBy: "Ann",
    expiresAt: isoTime(NOON + DAY_MS),
    revokedAt: null,
    lastUsedAt: null,
  });
  env.clock.advance(1_000);
  assertStrictEquals((await post(env.app, "/api/itineraries", tokyo, bearer(secret))).status, 202);
  const listed = await env.call("GET", PATH);
  const lastUsedAt = isoTime(NOON + 1_000);
  assertEquals(listed.body, {
    keys: [{ ...key, lastUsedAt }],
    callersNeedKeys: true,
    configuredKeys: 0,
  });
  const text = JSON.stringify(listed.body);
  assert(!text.includes(secret.slice(8)) && !text.includes(signingSecret));

  const revoked = await env.call("POST", `${PATH}/${key.id.toUpperCase()}/revoke`);
  assertEquals([revoked.body.state, revoked.body.revokedAt], ["revoked", isoTime(NOON + 1_000)]);
  const refused = await post(env.app, "/api/itineraries", tokyo, bearer(secret));
  assertProblem(refused, 401, "unauthorized");
  env.clock.advance(1_000);
  const again = await env.call("POST", `${PATH}/${key.id}/revoke`);
  assertEquals(again.body, revoked.body);
  assertEquals((await env.audited()).toSorted(), [
    ["key.create", "Ann", key.id, "done"],
    ["key.revoke", "Ann", key.id, "done"],
  ]);
  const entries = await Array.fromAsync(env.kv.list({ prefix: [] }));
  assert(!JSON.stringify(entries).includes(secret.slice(8)), "nothing stores the key");
});

Deno.test("the first key closes a service, revoking it does not open it, and an operator does", async () => {
  await using env = await openKeys();
  const create = () => post(env.app, "/api/itineraries", tokyo);
  assertStrictEquals((await create()).status, 202);
  const { key, closesService } = await env.make();
  assert(closesService);
  assertProblem(await create(), 401, "unauthorized");
  assert(!(await env.make()).closesService);
  assertStrictEquals((await env.call("POST", `${PATH}/open-service`)).body.code, "key_refused");
  for (const { id } of (await env.call("GET", PATH)).body.keys) {
    await env.call("POST", `${PATH}/${id}/revoke`);
  }
  assertProblem(await create(), 401, "unauthorized");
  const opened = await env.call("POST", `${PATH}/open-service`);
  assertStrictEquals(opened.body.callersNeedKeys, false);
  assertStrictEquals((await create()).status, 202);
  const audited = await env.audited();
  assertEquals(
    audited.filter(([action]) => action === "service.open").map(([, , , outcome]) => outcome)
      .toSorted(),
    ["done", "failed"],
  );
  assert(audited.some(([action, , target]) => action === "key.revoke" && target === key.id));
});

Deno.test("API_KEYS and keys of operators work together, and API_KEYS cannot be opened", async () => {
  const ours = "our-own-key-0123456789";
  await using env = await openKeys({ apiKeys: [ours] });
  const { secret, closesService, key } = await env.make();
  assert(!closesService);
  for (const text of [ours, secret]) {
    assertStrictEquals((await post(env.app, "/api/itineraries", tokyo, bearer(text))).status, 202);
  }
  assertStrictEquals((await env.call("GET", PATH)).body.configuredKeys, 1);
  await env.call("POST", `${PATH}/${key.id}/revoke`);
  const refused = await env.call("POST", `${PATH}/open-service`);
  assertProblem(refused, 409, "key_refused");
  assertStrictEquals((await post(env.app, "/api/itineraries", tokyo, bearer(ours))).status, 202);
});

const faulty: [what: string, wish: object, pointer: string, detail: RegExp][] = [
  ["an empty name", { name: " " }, "#/name", /1 to 64 visible characters/],
  ["a long name", { name: "n".repeat(65) }, "#/name", /1 to 64/],
  ["a name with a line break", { name: "a\nb" }, "#/name", /visible/],
  ["no scope", { scopes: [] }, "#/scopes", /one or more of make, read, read_all/],
  ["an unknown scope", { scopes: ["fly"] }, "#/scopes/0", /make/],
  ["no jobs", { dailyJobs: 0 }, "#/dailyJobs", /whole number from 1/],
  ["half a job", { dailyJobs: 0.5 }, "#/dailyJobs", /whole number/],
  ["no cost", { dailyCostUsd: 0 }, "#/dailyCostUsd", /amount from 0\.01/],
  ["a time without a zone", { expiresAt: "2027-01-31T12:00:00" }, "#/expiresAt", /a time such as/],
  ["a time in the past", { expiresAt: isoTime(NOON) }, "#/expiresAt", /in the future/],
  ["a limit whose name is misspelled", { dailyJob: 5 }, "#", /"dailyJob"/],
];

for (const [what, wish, pointer, detail] of faulty) {
  Deno.test(`no key is made with ${what}`, async () => {
    await using env = await openKeys();
    const answer = await env.call("POST", PATH, { name: "a", scopes: ["make"], ...wish });
    assertProblem(answer, 400, "invalid_request");
    assertStrictEquals(answer.body.errors[0].pointer, pointer);
    assertMatch(answer.body.errors[0].detail, detail);
    assertEquals((await env.call("GET", PATH)).body, {
      keys: [],
      callersNeedKeys: false,
      configuredKeys: 0,
    });
  });
}

for (const id of [crypto.randomUUID(), "x"]) {
  Deno.test(`no key ${id.length === 1 ? "with an id that is not valid" : "that does not exist"} is revoked`, async () => {
    await using env = await openKeys();
    assertProblem(await env.call("POST", `${PATH}/${id}/revoke`), 404, "key_not_found");
    assertEquals(await env.audited(), []);
  });
}

/** The fields of the form for a new key. */
const fields = { name: "a client", make: "on", dailyJobs: "7", dailyCostUsd: "", days: "30" };

Deno.test("the page warns before the first key, shows a key once, and lists and revokes it", async () => {
  await using env = await openKeys();
  const headers = await signIn(env.app);
  const page = async () => (await ask(env.app, "/admin/keys", { headers })).text;
  assertMatch(await page(), /The first key closes it/);
  const made = await sendForm(env.app, "/admin/keys", { fields, headers });
  assertStrictEquals(made.status, 200);
  assertStrictEquals(made.headers.get("cache-control"), "no-store");
  const [secret] = made.text.match(/tw_[\da-f]{56}/) ?? [];
  assertMatch(made.text, /has closed the service/);
  const listed = await page();
  assert(secret && !listed.includes(secret));
  assertNotMatch(listed, /The first key closes it/);
  const { keys: [key] } = await env.a.operator.keys.list();
  const { scopes, dailyJobs, dailyCostUsd, expiresAt, createdBy } = key!;
  assertEquals({ scopes, dailyJobs, dailyCostUsd, expiresAt, createdBy }, {
    scopes: ["make"],
    dailyJobs: 7,
    dailyCostUsd: null,
    expiresAt: NOON + 30 * DAY_MS,
    createdBy: "Ann",
  });
  const [action] = listed.match(/\/admin\/keys\/[\w-]+\/revoke/)!;
  assertStrictEquals((await ask(env.app, action, { headers })).status, 405, "GET revokes nothing");
  const revoked = await sendForm(env.app, action, { headers });
  assertStrictEquals(revoked.headers.get("location"), "/admin/keys");
  assertProblem(
    await send(env.app, "/api/itineraries", { headers: bearer(secret) }),
    401,
    "unauthorized",
  );
  assertMatch(await page(), /Open the service/);
  const opened = await sendForm(env.app, "/admin/keys/open-service", { headers });
  assertStrictEquals(opened.status, 303);
  assertMatch(await page(), /Callers need no key/);
});

const wrong: [what: string, change: object, error: RegExp][] = [
  ["without a name", { name: "" }, /Name: expected 1 to 64 visible characters\./],
  ["with a number that is none", { dailyJobs: "many" }, /Jobs per day: expected a whole number/],
  [
    "with an amount that is too small",
    { dailyCostUsd: "0" },
    /US dollars per day: expected an amount/,
  ],
];

for (const [what, change, error] of wrong) {
  Deno.test(`a form ${what} is shown again with its entries and what is wrong`, async () => {
    await using env = await openKeys();
    const headers = await signIn(env.app);
    const answer = await sendForm(env.app, "/admin/keys", {
      fields: { ...fields, ...change },
      headers,
    });
    assertStrictEquals(answer.status, 400);
    assertMatch(answer.text, error);
    assertMatch(answer.text, /<option value="30" selected>/);
    assertMatch(answer.text, /name="make" checked/);
    assertNotMatch(answer.text, /name="read" checked/);
    assertEquals((await env.a.operator.keys.list()).keys, []);
  });
}

Deno.test("the names of keys and operators are text on the page, not HTML", async () => {
  await using env = await openKeys();
  const headers = await signIn(env.app, "<i>Ann</i>");
  const name = "<img src=x onerror=alert(1)>";
  await sendForm(env.app, "/admin/keys", { fields: { ...fields, name }, headers });
  const { text } = await ask(env.app, "/admin/keys", { headers });
  assert(!text.includes("<img") && !text.includes("<i>"));
  assertMatch(text, /&lt;img src=x/);
});

Deno.test("a form of another site makes, revokes and opens nothing", async () => {
  await using env = await openKeys();
  const cookie = await signIn(env.app);
  const { key } = await env.make();
  const headers = { ...cookie, origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  for (const path of ["", `/${key.id}/revoke`, "/open-service"]) {
    const answer = await sendForm(env.app, `/admin/keys${path}`, { fields, headers });
    assertStrictEquals(answer.status, 403, path);
  }
  const { keys } = await env.a.operator.keys.list();
  assertEquals(keys.map(({ id, state }) => [id, state]), [[key.id, "valid"]]);
});

Deno.test("a limit for the cost is refused if the price of a model is not known", async () => {
  const env = await openAdminApp({}, { unpricedModel: "BUNDLES_MODEL gpt-test" });
  using _env = env;
  const wish = { name: "a", scopes: ["make"], dailyCostUsd: 1 };
  const answer = await post(env.app, PATH, wish, ann);
  assertProblem(answer, 400, "invalid_request");
  assertStrictEquals(
    answer.body.error,
    "dailyCostUsd: needs the price of BUNDLES_MODEL gpt-test in MODEL_PRICES",
  );
});

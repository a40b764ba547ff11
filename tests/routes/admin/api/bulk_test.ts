import { assertEquals, assertStrictEquals } from "@std/assert";
import { openApp, tokyo } from "../../../../testing/app.ts";
import { Contract } from "../../../../testing/contract.ts";
import { type Answer, type App, assertProblem, post, send } from "../../../../testing/http.ts";
import { ADMIN_TOKEN, asOperator } from "../../../../testing/operators.ts";

const ann = { ...asOperator, operator: "Ann" };

/** The application with an operator, and three jobs that were canceled. */
async function openBulkApi() {
  const env = await openApp({ adminToken: ADMIN_TOKEN, delayMs: 60_000 });
  const { app, clock } = env;
  for (let n = 0; n < 3; n++) {
    const { headers } = await post(app, "/api/itineraries", tokyo);
    await send(app, headers.get("location")!, { method: "DELETE" });
  }
  clock.advance(1_000);
  await env.settled();
  return {
    ...env,
    /** Executes what is due at a later time. */
    async work() {
      clock.advance(20_000);
      await env.b.instance.sweep();
      await env.settled();
    },
  };
}

/** The description of the API, which is the same in all tests. */
let contract: Contract | undefined;

/** Checks that an answer is as the API describes it. */
async function described(
  app: App,
  { method, url, answer }: { method: string; url: string; answer: Answer },
): Promise<Answer> {
  contract ??= new Contract(
    (await send(app, "/admin/api/openapi.json", { headers: ann })).body,
  );
  contract.assertDescribed(method, url, answer, JSON.stringify(answer.body));
  return answer;
}

async function get(app: App, path: string): Promise<Answer> {
  const url = `/admin/api${path}`;
  const answer = await send(app, url, { headers: ann });
  return await described(app, { method: "GET", url, answer });
}

async function change(app: App, path: string, body: unknown): Promise<Answer> {
  const url = `/admin/api${path}`;
  return await described(app, { method: "POST", url, answer: await post(app, url, body, ann) });
}

const canceled = { action: "replay", filter: { state: "canceled" } };

Deno.test("a bulk job is previewed, started, shown, stopped, and recorded", async () => {
  await using env = await openBulkApi();
  const { app, clock } = env;
  const preview = await change(app, "/bulk/preview", canceled);
  assertEquals([preview.status, preview.body], [200, { count: 3, isMore: false }]);

  const { status, body: started } = await change(app, "/bulk", { ...canceled, limit: 2 });
  assertStrictEquals(status, 202);
  assertEquals(
    [started.state, started.by, started.limit, started.filter, started.expected],
    ["scheduled", "Ann", 2, { state: "canceled" }, { count: 3, isMore: false }],
  );
  assertStrictEquals(started.dueAt, new Date(clock.now() + 15_000).toISOString());

  await env.work();
  const { body: completed } = await get(app, `/bulk/${started.id}`);
  assertEquals(
    [completed.state, completed.totals, completed.hasReachedLimit, completed.error],
    ["completed", { done: 2, skipped: {}, failed: {} }, true, null],
  );
  const { body: page } = await get(app, `/bulk/${started.id}/jobs`);
  assertEquals(
    [page.items.map((job: { outcome: string }) => job.outcome), page.nextPage],
    [["done", "done"], null],
  );
  const { body: list } = await get(app, "/bulk?limit=5");
  assertEquals([list.items, list.nextCursor], [[completed], null]);

  const undo = await change(app, `/bulk/${started.id}/undo`, { cancelCreated: true });
  assertEquals([undo.status, undo.body.outcome], [200, "ended"]);
  assertStrictEquals(undo.body.cleanUp.createdBy, started.id);
  await env.work();
  const { body: cleanUp } = await get(app, `/bulk/${undo.body.cleanUp.id}`);
  // Both replays have started.
  assertEquals(cleanUp.totals, { done: 0, skipped: { started: 2 }, failed: {} });

  const { body: audit } = await get(app, "/audit");
  const facts = audit.items.map((
    entry: Record<string, unknown>,
  ) => [entry.action, entry.operator, entry.via, entry.target, entry.outcome]);
  assertEquals(facts, [
    ["bulk.undo", "Ann", "api", started.id, "done"],
    ["bulk.start", "Ann", "api", started.id, "done"],
  ]);
  env.clock.advance(60_000);
  await env.settled();
});

Deno.test("an undo in time leaves the jobs as they are", async () => {
  await using env = await openBulkApi();
  const { body: { id } } = await change(env.app, "/bulk", canceled);
  const { body } = await change(env.app, `/bulk/${id}/undo`, {});
  assertEquals([body.outcome, body.bulkJob.state, body.cleanUp], ["undone", "undone", null]);
  await env.work();
  assertEquals((await change(env.app, "/bulk/preview", canceled)).body.count, 3);
});

const invalid: [name: string, path: string, body: unknown][] = [
  ["without an action", "/bulk", { filter: {} }],
  ["without a filter", "/bulk/preview", { action: "cancel" }],
  ["with an unknown member in its filter", "/bulk", { action: "cancel", filter: { color: "red" } }],
  ["that cancels ended jobs", "/bulk", { action: "cancel", filter: { state: "failed" } }],
  ["with a limit of 0", "/bulk", { ...canceled, limit: 0 }],
];

for (const [name, path, body] of invalid) {
  Deno.test(`a bulk job ${name} is refused`, async () => {
    await using env = await openBulkApi();
    assertProblem(await change(env.app, path, body), 400, "invalid_request");
    assertEquals((await get(env.app, "/bulk")).body.items, []);
  });
}

Deno.test("a bulk job that does not exist is a 404, in each call", async () => {
  await using env = await openBulkApi();
  for (const id of [crypto.randomUUID(), "x"]) {
    assertProblem(await get(env.app, `/bulk/${id}`), 404, "job_not_found");
    assertProblem(await get(env.app, `/bulk/${id}/jobs`), 404, "job_not_found");
    assertProblem(await change(env.app, `/bulk/${id}/undo`, {}), 404, "job_not_found");
  }
});

Deno.test("bulk jobs are in no list of clients, and clients cannot read them", async () => {
  await using env = await openBulkApi();
  const { body: { id } } = await change(env.app, "/bulk", canceled);
  for (const path of ["/api/itineraries", "/api/generations"]) {
    assertStrictEquals((await send(env.app, `${path}/${id}`)).status, 404);
    const headers = { "client-token": "of-a-browser-0123456789" };
    assertEquals((await send(env.app, path, { headers })).body.items, []);
  }
});

Deno.test("the audit is filtered by action and operator, in pages", async () => {
  await using env = await openBulkApi();
  for (const operator of ["Ann", "Bob", "Ann"]) {
    await post(env.app, "/admin/api/bulk", canceled, { ...ann, operator });
    env.clock.advance(1_000);
  }
  const targets = async (query: string) => {
    const { body } = await get(env.app, `/audit?${query}`);
    return [body.items.length, body.nextCursor !== null];
  };
  assertEquals(await targets("operator=Ann"), [2, false]);
  assertEquals(await targets("operator=Ann&limit=1"), [1, true]);
  assertEquals(await targets("action=bulk.undo"), [0, false]);
  const { body: { nextCursor } } = await get(env.app, "/audit?limit=2");
  assertEquals(await targets(`limit=2&cursor=${nextCursor}`), [1, false]);
  for (const query of ["action=x", "limit=0", "cursor=x"]) {
    assertProblem(await get(env.app, `/audit?${query}`), 400, "invalid_request");
  }
});

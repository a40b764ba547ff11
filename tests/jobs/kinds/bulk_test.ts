import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { bulkKind, type BulkOptions, isMeant, listsOf } from "../../../jobs/kinds/bulk/kind.ts";
import {
  addTotals,
  type BulkRequest,
  noTotals,
  type Outcome,
  type ProcessedJob,
} from "../../../jobs/kinds/bulk/pages.ts";
import { Postponement } from "../../../lib/job/postponement.ts";
import { missingModel } from "../../../lib/model/model.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { testContext } from "../../../testing/jobs.ts";

const replayAll: BulkRequest = {
  action: "replay",
  filter: {},
  createdBy: null,
  steps: "reuse",
  limit: 1_000,
  before: NOON,
  expected: { count: 0, isMore: false },
  by: "ada",
};

/** Ids of jobs, in the order of a list. */
const ids = (count: number) => Array.from({ length: count }, () => crypto.randomUUID());

/** Jobs of which a list has pages of three, and a record of the calls. */
function openJobs(listed: readonly string[], overrides: Partial<BulkOptions> = {}) {
  const done: string[] = [];
  const limits: number[] = [];
  const act = (id: string): Promise<Outcome> => {
    done.push(id);
    return Promise.resolve({ outcome: "done" });
  };
  const options: BulkOptions = {
    list(_filter, { limit, cursor }) {
      limits.push(limit);
      const start = cursor === null ? 0 : listed.indexOf(cursor) + 1;
      const page = listed.slice(start, start + Math.min(limit, 3));
      const jobs = page.map((id) => ({
        id,
        createdAt: NOON - 2,
        finishedAt: NOON - 1,
        replayedAs: null,
      }));
      const isLast = start + page.length >= listed.length;
      return Promise.resolve({ jobs, cursor: isLast ? null : page.at(-1)! });
    },
    replay: act,
    cancel: act,
    plannedBy: () => Promise.resolve(null),
    takeTurn: () => Promise.resolve(true),
    room: () => Promise.resolve(1_000),
    hasSpace: () => true,
    newId: () => crypto.randomUUID(),
    ...overrides,
  };
  const { context, steps } = testContext(missingModel());
  const run = (request: Partial<BulkRequest> = {}) =>
    bulkKind(options).generate({ ...replayAll, ...request }, context);
  return { run, done, limits, steps };
}

Deno.test("a bulk job acts on all jobs of its list, page by page", async () => {
  const listed = ids(7);
  const env = openJobs(listed);
  const totals = { ...noTotals(), done: 7 };
  assertEquals(await env.run(), { totals, hasReachedLimit: false });
  assertEquals(env.done, listed);
  const pages = ["list 1", "work 1", "list 2", "work 2", "list 3", "work 3"];
  assertEquals(env.steps, pages);
});

Deno.test("a bulk job ends at its limit, and says so", async () => {
  const listed = ids(7);
  const env = openJobs(listed);
  const { totals, hasReachedLimit } = await env.run({ limit: 5 });
  assertEquals([totals.done, hasReachedLimit, env.done], [5, true, listed.slice(0, 5)]);
  assertStrictEquals((await openJobs(ids(5)).run({ limit: 5 })).hasReachedLimit, false);
});

Deno.test("a bulk job of replays takes no more jobs at once than there is room for", async () => {
  const env = openJobs(ids(4), { room: () => Promise.resolve(2) });
  await env.run();
  assertEquals([env.limits, env.done.length], [[2, 2], 4]);
});

const postponed: [why: string, overrides: Partial<BulkOptions>][] = [
  ["another one has the turn", { takeTurn: () => Promise.resolve(false) }],
  ["the queue has no room", { room: () => Promise.resolve(0) }],
  ["the disk has no space", { hasSpace: () => false }],
];

for (const [why, overrides] of postponed) {
  Deno.test(`a bulk job of replays waits ten seconds while ${why}`, async () => {
    const env = openJobs(ids(1), overrides);
    const error = await assertRejects(() => env.run(), Postponement);
    assertEquals([error.until, env.done], [NOON + 10_000, []]);
  });
}

Deno.test("cancellations need neither room nor space", async () => {
  const env = openJobs(ids(1), { room: () => Promise.resolve(0), hasSpace: () => false });
  assertStrictEquals((await env.run({ action: "cancel" })).totals.done, 1);
});

Deno.test("a bulk job acts once on a job that several lists have", async () => {
  const listed = ids(4);
  const env = openJobs(listed);
  assertStrictEquals((await env.run({ action: "cancel" })).totals.done, 4);
  assertEquals(env.done, listed);
});

Deno.test("a bulk job that must wait between two pages has stored what it has done", async () => {
  let room = 3;
  const env = openJobs(ids(4), { room: () => Promise.resolve(room) });
  env.done.push = (...items) => {
    room -= items.length;
    return Array.prototype.push.apply(env.done, items);
  };
  await assertRejects(() => env.run(), Postponement, "Many jobs wait");
  assertEquals([env.done.length, env.steps], [3, ["list 1", "work 1", "list 2"]]);
});

const meant: [name: string, action: BulkRequest["action"], times: number[], isMeant: boolean][] = [
  ["that failed before the start", "replay", [NOON - 2, NOON - 1], true],
  ["that failed after the start", "replay", [NOON - 2, NOON], false],
  ["that was created after the start", "replay", [NOON, NOON + 1], false],
  ["that has not ended", "cancel", [NOON - 1], true],
  ["that was created after the start", "cancel", [NOON], false],
];

for (const [name, action, [createdAt, finishedAt], expected] of meant) {
  Deno.test(`isMeant() is ${expected} for a ${action} of a job ${name}`, () => {
    const job = { createdAt: createdAt!, finishedAt: finishedAt ?? null };
    const listed = { id: crypto.randomUUID(), replayedAs: null, ...job };
    assertStrictEquals(isMeant(listed, { action, before: NOON }), expected);
  });
}

Deno.test("listsOf() reads waiting jobs again after running ones, because jobs change between them", () => {
  const statesOf = (request: Pick<BulkRequest, "action" | "filter">) =>
    listsOf(request).map(({ state }) => state);
  assertEquals(statesOf({ action: "replay", filter: {} }), ["failed"]);
  assertEquals(statesOf({ action: "cancel", filter: {} }), ["queued", "running", "queued"]);
  assertEquals(statesOf({ action: "cancel", filter: { state: "running" } }), ["running"]);
});

Deno.test("addTotals() counts jobs by outcome and reason", () => {
  const job = (outcome: ProcessedJob["outcome"], reason: ProcessedJob["reason"] = null) => ({
    id: crypto.randomUUID(),
    newId: null,
    outcome,
    reason,
  });
  const first = addTotals(noTotals(), [job("done"), job("skipped", "ended")]);
  const jobs = [job("skipped", "ended"), job("skipped", "expired"), job("failed", "unreadable")];
  assertEquals(addTotals(first, jobs), {
    done: 1,
    skipped: { ended: 2, expired: 1 },
    failed: { unreadable: 1 },
  });
});

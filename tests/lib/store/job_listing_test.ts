import { assertEquals, assertStrictEquals } from "@std/assert";
import { failure } from "../../../lib/job/failure.ts";
import { newJobId } from "../../../lib/job/job_id.ts";
import type { EndedJob, QueuedJob } from "../../../lib/job/job_record.ts";
import type { JobQuery } from "../../../lib/store/job_listing.ts";
import type { JobStore } from "../../../lib/store/job_store.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { HOUR, queuedJob } from "../../../testing/jobs.ts";
import { openStores } from "../../../testing/runtimes.ts";
import { claim, fault, openStore, plan } from "../../../testing/stores.ts";
import type { Kv } from "../../../lib/platform/kv.ts";

const A = "instance-a";
const SECOND = 1_000;

/** A waiting job with an id that begins with its time. */
function jobAt(now: number, overrides: Parameters<typeof queuedJob>[0] = {}): QueuedJob {
  return queuedJob({ id: newJobId(now), now, ...overrides });
}

/** Claims a job that waits. */
async function start(store: JobStore, { id }: QueuedJob) {
  return (await claim(store, id, { holder: A }))!;
}

/** What happens to each job of the table, a second after the one before. */
const lives: Record<string, {
  owner?: string;
  kind?: string;
  live?: (store: JobStore, job: QueuedJob) => Promise<unknown>;
}> = {
  waits: {},
  waitsOther: { kind: "other", owner: "key:a" },
  retries: {
    owner: "key:a",
    live: async (store, job) =>
      await store.retry(await start(store, job), { failure: fault, runAt: NOON + HOUR }),
  },
  runs: { live: start },
  runsOther: { kind: "other", live: start },
  failsLate: {
    owner: "client:b",
    async live(store, job) {
      await store.retry(await start(store, job), { failure: fault, runAt: NOON });
      await store.fail(await start(store, job), { failure: fault });
    },
  },
  failsOther: {
    kind: "other",
    live: async (store, job) =>
      await store.fail(await start(store, job), { failure: failure("refused", "No") }),
  },
  succeeds: {
    owner: "key:a",
    live: async (store, job) => await store.complete(await start(store, job), plan),
  },
  sample: {
    live: async (store, job) =>
      await store.complete(await start(store, job), { ...plan, source: "sample" }),
  },
  canceled: { live: async (store, job) => await store.cancel(job.id) },
};

/** Opens a store with one job for each life, oldest first. */
async function openLives() {
  const env = await openStore();
  const jobs = new Map<string, QueuedJob>();
  for (const [name, { live, ...overrides }] of Object.entries(lives)) {
    env.clock.advance(SECOND);
    const job = jobAt(env.clock.now(), overrides);
    jobs.set(name, job);
    await env.store.accept(job);
    await live?.(env.store, job);
  }
  return { ...env, jobs, nameOf: namesOf(jobs) };
}

/** Returns a function that returns the name of a job of the table. */
function namesOf(jobs: ReadonlyMap<string, { id: string }>) {
  const names = new Map([...jobs].map(([name, { id }]) => [id, name]));
  return ({ id }: { id: string }) => names.get(id) ?? id;
}

const queries: [JobQuery, (keyof typeof lives)[]][] = [
  [{}, Object.keys(lives).reverse()],
  [{ state: "queued" }, ["retries", "waitsOther", "waits"]],
  [{ state: "running" }, ["runsOther", "runs"]],
  [{ state: "succeeded" }, ["sample", "succeeds"]],
  [{ state: "failed" }, ["failsOther", "failsLate"]],
  [{ state: "canceled" }, ["canceled"]],
  [{ kind: "other" }, ["failsOther", "runsOther", "waitsOther"]],
  [{ kind: "unknown" }, []],
  [{ code: "refused" }, ["failsOther"]],
  [{ code: "timeout" }, []],
  [{ source: "sample" }, ["sample"]],
  [{ owner: "key:a" }, ["succeeds", "retries", "waitsOther"]],
  [{ owner: "key:none" }, []],
  [{ attempts: 1 }, [
    "sample",
    "succeeds",
    "failsOther",
    "failsLate",
    "runsOther",
    "runs",
    "retries",
  ]],
  [{ attempts: 2 }, ["failsLate"]],
  [{ since: NOON + 9 * SECOND }, ["canceled", "sample"]],
  [{ until: NOON + 3 * SECOND }, ["waitsOther", "waits"]],
  [{ since: NOON + 5 * SECOND, until: NOON + 5 * SECOND }, []],
  [{ state: "queued", kind: "other" }, ["waitsOther"]],
  [{ state: "queued", attempts: 1 }, ["retries"]],
  [{ state: "running", since: NOON + 5 * SECOND }, ["runsOther"]],
  [{ state: "failed", kind: "test", attempts: 2 }, ["failsLate"]],
  [{ state: "failed", attempts: 3 }, []],
  [{ state: "failed", until: NOON + 7 * SECOND }, ["failsLate"]],
  [{ state: "succeeded", code: "refused" }, []],
  [{ code: "refused", source: "sample" }, []],
  [{ owner: "key:a", state: "succeeded" }, ["succeeds"]],
  [{ owner: "key:a", kind: "test", since: NOON + 4 * SECOND }, ["succeeds"]],
  [{ kind: "test", until: NOON + 6 * SECOND }, ["runs", "retries", "waits"]],
];

Deno.test("page() lists the jobs that match all members of the query, newest first", async () => {
  using env = await openLives();
  for (const [query, expected] of queries) {
    const page = await env.store.listing.page(query, { limit: 20 });
    const names = page.jobs.map(env.nameOf);
    assertEquals(
      { ...page, jobs: names },
      { jobs: expected, cursor: null, isPartial: false },
      JSON.stringify(query),
    );
  }
});

Deno.test("pages of one job show all jobs of each query once, in the same order", async () => {
  using env = await openLives();
  for (const [query, expected] of queries) {
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await env.store.listing.page(query, { limit: 1, cursor });
      names.push(...page.jobs.map(env.nameOf));
      cursor = page.cursor;
    } while (cursor !== null);
    assertEquals(names, expected, JSON.stringify(query));
  }
});

Deno.test("a line of a list has what the record says, and never its texts", async () => {
  using env = await openLives();
  const { store, jobs } = env;
  const { id } = jobs.get("failsLate")!;
  const newId = newJobId(env.clock.now());
  await store.derived.replay(id, { newId, steps: "reuse" });
  const fromEntry = await store.listing.page({ code: "upstream_error" }, { limit: 5 });
  const fromRecord = await store.listing.page({ owner: "client:b" }, { limit: 5 });
  const fromAll = await store.listing.page({}, { limit: 20 });
  const expected = {
    id,
    kind: "test",
    state: "failed",
    owner: "client:b",
    createdAt: NOON + 6 * SECOND,
    expiresAt: NOON + 6 * SECOND + 24 * HOUR,
    startedAt: NOON + 6 * SECOND,
    finishedAt: NOON + 6 * SECOND,
    attempts: 2,
    code: "upstream_error",
    source: null,
    holder: null,
    runAt: null,
    costUsd: null,
    replayOf: null,
    refines: null,
    replayedAs: newId,
  } as const;
  assertEquals(fromEntry.jobs, [expected]);
  // Its replay has the same owner, although no request has created it.
  assertEquals(fromRecord.jobs.map((job) => [job.id, job.replayOf]), [[newId, id], [id, null]]);
  assertEquals(fromRecord.jobs[1], expected);
  assertEquals(fromAll.jobs.find((job) => job.id === id), expected);
});

Deno.test("jobs that change between two pages are on one page only", async () => {
  using env = await openLives();
  const { store, jobs, clock } = env;
  const query = { kind: "test" };
  const first = await store.listing.page(query, { limit: 4 });
  assertEquals(first.jobs.map(env.nameOf), ["canceled", "sample", "succeeds", "failsLate"]);
  // A new job, one of the first page again, and three of the next page.
  clock.advance(SECOND);
  await store.accept(jobAt(clock.now()));
  await store.derived.replay(first.jobs[3]!.id, { newId: newJobId(clock.now()), steps: "reuse" });
  await store.cancel(jobs.get("retries")!.id);
  await start(store, jobs.get("waits")!);
  await store.rescue({ id: jobs.get("runs")!.id, holder: A, attempt: 1 });
  const second = await store.listing.page(query, { limit: 4, cursor: first.cursor });
  const lines = second.jobs.map((job) => [env.nameOf(job), job.state]);
  assertEquals(lines, [["runs", "queued"], ["retries", "canceled"], ["waits", "running"]]);
  assertStrictEquals(second.cursor, null);
});

Deno.test("expired jobs are in no list, even while KV has their keys", async () => {
  using env = await openLives();
  env.clock.advance(24 * HOUR - 5 * SECOND);
  const { nameOf, store } = env;
  const page = async (query: JobQuery) =>
    (await store.listing.page(query, { limit: 20 })).jobs.map(nameOf);
  assertEquals(await page({}), ["canceled", "sample", "succeeds", "failsOther", "failsLate"]);
  assertEquals(await page({ kind: "other" }), ["failsOther"]);
  assertEquals(await page({ owner: "key:a" }), ["succeeds"]);
  env.clock.advance(5 * SECOND);
  for (const [query] of queries) assertEquals(await page(query), []);
});

Deno.test("a damaged entry is replaced by its record, and a damaged record is left out", async () => {
  using env = await openLives();
  const { store, kv, jobs, nameOf } = env;
  const failed = jobs.get("failsOther")!;
  const entry = ["ended", "other", "failed", "refused", 1, failed.id];
  await kv.set(entry, "from another version");
  const page = async (query: JobQuery) =>
    (await store.listing.page(query, { limit: 20 })).jobs.map(nameOf);
  assertEquals(await page({ code: "refused" }), ["failsOther"]);
  await kv.set(["job", failed.id], "from another version");
  assertEquals(await page({ code: "refused" }), []);
  assertEquals((await page({})).includes("failsOther"), false);
  // The entry alone suffices, so that damage of a record hides no entry.
  await kv.set(["job", jobs.get("sample")!.id], { schema: 99 });
  assertEquals(await page({ source: "sample" }), ["sample"]);
});

Deno.test("a job that ended before lists had entries is in the lists without filters", async () => {
  using env = await openLives();
  const { store, kv, jobs, nameOf } = env;
  await kv.delete(["ended", "test", "canceled", "", 0, jobs.get("canceled")!.id]);
  assertEquals((await store.listing.page({ state: "canceled" }, { limit: 5 })).jobs, []);
  assertEquals((await store.listing.page({}, { limit: 1 })).jobs.map(nameOf), ["canceled"]);
});

/** Writes records as they are, one commit each hundred. */
async function putRecords(kv: Kv, jobs: readonly { id: string }[]): Promise<void> {
  for (let n = 0; n < jobs.length; n += 100) {
    const commit = kv.atomic();
    for (const job of jobs.slice(n, n + 100)) commit.set(["job", job.id], job);
    await commit.commit();
  }
}

Deno.test("a page that examines too many jobs is partial, and the next one goes on", async () => {
  using env = await openStore();
  const { kv, store } = env;
  const owner = "key:a";
  const jobs = Array.from({ length: 1_200 }, (_, n) => jobAt(NOON + n, { owner }));
  await putRecords(kv, jobs);
  for (const { kind, id, createdAt } of jobs) {
    await kv.set(["owned", owner, kind, createdAt, id], {});
  }
  const oldest = jobs[0]!;
  await store.cancel(oldest.id);
  const query = { owner, state: "canceled" } as const;
  const first = await store.listing.page(query, { limit: 49 });
  assertEquals(first, { jobs: [], cursor: jobs[200]!.id, isPartial: true });
  const second = await store.listing.page(query, { limit: 49, cursor: first.cursor });
  assertEquals(second.jobs.map(({ id }) => id), [oldest.id]);
  assertEquals([second.cursor, second.isPartial], [null, false]);
});

Deno.test("with more waiting jobs than a page can sort, the records are read in their order", async () => {
  using env = await openStore();
  const { kv, store } = env;
  const jobs = Array.from({ length: 12 }, (_, n) => jobAt(NOON + n));
  await putRecords(kv, jobs);
  await store.cancel(jobs[10]!.id);
  // Entries of jobs that do not exist are as many to sort.
  for (let n = 0; n <= 5_000; n += 500) {
    const commit = kv.atomic();
    for (let m = n; m < n + 500; m++) commit.set(["due", "test", m, newJobId(NOON - m)], NOON);
    await commit.commit();
  }
  const page = await store.listing.page({ state: "queued" }, { limit: 3 });
  assertEquals(page.jobs.map(({ id }) => id), [11, 9, 8].map((n) => jobs[n]!.id));
});

Deno.test("the commit that ends a job writes its entry, or neither is stored", async () => {
  for (const isSaved of [true, false]) {
    using kv = await Deno.openKv(":memory:");
    const clock = new FakeClock();
    const { store } = openStores(kv, { clock });
    const job = jobAt(NOON);
    await store.accept(job);
    const lease = await start(store, job);
    if (!isSaved) await store.cancel(job.id);
    assertStrictEquals(await store.complete(lease, plan), isSaved ? "saved" : "lost");
    const entries = (await Array.fromAsync(kv.list({ prefix: ["ended"] }))).map(({ key }) => key);
    const ended = (await store.read(job.id))!.job as EndedJob;
    assertStrictEquals(ended.state, isSaved ? "succeeded" : "canceled");
    const detail = isSaved ? "openai" : "";
    assertEquals(entries, [["ended", "test", ended.state, detail, 1, job.id]]);
  }
});

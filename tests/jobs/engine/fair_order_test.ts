import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { FairOrder } from "../../../jobs/engine/fair_order.ts";
import { Slots } from "../../../jobs/engine/slots.ts";
import { Stager } from "../../../jobs/engine/stager.ts";
import type { UnreadableJobs } from "../../../jobs/engine/unreadable_jobs.ts";
import type { PublicKind } from "../../../jobs/kind.ts";
import { JobError } from "../../../lib/job/failure.ts";
import type { Breaker } from "../../../lib/store/breaker.ts";
import type { DueJob, JobIndex } from "../../../lib/store/job_index.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { queuedJob, testKind } from "../../../testing/jobs.ts";
import { openRuntimesOn, type RuntimeOverrides, submit } from "../../../testing/runtimes.ts";

/** Puts jobs of callers, named by letters, into their order. A comma starts the first job. */
function orderOf(requests: string): string {
  const order = new FairOrder();
  const waiting: { caller: string; place: number }[] = [];
  const served: string[] = [];
  const serve = () => {
    const next = waiting.toSorted((a, b) => a.place - b.place)[0]!;
    waiting.splice(waiting.indexOf(next), 1);
    order.noteStart("test", next.place);
    served.push(next.caller);
  };
  let now = NOON;
  for (const caller of requests) {
    now += 10;
    if (caller === ",") serve();
    else waiting.push({ caller, place: order.placeFor("test", { caller, now }) });
  }
  while (waiting.length > 0) serve();
  return served.join("");
}

const orders: [name: string, requests: string, served: string][] = [
  ["one caller is served in the order of its requests", "AAAA", "AAAA"],
  ["callers with one job each are served in the order of their requests", "ABCD", "ABCD"],
  ["two callers take turns", "AAAABBB", "ABABABA"],
  ["three callers take turns", "AAABBBCCC", "ABCABCABC"],
  ["a new caller is next, however long the others wait", "AAAAAA,,,B", "AAABAAA"],
  ["a caller that comes back has no claim on turns that it missed", "AAAA,,,BBBB", "AAABABBB"],
  ["a caller that has had its turn waits for the others", "AAAAB,,,B", "ABABAA"],
];

for (const [name, requests, served] of orders) {
  Deno.test(`FairOrder: ${name}`, () => assertStrictEquals(orderOf(requests), served));
}

Deno.test("FairOrder begins anew at the last full minute when no job waits", () => {
  const order = new FairOrder();
  const place = (caller: string, now: number) => order.placeFor("test", { caller, now });
  assertStrictEquals(order.currentPlace("test"), null);
  assertStrictEquals(place("A", NOON + 5_000), NOON - 1);
  assertStrictEquals(order.currentPlace("test"), NOON - 1);
  assert(place("A", NOON + 65_000) < NOON);
  order.noteEmpty("test");
  assertStrictEquals(order.currentPlace("test"), null);
  assertStrictEquals(place("A", NOON + 65_000), NOON + 59_999);
});

Deno.test("FairOrder gives a caller that has started a job no place before others", () => {
  const order = new FairOrder();
  const start = order.placeOfStart("test", { caller: "A", now: NOON + 1_000 });
  assertStrictEquals(order.currentPlace("test"), null);
  const place = (caller: string) => order.placeFor("test", { caller, now: NOON + 2_000 });
  assert(place("A") > start);
  assertStrictEquals(place("B"), start);
});

Deno.test("FairOrder gives no place in the future, so that each job is due", () => {
  const order = new FairOrder();
  for (let n = 0; n < 3_000; n++) {
    assert(order.placeFor("test", { caller: "A", now: NOON + n / 1_000 }) <= NOON + n / 1_000);
  }
});

Deno.test("FairOrder gives a turn back, so that a canceled job costs its caller none", () => {
  const order = new FairOrder();
  const place = (caller: string) => order.placeFor("test", { caller, now: NOON });
  const [first] = Array.from({ length: 50 }, () => place("A"));
  for (let n = 0; n < 50; n++) order.giveBack("test", { caller: "A" });
  assertStrictEquals(place("A"), first);
});

Deno.test("FairOrder lets callers take turns also in the millisecond of the last start", () => {
  const order = new FairOrder();
  order.placeOfStart("test", { caller: "A", now: NOON });
  const place = (caller: string) => order.placeFor("test", { caller, now: NOON });
  const places = Array.from({ length: 100 }, () => place("A"));
  assertStrictEquals(new Set(places).size, 100);
  assert(place("B") < places[0]!);
});

/** Kinds whose jobs run until the test ends them, on two instances. */
async function openHeld(overrides: RuntimeOverrides = {}) {
  const started: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const held = (name: string): PublicKind => ({
    ...testKind(async ({ text }) => {
      started.push(text);
      const end = Promise.withResolvers<void>();
      ends.set(text, (error) => error ? end.reject(error) : end.resolve());
      await end.promise.finally(() => ends.delete(text));
      return { text };
    }),
    name,
  });
  const kinds = [held("test"), held("other")];
  const clock = new FakeClock();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const options = { kinds, concurrency: 1, random: () => 0.5, ...overrides };
  const env = openRuntimesOn(kv, options, clock);
  return {
    ...env,
    hooks,
    started,
    kinds,
    /** Sends a job of the caller that its text begins with. */
    async post(text: string, { to = env.a, kind = kinds[0]! } = {}) {
      clock.advance(1);
      return await submit(to, kind, { text }, { caller: { id: text[0]!, owner: null } });
    },
    /** Ends a job, by default that of the oldest start, and lets the next one start. */
    async end(text?: string, error?: Error) {
      await env.settled();
      clock.advance(1);
      ends.get(text ?? [...ends.keys()][0]!)!(error);
      await env.settled();
    },
    [Symbol.dispose]: () => env.kv.close(),
  };
}

const overloaded = new JobError("upstream_error", "OpenAI API error: 500");

Deno.test("the first job of a caller starts next, although another caller has sent 500", async () => {
  using env = await openHeld();
  for (let n = 0; n <= 500; n++) await env.post(`A${n}`);
  await env.settled();
  await env.post("B0");
  await env.post("B1");
  for (let n = 0; n < 5; n++) await env.end();
  assertEquals(env.started, ["A0", "B0", "A1", "B1", "A2", "A3"]);
});

for (const hasStarted of [false, true]) {
  const before = hasStarted ? "had one job at once" : "is new";
  Deno.test(`a caller that ${before} is next on an instance that knows no queue`, async () => {
    using env = await openHeld();
    for (let n = 0; n < 100; n++) await env.post(`A${n}`);
    await env.settled();
    // Its slot is free, and its first sweep is later.
    env.clock.advance(120_000);
    const caller = hasStarted ? "B" : "X";
    await env.post(`${caller}0`, { to: env.b });
    await env.settled();
    await env.post("B1", { to: env.b });
    await env.settled();
    for (let n = 0; n < 4; n++) await env.end();
    const place = env.started.indexOf("B1");
    assert(place > 0 && place <= 4, `${env.started}`);
  });
}

Deno.test("a new job does not take a free slot before the jobs that wait for it", async () => {
  using env = await openHeld();
  for (let n = 0; n < 10; n++) await env.post(`A${n}`);
  await env.settled();
  await env.post("B0");
  const posts: Promise<unknown>[] = [];
  // The slot is free while the sweep reads which job is next.
  env.hooks.list = () => {
    if (posts.length < 3) posts.push(env.post(`A1${posts.length}`));
  };
  await env.end();
  await env.end();
  assertStrictEquals((await Promise.all(posts)).length, 3);
  assertEquals(env.started, ["A0", "B0", "A1"]);
});

Deno.test("a job that is stored while a sweep ends starts at once", async () => {
  using env = await openHeld({ concurrency: 3 });
  for (let n = 0; n < 4; n++) await env.post(`A${n}`);
  await env.settled();
  let posted: Promise<unknown> | undefined;
  env.hooks.list = () => void (posted ??= env.post("A4"));
  env.hooks.commit = async (sets, run) => {
    if (sets.some(([sort]) => sort === "running")) await posted;
    return await run();
  };
  await Promise.all([env.end("A0"), env.end("A1")]);
  assertEquals(env.started, ["A0", "A1", "A2", "A3", "A4"]);
});

Deno.test("kinds take turns, so that jobs of one kind do not hold up another", async () => {
  using env = await openHeld();
  const other = env.kinds[1]!;
  for (let n = 0; n < 20; n++) await env.post(`A${n}`);
  await env.settled();
  for (let n = 0; n < 3; n++) await env.post(`B${n}`, { kind: other });
  for (let n = 0; n < 6; n++) await env.end();
  const firstB = env.started.findIndex((text) => text.startsWith("B"));
  assert(firstB <= 2, `${env.started}`);
  assertStrictEquals(env.started.filter((text) => text.startsWith("B")).length, 3);
});

for (const jitter of [0.1, 0.3, 0.5, 0.99]) {
  Deno.test(`a retry does not wait for all jobs of another caller again: jitter ${jitter}`, async () => {
    using env = await openHeld({ random: () => jitter });
    await env.post("B0");
    await env.settled();
    for (let n = 0; n < 50; n++) await env.post(`A${n}`);
    await env.end("B0", overloaded);
    env.clock.advance(60_000);
    for (let n = 0; n < 6; n++) await env.end();
    const again = env.started.lastIndexOf("B0");
    assert(again > 0 && again <= 6, `${env.started}`);
  });
}

Deno.test("retries of one caller get a quarter of the starts, however many they are", async () => {
  using env = await openHeld();
  for (let n = 0; n < 30; n++) await env.post(`A${n}`);
  await env.settled();
  for (let n = 0; n < 8; n++) await env.end(env.started.at(-1), overloaded);
  env.clock.advance(60_000);
  const begin = env.started.length;
  for (const caller of "BCDEFGHIJKLM") await env.post(`${caller}0`);
  for (let n = 0; n < 12; n++) await env.end();
  const ofOthers = env.started.slice(begin).filter((text) => !text.startsWith("A"));
  assert(ofOthers.length >= 8, `${env.started.slice(begin)}`);
});

Deno.test("a job that a shutdown has put back is not behind newer jobs of another caller", async () => {
  using env = await openHeld();
  await env.post("A0");
  await env.settled();
  for (let n = 1; n < 100; n++) await env.post(`A${n}`);
  await env.post("B0");
  await env.end();
  assertEquals(env.started, ["A0", "B0"]);
  const stopped = env.a.instance.stop(0);
  await env.settled();
  env.clock.advance(5_000);
  await stopped;
  await env.b.instance.sweep();
  await env.settled();
  assertEquals(env.started, ["A0", "B0", "B0"]);
});

Deno.test("new callers do not overtake callers that wait when a slot becomes free", async () => {
  using env = await openHeld();
  await env.post("A0");
  await env.settled();
  for (const caller of "BCD") await env.post(`${caller}0`);
  const newcomers = [..."XYZ"];
  env.hooks.list = async () => {
    if (newcomers.length > 0) await env.post(`${newcomers.shift()}0`);
  };
  for (let n = 0; n < 4; n++) await env.end();
  assertEquals(env.started.slice(0, 4), ["A0", "B0", "C0", "D0"]);
});

Deno.test("a canceled job costs its caller no turn", async () => {
  using env = await openHeld();
  await env.post("A0");
  await env.settled();
  for (let n = 1; n < 20; n++) await env.post(`A${n}`);
  for (let n = 0; n < 20; n++) {
    const { job: { id } } = await env.post(`B${n}`);
    await env.a.jobs.cancel(env.kinds[0]!, id, "B");
  }
  await env.post("B20");
  await env.end();
  assertEquals(env.started, ["A0", "B20"]);
});

Deno.test("an entry of a job that no longer waits is deleted, as an earlier version leaves it", async () => {
  using env = await openHeld();
  await env.post("A0");
  await env.settled();
  const { job } = await env.post("A1");
  const dueEntries = async () => (await Array.fromAsync(env.kv.list({ prefix: ["due"] }))).length;
  await env.kv.set(["due", "test", job.place! - 1, job.id], 0);
  await env.kv.set(["due", "test", job.place! - 2, crypto.randomUUID()], 0);
  assertStrictEquals(await dueEntries(), 3);
  for (let n = 0; n < 2; n++) await env.end();
  await env.a.instance.sweep();
  assertEquals(env.started, ["A0", "A1"]);
  assertStrictEquals(await dueEntries(), 0);
});

Deno.test("new jobs start at once although an unreadable job waits", async () => {
  using env = await openHeld({ concurrency: 2 });
  const { id } = queuedJob();
  await env.kv.set(["job", id], { schema: 99 });
  await env.kv.set(["due", "test", NOON - 1, id], 0);
  const texts = ["A0", "A1", "A2", "A3"];
  for (const text of texts) await env.post(text);
  await env.settled();
  for (const text of texts) await env.end(text);
  const { waitsAt } = await env.post("A4");
  assertStrictEquals(waitsAt, undefined);
  await env.settled();
});

Deno.test("a job that comes while a sweep ends is found by the next one, at any moment", async () => {
  for (let microtasks = 0; microtasks < 40; microtasks++) {
    const { order, slots, due, claimed, stager } = scriptedStager();
    const sweep = stager.trySweep();
    for (let n = 0; n < microtasks; n++) await null;
    due.push({ id: "late", kind: "test", place: 1, deadline: Infinity });
    slots.noteBacklog();
    await Promise.all([sweep, stager.trySweep()]);
    assertEquals(claimed, ["late"], `after ${microtasks} microtasks`);
    assertStrictEquals(order.currentPlace("test"), null);
  }
});

/** A stager whose index is a list. */
function scriptedStager() {
  const due: DueJob[] = [];
  const claimed: string[] = [];
  const order = new FairOrder();
  const slots = new Slots({ concurrency: 3, kinds: [{ name: "test" }], onFree: () => {} });
  const index = {
    async *due(_kind: string, { from }: { from?: number }) {
      if (from === undefined) yield* [...due];
    },
    isEmpty: () => Promise.resolve(due.length === 0),
  };
  const stager = new Stager({
    kinds: new Set(["test"]),
    rareKinds: new Set(),
    index: index as unknown as JobIndex,
    slots,
    breaker: { openUntil: () => 0 } as unknown as Breaker,
    controls: { isPaused: () => false, ready: () => Promise.resolve() },
    storage: { startsJobs: true },
    unreadable: { has: () => false } as unknown as UnreadableJobs,
    order,
    clock: new FakeClock(),
    claim({ id }) {
      due.length = 0;
      claimed.push(id);
      return Promise.resolve();
    },
  });
  return { due, claimed, order, slots, stager };
}

Deno.test("a job starts at once again when the queue has become empty", async () => {
  using env = await openHeld();
  for (const text of ["A0", "A1"]) await env.post(text);
  await env.settled();
  for (let n = 0; n < 2; n++) await env.end();
  const { waitsAt } = await env.post("A2");
  assertStrictEquals(waitsAt, undefined);
  await env.settled();
  assertEquals(env.started, ["A0", "A1", "A2"]);
});

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { FairOrder } from "../../../jobs/engine/fair_order.ts";
import type { PublicKind } from "../../../jobs/kind.ts";
import { JobError } from "../../../lib/job/failure.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { testKind } from "../../../testing/jobs.ts";
import { openRuntimesOn, type RuntimeOverrides, submit } from "../../../testing/runtimes.ts";

/** Puts jobs of callers, named by letters, into their order. A comma starts the first job. */
function orderOf(requests: string): string {
  const order = new FairOrder();
  const waiting: { caller: string; place: number }[] = [];
  const served: string[] = [];
  const serve = () => {
    const next = waiting.toSorted((a, b) => a.place - b.place)[0]!;
    waiting.splice(waiting.indexOf(next), 1);
    order.start("test", next.place);
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

Deno.test("FairOrder begins anew when no job waits", () => {
  const order = new FairOrder();
  const place = (now: number) => order.placeFor("test", { caller: "A", now });
  assertStrictEquals(order.currentPlace("test"), null);
  assertStrictEquals(place(NOON), NOON);
  assertStrictEquals(order.currentPlace("test"), NOON);
  assert(place(NOON + 5_000) < NOON + 1);
  order.clear("test");
  assertStrictEquals(order.currentPlace("test"), null);
  order.startNow("test", { caller: "B", now: NOON + 8_000 });
  assertStrictEquals(order.currentPlace("test"), null);
  assertStrictEquals(place(NOON + 9_000), NOON + 8_000);
});

Deno.test("FairOrder gives no place in the future, so that each job is due", () => {
  const order = new FairOrder();
  for (let n = 0; n < 3_000; n++) {
    assert(order.placeFor("test", { caller: "A", now: NOON + n / 1_000 }) <= NOON + n / 1_000);
  }
});

/** Kinds whose jobs run until the test ends them, on two instances. */
async function openHeld(overrides: RuntimeOverrides = {}) {
  const started: string[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const held = (name: string): PublicKind => ({
    ...testKind(async ({ text }) => {
      started.push(text);
      const end = Promise.withResolvers<void>();
      ends.push((error) => error ? end.reject(error) : end.resolve());
      await end.promise;
      return { text };
    }),
    name,
  });
  const kinds = [held("test"), held("other")];
  const clock = new FakeClock();
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const env = openRuntimesOn(kv, {
    kinds,
    concurrency: 1,
    random: () => 0.5,
    ...overrides,
  }, clock);
  return {
    ...env,
    hooks,
    started,
    kinds,
    async post(text: string, { to = env.a, kind = kinds[0]! } = {}) {
      clock.advance(10);
      const [caller] = text;
      return await submit(to, kind, { text }, { caller: { id: caller!, owner: null } });
    },
    /** Ends the oldest running job, and waits until the next one runs. */
    async endOne(error?: Error) {
      clock.advance(10);
      ends.shift()!(error);
      await env.settled();
    },
    [Symbol.dispose]: () => env.kv.close(),
  };
}

Deno.test("the first job of a caller starts next, although another caller has sent 500", async () => {
  using env = await openHeld();
  for (let n = 0; n <= 500; n++) await env.post(`A${n}`);
  await env.settled();
  await env.post("B0");
  await env.post("B1");
  for (let n = 0; n < 5; n++) await env.endOne();
  assertEquals(env.started, ["A0", "B0", "A1", "B1", "A2", "A3"]);
});

Deno.test("the first job of a caller starts next on the instance that did not accept the others", async () => {
  using env = await openHeld();
  for (let n = 0; n < 20; n++) await env.post(`A${n}`);
  await env.settled();
  await env.post("B0", { to: env.b });
  await env.settled();
  // The other instance had a free slot.
  await env.b.instance.sweep();
  await env.settled();
  await env.post("C0", { to: env.b });
  await env.endOne();
  await env.settled();
  assertEquals(env.started, ["A0", "B0", "C0"]);
});

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
  await env.endOne();
  await env.endOne();
  assertStrictEquals((await Promise.all(posts)).length, 3);
  assertEquals(env.started, ["A0", "B0", "A1"]);
});

Deno.test("a job that is stored while a sweep ends starts at once", async () => {
  using env = await openHeld({ concurrency: 3 });
  for (let n = 0; n < 4; n++) await env.post(`A${n}`);
  await env.settled();
  let posted: Promise<unknown> | undefined;
  env.hooks.list = () => posted ??= env.post("A4");
  env.hooks.commit = async (sets, run) => {
    if (sets.some(([sort]) => sort === "running")) await posted;
    return await run();
  };
  const first = env.endOne();
  await env.endOne();
  await first;
  assertEquals(env.started, ["A0", "A1", "A2", "A3", "A4"]);
});

Deno.test("kinds take turns, so that jobs of one kind do not hold up another", async () => {
  using env = await openHeld();
  const other = env.kinds[1]!;
  for (let n = 0; n < 20; n++) await env.post(`A${n}`);
  await env.settled();
  for (let n = 0; n < 3; n++) await env.post(`B${n}`, { kind: other });
  for (let n = 0; n < 6; n++) await env.endOne();
  const firstB = env.started.findIndex((text) => text.startsWith("B"));
  assert(firstB <= 2, `${env.started}`);
  assertStrictEquals(env.started.filter((text) => text.startsWith("B")).length, 3);
});

Deno.test("a retry does not wait for all jobs of another caller again", async () => {
  using env = await openHeld();
  await env.post("B0");
  await env.settled();
  for (let n = 0; n < 20; n++) await env.post(`A${n}`);
  await env.endOne(new JobError("upstream_error", "OpenAI API error: 500"));
  env.clock.advance(60_000);
  for (let n = 0; n < 4; n++) await env.endOne();
  assertEquals(env.started.slice(0, 2), ["B0", "A0"]);
  const again = env.started.lastIndexOf("B0");
  assert(again > 0 && again <= 4, `${env.started}`);
});

Deno.test("a job starts at once again when the queue has become empty", async () => {
  using env = await openHeld();
  for (const text of ["A0", "A1"]) await env.post(text);
  await env.settled();
  for (let n = 0; n < 2; n++) await env.endOne();
  const { waitsAt } = await env.post("A2");
  assertStrictEquals(waitsAt, undefined);
  await env.settled();
  assertEquals(env.started, ["A0", "A1", "A2"]);
});

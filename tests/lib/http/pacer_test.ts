import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Pacer } from "../../../lib/http/pacer.ts";
import { FakeClock, nextTurn, NOON } from "../../../testing/fake_clock.ts";

const INTERVAL_MS = 250;

/** A pacer, its clock, and the times of its turns: milliseconds since the start, by caller. */
function setUp() {
  const clock = new FakeClock();
  const pacer = new Pacer(INTERVAL_MS);
  const turns: [caller: string, ms: number][] = [];
  const call = async (caller: string, signal = new AbortController().signal) => {
    await pacer.turn({ clock, signal });
    turns.push([caller, clock.now() - NOON]);
  };
  return { clock, pacer, turns, call };
}

/** Advances the clock in small steps, so that each wait ends at its own time. */
async function advance(clock: FakeClock, ms: number): Promise<void> {
  const STEP_MS = 50;
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    clock.advance(STEP_MS);
    await nextTurn();
  }
}

Deno.test("turn() gives turns in the order of the calls, an interval apart", async () => {
  const { clock, turns, call } = setUp();

  const calls = ["a", "b", "c"].map((caller) => call(caller));
  await nextTurn();
  await advance(clock, 600);
  await Promise.all(calls);

  assertEquals(turns, [["a", 0], ["b", 250], ["c", 500]]);
});

Deno.test("turn() does not wait when the interval has passed", async () => {
  const { clock, turns, call } = setUp();

  await call("a");
  clock.advance(INTERVAL_MS);
  await call("b");

  assertEquals(turns, [["a", 0], ["b", 250]]);
});

Deno.test("turn() throws the reason of its signal, and the next caller gets the turn", async () => {
  const { clock, turns, call } = setUp();
  const abort = new AbortController();
  const reason = new Error("stopping");

  await call("a");
  const left = assertRejects(() => call("b", abort.signal));
  const next = call("c");
  await nextTurn();
  abort.abort(reason);
  assertStrictEquals(await left, reason);
  await advance(clock, 300);
  await next;

  assertEquals(turns, [["a", 0], ["c", 250]]);
  assertStrictEquals(clock.waiting, 0);
});

Deno.test("turn() lets only the first of many callers sleep, and queueMs() counts them all", async () => {
  const { clock, pacer, turns, call } = setUp();
  const abort = new AbortController();
  await call("a");

  const calls = ["b", "c", "d"].map((caller) => call(caller));
  const left = assertRejects(() => call("e", abort.signal));
  await nextTurn();
  assertStrictEquals(clock.waiting, 1);
  assertStrictEquals(pacer.queueMs(clock), 5 * INTERVAL_MS);
  abort.abort();
  await left;
  assertStrictEquals(pacer.queueMs(clock), 4 * INTERVAL_MS);
  await advance(clock, 800);
  await Promise.all(calls);

  assertEquals(turns, [["a", 0], ["b", 250], ["c", 500], ["d", 750]]);
  assertStrictEquals(pacer.queueMs(clock), 200);
});

Deno.test("turn() lets no later caller overtake one that waits", async () => {
  const { clock, turns, call } = setUp();
  await call("a");
  const waiting = call("b");
  await nextTurn();

  clock.advance(INTERVAL_MS);
  const later = call("c");
  await nextTurn();
  await advance(clock, 300);
  await Promise.all([waiting, later]);

  assertEquals(turns, [["a", 0], ["b", 250], ["c", 500]]);
});

const pauses: [ms: number, caller: "waits" | "comes later", turnAt: number][] = [
  [1_000, "waits", 1_000],
  [1_000, "comes later", 1_000],
  [100, "waits", 250],
  [100, "comes later", 250],
];

for (const [ms, caller, turnAt] of pauses) {
  Deno.test(`after pause(${ms}) a caller that ${caller} has its turn at ${turnAt} ms`, async () => {
    const { clock, pacer, turns, call } = setUp();

    await call("a");
    const waiting = caller === "waits" ? call("b") : null;
    pacer.pause(ms, clock);
    const next = waiting ?? call("b");
    await advance(clock, 1_100);
    await next;

    assertEquals(turns, [["a", 0], ["b", turnAt]]);
  });
}

Deno.test("turn() does not wait for a clock that was set back to catch up", async () => {
  const { pacer, turns, call } = setUp();
  await call("a");
  const earlier = new FakeClock(NOON - 3_600_000);

  await pacer.turn({ clock: earlier, signal: new AbortController().signal });

  assertEquals(turns, [["a", 0]]);
});

import { assertEquals, assertStrictEquals } from "@std/assert";
import { Loop, type LoopOptions } from "../../../jobs/engine/loop.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";

/** A loop that counts its runs. */
function openLoop(options: Partial<LoopOptions> = {}) {
  const clock = new FakeClock();
  const faults: unknown[] = [];
  let runs = 0;
  const loop = new Loop({
    run: () => Promise.resolve(void runs++),
    everyMs: () => 1_000,
    clock,
    onFault: (error) => faults.push(error),
    ...options,
  });
  return { loop, clock, faults, runs: () => runs };
}

Deno.test("a loop runs at once, then after each pause, until it is stopped", async () => {
  const { loop, clock, runs } = openLoop();
  const ended = loop.start();
  await nextTurn();
  assertStrictEquals(runs(), 1);
  clock.advance(999);
  await nextTurn();
  assertStrictEquals(runs(), 1);
  clock.advance(1);
  await nextTurn();
  assertStrictEquals(runs(), 2);
  loop.stop();
  await ended;
  assertStrictEquals(runs(), 2);
  assertStrictEquals(clock.waiting, 0);
});

Deno.test("a loop reports a run that fails, and continues with the next one", async () => {
  const fault = new Error("database lost");
  const { loop, clock, faults } = openLoop({ run: () => Promise.reject(fault) });
  const ended = loop.start();
  await nextTurn();
  clock.advance(1_000);
  await nextTurn();
  assertEquals(faults, [fault, fault]);
  loop.stop();
  await ended;
});

Deno.test("wake() ends a pause at once, and skips the pause after a run that is under way", async () => {
  let runs = 0;
  const held = Promise.withResolvers<void>();
  const { loop } = openLoop({ run: () => ++runs === 2 ? held.promise : Promise.resolve() });
  const ended = loop.start();
  await nextTurn();
  loop.wake();
  await nextTurn();
  assertStrictEquals(runs, 2);
  loop.wake();
  held.resolve();
  await nextTurn();
  assertStrictEquals(runs, 3);
  loop.stop();
  await ended;
});

Deno.test("stop() lets the current run end and starts no other", async () => {
  const held = Promise.withResolvers<void>();
  let runs = 0;
  const { loop } = openLoop({ run: () => (runs++, held.promise) });
  const ended = loop.start();
  await nextTurn();
  loop.stop();
  held.resolve();
  await ended;
  assertStrictEquals(runs, 1);
});

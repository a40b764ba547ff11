import { assertEquals, assertStrictEquals } from "@std/assert";
import { Loop, type LoopOptions } from "../../../jobs/engine/loop.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";

/** A loop whose turns are counted. */
function openLoop(options: Partial<LoopOptions> = {}) {
  const clock = new FakeClock();
  const faults: unknown[] = [];
  let turns = 0;
  const loop = new Loop({
    run: () => Promise.resolve(void turns++),
    everyMs: () => 1_000,
    clock,
    onFault: (error) => faults.push(error),
    ...options,
  });
  return { loop, clock, faults, turns: () => turns };
}

Deno.test("a loop runs at once, then after each pause, until it is stopped", async () => {
  const { loop, clock, turns } = openLoop();
  const ended = loop.start();
  await nextTurn();
  assertStrictEquals(turns(), 1);
  clock.advance(999);
  await nextTurn();
  assertStrictEquals(turns(), 1);
  clock.advance(1);
  await nextTurn();
  assertStrictEquals(turns(), 2);
  loop.stop();
  await ended;
  assertStrictEquals(turns(), 2);
  assertStrictEquals(clock.waiting, 0);
});

Deno.test("a turn that fails is reported, and followed by the next one", async () => {
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

Deno.test("wake() in a pause starts the next turn, in a turn the one after it", async () => {
  let turns = 0;
  const held = Promise.withResolvers<void>();
  const { loop } = openLoop({ run: () => ++turns === 2 ? held.promise : Promise.resolve() });
  const ended = loop.start();
  await nextTurn();
  loop.wake();
  await nextTurn();
  assertStrictEquals(turns, 2);
  loop.wake();
  held.resolve();
  await nextTurn();
  assertStrictEquals(turns, 3);
  loop.stop();
  await ended;
});

Deno.test("stop() in a turn lets that turn be the last one", async () => {
  const held = Promise.withResolvers<void>();
  let turns = 0;
  const { loop } = openLoop({ run: () => (turns++, held.promise) });
  const ended = loop.start();
  await nextTurn();
  loop.stop();
  held.resolve();
  await ended;
  assertStrictEquals(turns, 1);
});

import { assertRejects, assertStrictEquals } from "@std/assert";
import { type Clock, DeadlineError } from "../../lib/clock.ts";
import { SharedDeadline } from "../../lib/shared_deadline.ts";
import { FakeClock, nextTurn } from "../../testing/fake_clock.ts";

/** A deadline of a second, and its clock. */
function openDeadline() {
  const clock = new FakeClock();
  return { clock, deadline: new SharedDeadline({ ms: 1_000, clock }) };
}

/** Work that does not end, and whether its time is over. */
function startWork(deadline: SharedDeadline) {
  const state = { isOver: false };
  deadline.run(new Promise<never>(() => {})).catch((error) => {
    state.isOver = error instanceof DeadlineError;
  });
  return state;
}

Deno.test("work that ends in time has its own result or error", async () => {
  const { clock, deadline } = openDeadline();
  assertStrictEquals(await deadline.run(Promise.resolve("done")), "done");
  await assertRejects(() => deadline.run(Promise.reject(new Error("no"))), Error, "no");
  const late = Promise.withResolvers<string>();
  const result = deadline.run(late.promise);
  clock.advance(999);
  await nextTurn();
  late.resolve("late");
  assertStrictEquals(await result, "late");
});

Deno.test("each work has exactly its own time, with one timer for all", async () => {
  const { clock, deadline } = openDeadline();
  const first = startWork(deadline);
  clock.advance(400);
  const second = startWork(deadline);
  assertStrictEquals(clock.waiting, 1);
  for (
    const [ms, isFirstOver, isSecondOver] of [
      [599, false, false],
      [1, true, false],
      [399, true, false],
      [1, true, true],
    ] as const
  ) {
    clock.advance(ms);
    await nextTurn();
    assertStrictEquals(first.isOver, isFirstOver);
    assertStrictEquals(second.isOver, isSecondOver);
  }
  assertStrictEquals(clock.waiting, 0);
});

Deno.test("work has its full time when the timer of ended work is still running", async () => {
  const { clock, deadline } = openDeadline();
  await deadline.run(Promise.resolve());
  clock.advance(700);
  const work = startWork(deadline);
  assertStrictEquals(clock.waiting, 1);
  clock.advance(999);
  await nextTurn();
  assertStrictEquals(work.isOver, false);
  clock.advance(1);
  await nextTurn();
  assertStrictEquals(work.isOver, true);
});

Deno.test("one step of the clock ends all work whose time is over", async () => {
  const { clock, deadline } = openDeadline();
  await deadline.run(Promise.resolve());
  clock.advance(700);
  const work = [startWork(deadline), startWork(deadline)];
  clock.advance(1_000);
  await nextTurn();
  for (const { isOver } of work) assertStrictEquals(isOver, true);
  assertStrictEquals(clock.waiting, 0);
});

Deno.test("the timer stops when it expires and no work is left", async () => {
  const { clock, deadline } = openDeadline();
  await deadline.run(Promise.resolve());
  clock.advance(700);
  await deadline.run(Promise.resolve());
  assertStrictEquals(clock.waiting, 1);
  clock.advance(300);
  await nextTurn();
  assertStrictEquals(clock.waiting, 0);
  const work = startWork(deadline);
  clock.advance(1_000);
  await nextTurn();
  assertStrictEquals(work.isOver, true);
});

Deno.test("a clock that was set back by an hour lengthens no time", async () => {
  const timers = new FakeClock();
  let setBackMs = 0;
  const clock: Clock = { now: () => timers.now() - setBackMs, wait: timers.wait.bind(timers) };
  const deadline = new SharedDeadline({ ms: 1_000, clock });
  const work = startWork(deadline);
  setBackMs = 3_600_000;
  const next = startWork(deadline);
  timers.advance(999);
  await nextTurn();
  assertStrictEquals(work.isOver, false);
  timers.advance(1);
  await nextTurn();
  assertStrictEquals(work.isOver, true);
  assertStrictEquals(next.isOver, true);
});

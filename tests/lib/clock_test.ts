import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Deadline, DeadlineError, withDeadline } from "../../lib/clock.ts";
import { FakeClock, nextTurn } from "../../testing/fake_clock.ts";

/** Work that ends when the test calls `finish()`, and ignores its signal. */
function heldWork() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    return promise;
  };
  return { work, resolve, reject, signal: () => signals[0]! };
}

Deno.test("withDeadline() returns the result of the work, and leaves no wait", async () => {
  const clock = new FakeClock();
  const held = heldWork();
  const result = withDeadline(held.work, { ms: 1_000, clock });
  held.resolve("done");
  assertStrictEquals(await result, "done");
  assertStrictEquals(clock.waiting, 0);
});

Deno.test("withDeadline() throws the error of the work", async () => {
  const held = heldWork();
  const result = withDeadline(held.work, { ms: 1_000, clock: new FakeClock() });
  held.reject(new Error("no"));
  await assertRejects(() => result, Error, "no");
});

Deno.test("withDeadline() ends at the deadline although the work ignores its signal", async () => {
  const clock = new FakeClock();
  const held = heldWork();
  const result = withDeadline(held.work, { ms: 1_000, clock });
  clock.advance(999);
  await nextTurn();
  assertStrictEquals(held.signal().aborted, false);
  clock.advance(1);
  await assertRejects(() => result, DeadlineError);
  assert(held.signal().reason instanceof DeadlineError);
});

for (const when of ["before", "during"]) {
  Deno.test(`withDeadline() throws the reason of a signal that aborts ${when} the work`, async () => {
    const clock = new FakeClock();
    const reason = new Error("enough");
    const abort = new AbortController();
    if (when === "before") abort.abort(reason);
    const held = heldWork();
    const result = withDeadline(held.work, { ms: 1_000, clock, signal: abort.signal });
    if (when === "during") abort.abort(reason);
    assertStrictEquals(await assertRejects(() => result), reason);
    assertStrictEquals(held.signal().reason, reason);
    assertStrictEquals(clock.waiting, 0);
  });
}

Deno.test("a deadline in parts loses at most one part while the process is frozen", async () => {
  const clock = new FakeClock();
  const held = heldWork();
  const result = withDeadline(held.work, { ms: 5_000, clock, parts: 5 });
  // The process is frozen for a minute: only the current timer fires.
  clock.advance(60_000);
  await nextTurn();
  held.resolve("answer");
  assertStrictEquals(await result, "answer");
});

Deno.test("a deadline says whether the time ran out or the work was ended", () => {
  const clock = new FakeClock();
  const abort = new AbortController();
  const ended = new Deadline({ ms: 1_000, clock, signal: abort.signal });
  ended[Symbol.dispose]();
  assertEquals([ended.signal.aborted, ended.isOver], [true, false]);
  const aborted = new Deadline({ ms: 1_000, clock, signal: abort.signal });
  abort.abort();
  assertEquals([aborted.signal.aborted, aborted.isOver], [true, false]);
});

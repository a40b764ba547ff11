import { assertEquals } from "@std/assert";
import { UnreadableJobs } from "../../../jobs/engine/unreadable_jobs.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { HOUR } from "../../../testing/jobs.ts";

Deno.test("UnreadableJobs remembers a job for as long as its record may exist", () => {
  const clock = new FakeClock();
  const unreadable = new UnreadableJobs({ clock, ttlMs: 24 * HOUR });
  unreadable.add("first");
  clock.advance(24 * HOUR - 1);
  unreadable.add("second");
  assertEquals([unreadable.has("first"), unreadable.has("second")], [true, true]);
  clock.advance(1);
  unreadable.add("third");
  assertEquals([unreadable.has("first"), unreadable.has("second")], [false, true]);
});

Deno.test("UnreadableJobs forgets the other jobs when one job is added again", () => {
  const clock = new FakeClock();
  const unreadable = new UnreadableJobs({ clock, ttlMs: 24 * HOUR });
  unreadable.add("again");
  unreadable.add("other");
  clock.advance(24 * HOUR - 1);
  unreadable.add("again");
  clock.advance(1);
  unreadable.add("third");
  assertEquals([unreadable.has("again"), unreadable.has("other")], [true, false]);
});

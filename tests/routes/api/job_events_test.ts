import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import type { PublicKind } from "../../../jobs/kind.ts";
import { failure } from "../../../lib/job/failure.ts";
import {
  cancelJob,
  completeJob,
  failJob,
  type JobRecord,
  type RunningJob,
  type SucceededJob,
} from "../../../lib/job/job_record.ts";
import { noProgress } from "../../../lib/job/progress.ts";
import { JobEvents } from "../../../routes/api/job_events.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { queuedJob, runningJob, testKind } from "../../../testing/jobs.ts";

const List = z.object({ parts: z.array(z.string()) });

/** A kind whose plans are lists. */
const kind = {
  ...testKind(),
  result: List,
  presentResult: ({ result }: { result: z.infer<typeof List> | null }) => ({ answered: result }),
  itemsOf: ({ parts }: z.infer<typeof List>) => parts,
} as unknown as PublicKind;

const end = { now: NOON + 1_000, usage: null };
const queued = queuedJob();
const running: RunningJob = { ...runningJob(), id: queued.id };
const done = (): SucceededJob =>
  completeJob(running, {
    ...end,
    result: { parts: 1, bytes: 1 },
    source: "sample",
    promptVersion: "test-1",
  });

function snapshot(job: JobRecord, partial: string[] = [], message = "Writing") {
  const result = job.state === "succeeded" ? { parts: partial } : null;
  return { job, version: "1", progress: { ...noProgress, message, partial }, result };
}

/**
 * Returns the events that a client gets for these states, if it has seen everything up to
 * `position`.
 */
function eventsFor(states: ReturnType<typeof snapshot>[], position?: string) {
  const events = new JobEvents(kind, position);
  return states.flatMap((state) => [...events.next(state)]).map(({ event, id, data }) => ({
    event,
    id,
    data: JSON.parse(data),
  }));
}

const names = (events: ReturnType<typeof eventsFor>) =>
  events.map(({ event, data }) => event === "item" ? `item ${data.index} ${data.item}` : event);

Deno.test("JobEvents sends each part once, the progress and the end", () => {
  const events = eventsFor([
    snapshot(queued),
    snapshot(running),
    snapshot(running, ["a"]),
    snapshot(running, ["a", "b"], "Still writing"),
    snapshot(done(), ["a", "b", "c"]),
  ]);
  assertEquals(names(events), [
    "progress",
    "progress",
    "item 0 a",
    "item 1 b",
    "progress",
    "item 2 c",
    "end",
  ]);
});

Deno.test("JobEvents sends progress as GET shows it without the parts, and the whole job at the end", () => {
  const [progress] = eventsFor([snapshot(running, [], "Thinking")]);
  assertStrictEquals(progress!.data.status, "processing");
  assertStrictEquals(progress!.data.progress.message, "Thinking");
  assert(!("partial" in progress!.data));
  const last = eventsFor([snapshot(done(), ["a"])]).at(-1)!;
  assertStrictEquals(last.id, "end");
  assertStrictEquals(last.data.status, "completed");
  assertEquals(last.data.answered, { parts: ["a"] });
  assertStrictEquals(last.data.partial, null);
});

Deno.test("JobEvents ends a failed or canceled job with what GET shows of it", () => {
  const fault = failure("refused", "No");
  const failed = eventsFor([snapshot(failJob(running, { ...end, failure: fault }), ["a"])]);
  assertEquals(names(failed), ["end"]);
  assertStrictEquals(failed[0]!.data.failure.code, "refused");
  const canceled = eventsFor([snapshot(cancelJob(running, end))]);
  assertStrictEquals(canceled[0]!.data.status, "canceled");
});

Deno.test("JobEvents continues after any position", () => {
  const states = [
    snapshot(running, ["a"]),
    snapshot(running, ["a", "b"]),
    snapshot(done(), ["a", "b", "c"]),
  ];
  const whole = eventsFor(states).filter(({ event }) => event === "item");
  for (let cut = 0; cut <= whole.length; cut++) {
    const position = whole[cut - 1]?.id;
    for (let from = 0; from < states.length; from++) {
      // A state that is older than the client's position cannot follow.
      if (cut > states[from]!.progress.partial.length) continue;
      const rest = eventsFor(states.slice(from), position).filter(({ event }) => event === "item");
      assertEquals(rest, whole.slice(cut), `after ${cut}, from state ${from}`);
    }
  }
});

Deno.test("JobEvents sends a reset when a plan starts again, and sends it from its beginning", () => {
  const events = eventsFor([
    snapshot(running, ["a", "b"]),
    snapshot(running, []),
    snapshot(running, ["x"]),
  ]);
  assertEquals(names(events), ["item 0 a", "item 1 b", "progress", "reset", "item 0 x"]);
  const position = events[1]!.id;
  assertEquals(names(eventsFor([snapshot(running, ["x", "b"])], position)), [
    "reset",
    "item 0 x",
    "item 1 b",
    "progress",
  ]);
});

Deno.test("JobEvents sends a plan again when it differs from the parts sent", () => {
  const events = eventsFor([snapshot(running, ["a", "b"]), snapshot(done(), ["a", "c"])]);
  assertEquals(names(events), [
    "item 0 a",
    "item 1 b",
    "progress",
    "reset",
    "item 0 a",
    "item 1 c",
    "end",
  ]);
});

for (const position of ["", "nonsense", "1-", "1-0000000000000000", "-1-x", "end", "9-x", "1e9"]) {
  Deno.test(`JobEvents sends everything for the position ${JSON.stringify(position)}`, () => {
    const events = eventsFor([snapshot(running, ["a"])], position);
    assertEquals(names(events), ["reset", "item 0 a", "progress"]);
  });
}

Deno.test("JobEvents sends nothing for a state that looks the same", () => {
  const state = snapshot(running, ["a"]);
  assertEquals(names(eventsFor([state, state])), ["item 0 a", "progress"]);
});

Deno.test("a snapshot is presented once, however many clients get it", () => {
  let presented = 0;
  const counting = {
    ...kind,
    presentResult(job: { result: never; progress: never }) {
      presented++;
      return kind.presentResult(job);
    },
  } as unknown as PublicKind;
  const states = [
    snapshot(running, ["a"]),
    snapshot(running, ["a", "b"]),
    snapshot(done(), ["a", "b"]),
  ];
  const seen = Array.from({ length: 100 }, (_, n) => {
    // Half of the clients already have the first part.
    const [first] = new JobEvents(kind).next(snapshot(running, ["a"]));
    const events = new JobEvents(counting, n % 2 === 0 ? undefined : first!.id);
    return states.flatMap((state) => [...events.next(state)]).map(({ data }) => data).join();
  });
  assertStrictEquals(presented, states.length);
  assertStrictEquals(new Set(seen).size, 2);
});

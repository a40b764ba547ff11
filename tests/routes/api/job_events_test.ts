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

/** A kind of job whose plans are lists. */
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

/** What a client that has seen everything up to `position` hears of these states. */
function heard(states: ReturnType<typeof snapshot>[], position?: string) {
  const events = new JobEvents(kind, position);
  return states.flatMap((state) => [...events.next(state)]).map(({ event, id, data }) => ({
    event,
    id,
    data: JSON.parse(data),
  }));
}

const names = (events: ReturnType<typeof heard>) =>
  events.map(({ event, data }) => event === "item" ? `item ${data.index} ${data.item}` : event);

Deno.test("a client hears of each part once, of progress, and of the end", () => {
  const events = heard([
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

Deno.test("progress is the job as GET shows it, without the parts; the end is all of it", () => {
  const [progress] = heard([snapshot(running, [], "Thinking")]);
  assertStrictEquals(progress!.data.status, "processing");
  assertStrictEquals(progress!.data.progress.message, "Thinking");
  assert(!("partial" in progress!.data));
  const last = heard([snapshot(done(), ["a"])]).at(-1)!;
  assertStrictEquals(last.id, "end");
  assertStrictEquals(last.data.status, "completed");
  assertEquals(last.data.answered, { parts: ["a"] });
  assertStrictEquals(last.data.partial, null);
});

Deno.test("a failed or canceled job ends with what GET says of it", () => {
  const fault = failure("refused", "No");
  const failed = heard([snapshot(failJob(running, { ...end, failure: fault }), ["a"])]);
  assertEquals(names(failed), ["end"]);
  assertStrictEquals(failed[0]!.data.failure.code, "refused");
  const canceled = heard([snapshot(cancelJob(running, end))]);
  assertStrictEquals(canceled[0]!.data.status, "canceled");
});

Deno.test("whoever comes back goes on where they were, wherever that was", () => {
  const states = [
    snapshot(running, ["a"]),
    snapshot(running, ["a", "b"]),
    snapshot(done(), ["a", "b", "c"]),
  ];
  const whole = heard(states).filter(({ event }) => event === "item");
  for (let cut = 0; cut <= whole.length; cut++) {
    const position = whole[cut - 1]?.id;
    for (let from = 0; from < states.length; from++) {
      // A state that is older than what the client has seen is not to be had any more.
      if (cut > states[from]!.progress.partial.length) continue;
      const rest = heard(states.slice(from), position).filter(({ event }) => event === "item");
      assertEquals(rest, whole.slice(cut), `after ${cut}, from state ${from}`);
    }
  }
});

Deno.test("a plan that is begun anew is announced, and told from its beginning", () => {
  const events = heard([
    snapshot(running, ["a", "b"]),
    snapshot(running, []),
    snapshot(running, ["x"]),
  ]);
  assertEquals(names(events), ["item 0 a", "item 1 b", "progress", "reset", "item 0 x"]);
  const position = events[1]!.id;
  assertEquals(names(heard([snapshot(running, ["x", "b"])], position)), [
    "reset",
    "item 0 x",
    "item 1 b",
    "progress",
  ]);
});

Deno.test("a plan that ended otherwise than it began is told whole", () => {
  const events = heard([snapshot(running, ["a", "b"]), snapshot(done(), ["a", "c"])]);
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
  Deno.test(`a position like ${JSON.stringify(position)} loses nothing`, () => {
    const events = heard([snapshot(running, ["a"])], position);
    assertEquals(names(events), ["reset", "item 0 a", "progress"]);
  });
}

Deno.test("nothing is said twice of a state that looks the same", () => {
  const state = snapshot(running, ["a"]);
  assertEquals(names(heard([state, state])), ["item 0 a", "progress"]);
});

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
import { JobContents } from "../../../routes/api/job_content.ts";
import { JobEvents } from "../../../routes/api/job_events.ts";
import { countWork } from "../../../testing/counted_work.ts";
import { parseEvents } from "../../../testing/event_source.ts";
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

let versions = 0;

function snapshot(job: JobRecord, partial: string[] = [], message = "Writing") {
  const result = job.state === "succeeded" ? { parts: partial } : null;
  return { job, version: `${++versions}`, progress: { ...noProgress, message, partial }, result };
}

/**
 * Returns the events that a client gets for these states, if it has seen everything up to
 * `position`.
 */
function eventsFor(states: ReturnType<typeof snapshot>[], position?: string) {
  const events = new JobEvents(position);
  const contents = new JobContents();
  return states.flatMap((state) => [...events.next(contents.of(kind, state))]).flatMap(parsed);
}

const parsed = (bytes: Uint8Array) => parseEvents(new TextDecoder().decode(bytes));

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

Deno.test("a version is presented and encoded once, however many clients get it", () => {
  let presented = 0;
  const counting = {
    ...kind,
    presentResult(job: { result: never; progress: never }) {
      presented++;
      return kind.presentResult(job);
    },
  } as unknown as PublicKind;
  const first = snapshot(running, ["a"]);
  const states = [first, snapshot(running, ["a", "b"]), snapshot(done(), ["a", "b"])];
  const contents = new JobContents();
  const position = contents.of(kind, first).positionAt(1);
  presented = 0;
  // Half of the clients already have the first part.
  const clients = Array.from({ length: 100 }, (_, n) => ({
    events: new JobEvents(n % 2 === 0 ? undefined : position),
    chunks: [] as Uint8Array[],
  }));
  for (const state of states) {
    for (const { events, chunks } of clients) {
      // Each client has read the job on its own.
      chunks.push(...events.next(contents.of(counting, { ...state })));
    }
  }
  // The first version was presented above.
  assertStrictEquals(presented, states.length - 1);
  const seen = clients.map(({ chunks }) =>
    chunks.flatMap(parsed).map(({ data }) => JSON.stringify(data)).join()
  );
  assertStrictEquals(new Set(seen).size, 2);
  assertStrictEquals(
    new Set(clients.flatMap(({ chunks }) => chunks.map(({ buffer }) => buffer))).size,
    4,
  );
});

const large = (parts: number) => Array.from({ length: parts }, (_, n) => `${n}`.repeat(5_000));

Deno.test("a client of a known version costs no hash and no encoding", async () => {
  const contents = new JobContents();
  const state = snapshot(done(), large(30));
  const stream = () => [...new JobEvents().next(contents.of(kind, { ...state }))];
  const first = await countWork(stream);
  assert(first > 30 * 5_000, `${first} characters`);
  const others = await countWork(() => Array.from({ length: 100 }, stream));
  assertStrictEquals(others, 0);
});

Deno.test("the content of a plan costs linear work", async () => {
  const build = (parts: number) => () => new JobContents().of(kind, snapshot(done(), large(parts)));
  const once = await countWork(build(20));
  const fourTimes = await countWork(build(80));
  assert(fourTimes < 6 * once, `${once} characters for 20 parts, ${fourTimes} for 80`);
});

Deno.test("a part that an earlier version had is not hashed again", async () => {
  const contents = new JobContents();
  const parts = large(30);
  contents.of(kind, snapshot(running, parts.slice(0, 29)));
  const next = snapshot(running, parts);
  const alone = await countWork(() => new JobContents().of(kind, next));
  const after = await countWork(() => contents.of(kind, next));
  assert(after < alone / 2, `${after} of ${alone} characters`);
});

Deno.test("JobContents forgets a job when it has many", () => {
  const contents = new JobContents(100_000);
  const states = Array.from({ length: 20 }, () => {
    const state = snapshot(done(), large(2));
    return { ...state, job: { ...state.job, id: crypto.randomUUID() } };
  });
  for (const state of states) contents.of(kind, state);
  const known = states.filter(({ job, version }) => contents.find(job, version));
  // Each has its two parts, and both again in its last event.
  assert(known.length > 2 && known.length < 6, `${known.length} jobs`);
});

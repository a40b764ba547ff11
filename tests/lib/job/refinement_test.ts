import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  acceptedJob,
  cancelJob,
  claimJob,
  JobRecord,
  replayJob,
} from "../../../lib/job/job_record.ts";
import { MAX_LINEAGE, refinementOf } from "../../../lib/job/refinement.ts";
import { parseSummary } from "../../../lib/job/job_summary.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { HOUR, queuedJob } from "../../../testing/jobs.ts";

const base = { parts: 1, bytes: 20 };
const change = { day: 2 };
const now = NOON + 1_000;

Deno.test("a refinement keeps the latest ids of its lineage, oldest first", () => {
  const ids = Array.from({ length: MAX_LINEAGE + 10 }, () => crypto.randomUUID());
  let parent = queuedJob({ id: ids[0]! });
  for (const id of ids.slice(1)) {
    parent = queuedJob({ id, refinement: refinementOf(parent, { change, base }) });
  }
  const { refines, lineage } = parent.refinement!;
  assertStrictEquals(refines, ids.at(-2));
  assertEquals(lineage, ids.slice(0, -1).slice(-MAX_LINEAGE));
});

Deno.test("the record of a refinement has schema 3, and that of another job stays as it was", () => {
  assertStrictEquals(queuedJob().schema, 2);
  const refinement = refinementOf(queuedJob(), { change, base });
  const job = queuedJob({ refinement });
  const running = claimJob(job, { holder: "a", now });
  const canceled = cancelJob(running, { now, usage: null });
  const replay = replayJob(canceled, { id: crypto.randomUUID(), now, ttlMs: HOUR });
  for (const record of [job, running, canceled, replay, acceptedJob(canceled)]) {
    const { schema, refinement: kept } = JobRecord.parse(record);
    assertEquals([schema, kept], [3, refinement]);
  }
});

Deno.test("a record from before refinements is readable", () => {
  const { refinement: _, ...older } = queuedJob();
  assertStrictEquals(JobRecord.parse(older).refinement, null);
});

Deno.test("a line of a list has the job that a refinement changes, and not the change", () => {
  const parent = queuedJob();
  const refinement = refinementOf(parent, { change: { instruction: "secret" }, base });
  const line = parseSummary(queuedJob({ refinement }));
  assertStrictEquals(line?.refines, parent.id);
  assertStrictEquals(JSON.stringify(line).includes("secret"), false);
  assertStrictEquals(parseSummary(queuedJob())?.refines, null);
});

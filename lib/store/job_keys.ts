/**
 * The keys under which jobs lie in KV.
 *
 * | key | value |
 * |---|---|
 * | `["job", id]` | `JobRecord`, the truth |
 * | `["due", kind, runAt, id]` | waits for a worker from `runAt` on; its deadline |
 * | `["running", holder, id]` | an instance works on it; the attempt |
 * | `["in_flight", dedupeKey]` | `InFlight`, which of several identical jobs generates |
 * | `["dead", finishedAt, id]` | failed, and may be replayed; `DeadEntry` |
 * | `["owned", owner, kind, createdAt, id]` | who made it |
 * | `["idempotency", key]` | `Repeatable`, which job a repeated request finds |
 * | `["budget", owner, day]` | how many jobs an owner has made in that UTC day |
 * | `["progress", id]` | `Progress` |
 * | `["step", id, promptVersion, name]` | `StepRecord`, a finished step |
 * | `["output", id, promptVersion, name, part]` | the step's output |
 * | `["response", id]` | `OpenResponse`, which the job waits for |
 * | `["response_owner", responseId]` | the id of the job that waits for it |
 * | `["delivery", deliveryId]` | a webhook that has been heard |
 * | `["result", id, part]` | the plan |
 *
 * Everything that is written for a job expires with the job, and whoever reads the record checks the
 * expiry too, because KV keeps an expired key readable for up to a minute.
 * @module
 */
import type { FailedJob, JobRecord, QueuedJob } from "../job/job_record.ts";

/** Names a step of a job. Another prompt version is another set of steps. */
export interface StepName {
  promptVersion: string;
  name: string;
}

/** Builds each key; of what is stored in parts, the key above them. */
export const keys = {
  job: (id: string) => ["job", id],
  due: (job: QueuedJob) => ["due", job.kind, job.runAt, job.id],
  running: ({ holder, id }: { holder: string; id: string }) => ["running", holder, id],
  inFlight: (dedupeKey: string) => ["in_flight", dedupeKey],
  dead: (job: FailedJob) => ["dead", job.finishedAt, job.id],
  owned: (
    owner: string,
    { kind, createdAt, id }: JobRecord,
  ) => ["owned", owner, kind, createdAt, id],
  idempotency: (key: string) => ["idempotency", key],
  budget: (owner: string, day: number) => ["budget", owner, day],
  progress: (id: string) => ["progress", id],
  step: (id: string, { promptVersion, name }: StepName) => ["step", id, promptVersion, name],
  output: (id: string, { promptVersion, name }: StepName) => ["output", id, promptVersion, name],
  response: (id: string) => ["response", id],
  responseOwner: (responseId: string) => ["response_owner", responseId],
  delivery: (deliveryId: string) => ["delivery", deliveryId],
  result: (id: string) => ["result", id],
} satisfies Record<string, (...args: never[]) => Deno.KvKey>;

/** Builds what the keys of a list begin with. */
export const prefixes = {
  allDue: () => ["due"],
  due: (kind: string) => ["due", kind],
  running: (holder: string) => ["running", holder],
  allDead: () => ["dead"],
  owned: (owner: string, kind: string) => ["owned", owner, kind],
  step: (id: string) => ["step", id],
  output: (id: string) => ["output", id],
} satisfies Record<string, (...args: never[]) => Deno.KvKey>;

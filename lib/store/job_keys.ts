/**
 * The keys under which jobs lie in KV. `deno task docs` copies the tables of this and the other modules
 * that build keys to `docs/architecture.md`; a test holds them to the keys that the modules build.
 *
 * | key | value |
 * |---|---|
 * | `["job", id]` | the record (`JobRecord`) |
 * | `["due", kind, runAt, id]` | the job waits for a worker from `runAt` on; its deadline |
 * | `["running", holder, id]` | an instance works on the job; the number of the attempt |
 * | `["in_flight", dedupeKey]` | the leader of identical jobs (`InFlight`) |
 * | `["dead", finishedAt, id]` | a dead letter: a job that failed and was not replayed (`DeadEntry`) |
 * | `["owned", owner, kind, createdAt, id]` | nothing; lists an owner's jobs |
 * | `["idempotency", key]` | which job a repeated request finds (`Repeatable`) |
 * | `["budget", owner, day]` | how many jobs an owner has made in that UTC day |
 * | `["progress", id]` | what the job shows of itself while it runs (`Progress`) |
 * | `["step", id, promptVersion, name]` | a finished step: when, how long, which model, tokens (`StepRecord`) |
 * | `["output", id, promptVersion, name, part]` | the step's output |
 * | `["response", id]` | the background response that the job waits for (`OpenResponse`) |
 * | `["response_owner", responseId]` | the id of the job that waits for the response |
 * | `["delivery", deliveryId]` | a webhook that was received |
 * | `["result", id, part]` | the plan |
 *
 * Everything that is written for a job expires with the job. Readers of the record check the expiry
 * too, because KV keeps an expired key readable for up to a minute.
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

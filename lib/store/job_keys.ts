/**
 * The KV keys of jobs. `deno task docs` copies the key tables of this and other modules to
 * `docs/architecture.md`. A test compares the tables with the keys that the modules build.
 *
 * | key | value |
 * |---|---|
 * | `["job", id]` | the record (`JobRecord`) |
 * | `["due", kind, place, id]` | the due index: the deadline of a job that waits |
 * | `["running", holder, id]` | the number of the attempt of a job that the instance holds |
 * | `["in_flight", dedupeKey]` | the leader of identical jobs (`InFlight`) |
 * | `["ended", kind, state, detail, attempts, id]` | what lists show of an ended job (`JobSummary`) |
 * | `["replayed", id]` | the id of the job that replays this one |
 * | `["callbacks", id]` | the ids of the jobs that deliver the callback of this one, oldest first |
 * | `["owned", owner, kind, createdAt, id]` | empty; the keys list an owner's jobs |
 * | `["refined", owner, kind, refines, createdAt, id]` | empty; the keys list an owner's refinements of a job |
 * | `["base", id, part]` | the plan that a refinement starts from |
 * | `["derived", owner, id]` | empty; the keys list an owner's jobs that no request created |
 * | `["idempotency", key]` | the job that a repeated request finds (`Repeatable`) |
 * | `["budget", owner, day]` | how many jobs an owner has created in that UTC day |
 * | `["progress", id]` | the progress of a running job (`Progress`) |
 * | `["step", id, promptVersion, name]` | a finished step: time, duration, model, tokens (`StepRecord`) |
 * | `["output", id, promptVersion, name, part]` | the step's output |
 * | `["response", id]` | the background response that the job waits for (`OpenResponse`) |
 * | `["response_owner", responseId]` | the id of the job that waits for the response |
 * | `["stored_response", id, responseId]` | the id of a response that the provider stores; deleted with it |
 * | `["delivery", deliveryId]` | empty; the key marks a received webhook |
 * | `["result", id, part]` | the plan |
 *
 * All keys of a job expire with the job. Readers of the record also check its expiry, because an
 * expired key stays readable in KV for up to a minute.
 * @module
 */
import { sha256 } from "../hash.ts";
import { type EndedJob, type JobRecord, placeOf, type QueuedJob } from "../job/job_record.ts";
import type { KvKey } from "../platform/kv.ts";

/** KV limits the size of a key, and some gateways have very long ids. */
const MAX_ID_CHARACTERS = 256;

/** Returns the id of a response in a form that fits into a key. */
export function shortId(responseId: string): string {
  return responseId.length > MAX_ID_CHARACTERS ? sha256(responseId) : responseId;
}

/** Names a step of a job. Each version of a prompt has its own steps. */
export interface StepName {
  promptVersion: string;
  name: string;
}

/** Builds the keys. For a value in parts, it is the key above the parts. */
export const keys = {
  job: (id: string) => ["job", id],
  due: (job: QueuedJob): KvKey => keys.listed({ ...job, place: placeOf(job) }),
  listed: (
    { kind, place, id }: { kind: string; place: number; id: string },
  ) => ["due", kind, place, id],
  /** Comes before the keys of all jobs with this place. */
  dueFrom: (kind: string, place: number) => ["due", kind, place],
  running: ({ holder, id }: { holder: string; id: string }) => ["running", holder, id],
  inFlight: (dedupeKey: string) => ["in_flight", dedupeKey],
  /** Jobs with equal values of these members are in one list, in the order of their ids. */
  ended(job: EndedJob) {
    const { kind, state, attempt: attempts, id } = job;
    const detail = detailOf(job);
    return ["ended", kind, state, detail, attempts, id];
  },
  replayed: (id: string) => ["replayed", id],
  callbacks: (id: string) => ["callbacks", id],
  owned: (
    owner: string,
    { kind, createdAt, id }: JobRecord,
  ) => ["owned", owner, kind, createdAt, id],
  refined: (
    owner: string,
    { kind, createdAt, id, refines }: Pick<JobRecord, "kind" | "createdAt" | "id"> & {
      refines: string;
    },
  ) => ["refined", owner, kind, refines, createdAt, id],
  base: (id: string) => ["base", id],
  derived: (owner: string, id: string) => ["derived", owner, id],
  idempotency: (key: string) => ["idempotency", key],
  budget: (owner: string, day: number) => ["budget", owner, day],
  progress: (id: string) => ["progress", id],
  step: (id: string, { promptVersion, name }: StepName) => ["step", id, promptVersion, name],
  output: (id: string, { promptVersion, name }: StepName) => ["output", id, promptVersion, name],
  response: (id: string) => ["response", id],
  responseOwner(id: string) {
    const responseId = shortId(id);
    return ["response_owner", responseId];
  },
  storedResponse(id: string, fullId: string) {
    const responseId = shortId(fullId);
    return ["stored_response", id, responseId];
  },
  delivery: (deliveryId: string) => ["delivery", deliveryId],
  result: (id: string) => ["result", id],
} satisfies Record<string, (...args: never[]) => KvKey>;

/** Returns the failure code or the source of an ended job; empty: it has neither. */
function detailOf(job: EndedJob): string {
  if (job.state === "failed") return job.failure.code;
  return job.state === "succeeded" ? job.source : "";
}

/** Builds the prefixes of lists. */
export const prefixes = {
  allJobs: () => ["job"],
  allDue: () => ["due"],
  due: (kind: string) => ["due", kind],
  allRunning: () => ["running"],
  running: (holder: string) => ["running", holder],
  allEnded: () => ["ended"],
  ofOwner: (owner: string) => ["owned", owner],
  derived: (owner: string) => ["derived", owner],
  owned: (owner: string, kind: string) => ["owned", owner, kind],
  refined: (owner: string, kind: string, refines: string) => ["refined", owner, kind, refines],
  base: (id: string) => ["base", id],
  step: (id: string) => ["step", id],
  output: (id: string) => ["output", id],
  storedResponse: (id: string) => ["stored_response", id],
  allStoredResponses: () => ["stored_response"],
} satisfies Record<string, (...args: never[]) => KvKey>;

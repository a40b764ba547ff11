/**
 * The jobs in KV: every transaction that touches one, beside the keys that it uses.
 *
 * | key | value |
 * |---|---|
 * | `["job", id]` | {@link JobRecord}, the truth |
 * | `["due", kind, runAt, id]` | waits for a worker from `runAt` on; its deadline |
 * | `["running", holder, id]` | an instance works on it; the attempt |
 * | `["in_flight", dedupeKey]` | {@link InFlight}, which of several identical jobs generates |
 * | `["dead", finishedAt, id]` | failed, and may be replayed; {@link DeadLetter} |
 * | `["owned", owner, kind, createdAt, id]` | who made it |
 * | `["idempotency", key]` | {@link Repeatable}, which job a repeated request finds |
 * | `["budget", owner, day]` | how many jobs an owner has made in that UTC day |
 * | `["progress", id]` | {@link Progress} |
 * | `["step", id, promptVersion, name]` | {@link StepRecord}, a finished step |
 * | `["output", id, promptVersion, name, part]` | the step's output |
 * | `["response", id]` | {@link OpenResponse}, which the job waits for |
 * | `["response_owner", responseId]` | the id of the job that waits for it |
 * | `["delivery", deliveryId]` | a webhook that has been heard |
 * | `["result", id, part]` | the plan |
 *
 * Everything that is written for a job expires with the job, and whoever reads the record checks the
 * expiry too, because KV keeps an expired key readable for up to a minute.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { BlobRef, BlobUnreadableError, encodeBlob, readBlob } from "./blob.ts";
import type { Clock } from "./clock.ts";
import { Failure } from "./failure.ts";
import type { InstanceHeartbeat, InstanceStore } from "./instance_store.ts";
import {
  cancelJob,
  claimJob,
  completeJob,
  deadlineFailure,
  deadlineOf,
  type EndedJob,
  type FailedJob,
  failJob,
  type JobLimits,
  JobRecord,
  type QueuedJob,
  releaseJob,
  replayJob,
  rescueJob,
  retryJob,
  type RunningJob,
  type Source,
} from "./job_record.ts";
import type { ResponseNews } from "./openai_webhook.ts";
import { decodeProgress, encodeProgress, type Progress } from "./progress.ts";
import { StepEvent, usageOf } from "./timeline.ts";
import type { JobUsage } from "./usage.ts";

/** Proof that its owner may work on the job: every transition changes the record's versionstamp. */
export interface Lease {
  job: RunningJob;
  versionstamp: string;
  /** The identical job that has ended, and whose plan or failure is this one's too. */
  follows?: string | undefined;
}

/** What the acceptance of a job depends on, beside the job. */
export interface AcceptTerms {
  /** Lets a repeated request find this job in place of making another one; both are hashes. */
  idempotency?: { key: string; fingerprint: string } | undefined;
  /** How many jobs the owner may make in a UTC day; unset, any number. */
  dailyBudget?: number | undefined;
}

/** What became of a job that was to be accepted. */
export type Acceptance =
  /** `left`: how many jobs the owner may still make today; `null`: any number. */
  | { outcome: "accepted"; left: number | null }
  | { outcome: "budget spent" }
  | Repetition;

/** What an idempotency key was used for before. */
export type Repetition =
  /** The same request, which was accepted as this job. */
  | { outcome: "repeated"; job: JobRecord }
  /** Another request. */
  | { outcome: "key reused" };

/** The job that was accepted with an idempotency key, and what was asked for. */
const Repeatable = z.object({ jobId: z.uuid(), fingerprint: z.string() });

/** A page of an owner's jobs, newest first. */
export interface JobPage {
  jobs: JobRecord[];
  /** Where the next page begins; `null`: this is the last one. */
  next: PageStart | null;
}

/** The last job of the page before. */
export interface PageStart {
  createdAt: number;
  id: string;
}

/** A job as one consistent read found it. */
export interface JobSnapshot {
  job: JobRecord;
  /** Another version, something else to be shown. */
  version: string;
  progress: Progress;
  /** The stored plan; `null` until the job has succeeded. */
  result: unknown;
  /** The progress is that of an identical job, which runs, and which this one waits for. */
  isFollowing?: boolean;
}

/** Names a step of a job. Another prompt version is another set of steps. */
export interface StepName {
  promptVersion: string;
  name: string;
}

/** A finished step, and where its output is. */
const StepRecord = z.object({
  event: StepEvent,
  /** `null` for a turn that came to nothing. */
  output: BlobRef.nullable(),
});

/** A response that goes on at the model's side, and the step that waits for it. */
const OpenResponse = z.object({
  responseId: z.string(),
  promptVersion: z.string(),
  name: z.string(),
});

/** Of jobs with the same `dedupeKey`, the one that generates. */
const InFlight = z.object({
  leader: z.string(),
  /**
   * The last leader before it that came to a plan or a failure. Whoever has waited for that one
   * still follows it; else those who wait could see one new leader after another, and never start.
   */
  ended: z.object({ id: z.string(), finishedAt: z.number() }).nullable(),
});
type InFlight = z.infer<typeof InFlight>;

/** What becomes of a job that is due, beside those that are identical to it. */
type Course =
  | { next: "generate" }
  /** The same, and the others wait: the commit that claims it replaces what was found. */
  | { next: "lead"; found: Deno.KvEntryMaybe<unknown>; ended: InFlight["ended"] }
  | { next: "follow"; leader: string }
  | { next: "wait" };

/** What is there of a step: its output, or at least a response that may become its output. */
export type FoundStep =
  | { output: unknown; event: StepEvent }
  | {
    /** A response that was begun for this step. */
    responseId: string | null;
    /** A response that was begun with another prompt; nobody will ever wait for it. */
    orphanId: string | null;
  };

/** What an attempt leaves behind, however it ends. */
export interface AttemptReport {
  /** Tokens of steps that the attempt found finished. */
  savedTokens?: number | undefined;
}

/** A job that an instance works on, or worked on when it died. */
export interface HeldJob {
  id: string;
  holder: string;
  /** `null` for an entry that this version cannot read. */
  attempt: number | null;
}

/** What a sweep learns of a waiting job without reading it. */
export interface DueJob {
  id: string;
  kind: string;
  /** Since when it could have been claimed, in epoch milliseconds. */
  runAt: number;
  /** When its time is up, in epoch milliseconds. */
  deadline: number;
}

/** An entry that says nothing is looked at more closely: as if the time were up. */
const Deadline = z.number().catch(0);

/** A job that failed, newest first in {@link JobStore.deadLetters}. */
export interface DeadLetter {
  id: string;
  kind: string;
  finishedAt: number;
  failure: Failure;
}

const DeadEntry = z.object({ kind: z.string(), failure: Failure, expiresAt: z.number() });

export interface ClaimOptions {
  /** The instance that claims. */
  holder: string;
  /** The kinds of job that it can work on; unset, all. */
  kinds?: ReadonlySet<string> | undefined;
  /** Asked last of all: whether the job may start now. */
  admit?: ((job: QueuedJob) => Promise<boolean>) | undefined;
}

export interface JobStoreOptions {
  clock: Clock;
  limits: JobLimits;
  instances: InstanceStore;
  /** How long a replayed job lives. */
  ttlMs: number;
  /** Hears of each job that has ended without a plan of the model's. */
  onGivenUp?: (jobId: string) => void;
  /** The job that tells of the end of another one, if there is to be one. */
  successorOf?: (job: EndedJob) => QueuedJob | null;
  /** Adds a bell to the transaction that accepts a job. */
  announce?: (commit: Deno.AtomicOperation, jobId: string) => void;
}

/** A record that this version does not understand: damaged, or written by another version. */
export class UnreadableJobError extends Error {
  override name = "UnreadableJobError";
  constructor(id: string, cause: unknown) {
    super(`Cannot read job ${id}: its record is not understood`, { cause });
  }
}

/** `"lost"`: the job was no longer the lease's; nothing was written. */
export type Written = "saved" | "lost";

const log = getLogger(["tripwright", "store"]);

/** KV's limit for one batch of a `list`. */
const LARGEST_BATCH = 500;

/** KV's limit for one `getMany`. */
const MAX_KEYS_PER_READ = 10;

const DAY_MS = 86_400_000;

const keys = {
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
  delivery: (deliveryId: string) => ["delivery", deliveryId],
  responseOwner: (responseId: string) => ["response_owner", responseId],
  result: (id: string) => ["result", id],
} satisfies Record<string, (...args: never[]) => Deno.KvKey>;

/** The jobs of one KV database. */
export class JobStore {
  readonly #kv: Deno.Kv;
  readonly #options: JobStoreOptions;

  constructor(kv: Deno.Kv, options: JobStoreOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /** Now, in epoch milliseconds. */
  get #now(): number {
    return this.#options.clock.now();
  }

  /** Resolves if KV answers a strongly consistent read; throws otherwise. */
  async ping(): Promise<void> {
    await this.#kv.get(["ping"]);
  }

  /**
   * Takes a job in: record, indexes and bell in one commit.
   *
   * @returns what became of it; unless it was accepted, nothing of it exists
   * @throws if the commit fails; then nothing of the job exists
   */
  async accept(job: QueuedJob, terms: AcceptTerms = {}): Promise<Acceptance> {
    const { idempotency, dailyBudget } = terms;
    for (;;) {
      const commit = this.#kv.atomic().check({ key: keys.job(job.id), versionstamp: null });
      if (idempotency) {
        const found = await this.#findRepeatable(idempotency);
        if ("outcome" in found) return found;
        const { fingerprint } = idempotency;
        this.#put(commit.check(found), found.key, { jobId: job.id, fingerprint }, job);
      }
      let left: number | null = null;
      if (dailyBudget !== undefined && job.owner !== null) {
        left = dailyBudget - await this.#addToBudget(commit, job.owner);
        if (left < 0) return { outcome: "budget spent" };
      }
      if (job.owner !== null) this.#put(commit, keys.owned(job.owner, job), {}, job);
      this.#enqueueNew(commit, job);
      if (await this.#commitNew(commit, job)) return { outcome: "accepted", left };
      // Another request of the same caller was faster; its commit is seen now.
    }
  }

  /** @returns whether the job is stored; `false` if something else that the commit checks has changed */
  async #commitNew(commit: Deno.AtomicOperation, { id }: QueuedJob): Promise<boolean> {
    const key = keys.job(id);
    const { ok } = await commit.commit().catch(async (error) => {
      // Only the answer may have been lost: nobody else knows this id, so whatever is there is ours,
      // also if a worker has begun by now.
      if ((await this.#kv.get(key)).value === null) throw error;
      return { ok: true };
    });
    if (!ok && (await this.#kv.get(key)).value !== null) {
      throw new Error(`Cannot accept job ${id}: the id is taken`);
    }
    return ok;
  }

  /** What was accepted before under the same idempotency key; `null` if there is nothing. */
  async findRepeated(
    idempotency: { key: string; fingerprint: string },
  ): Promise<Repetition | null> {
    const found = await this.#findRepeatable(idempotency);
    return "outcome" in found ? found : null;
  }

  /** The same; if there is nothing, the entry that a commit has to replace. */
  async #findRepeatable(
    { key, fingerprint }: { key: string; fingerprint: string },
  ): Promise<Repetition | Deno.KvEntryMaybe<unknown>> {
    const entry = await this.#kv.get(keys.idempotency(key));
    const repeatable = Repeatable.safeParse(entry.value).data;
    if (!repeatable) return entry;
    const job = this.#parse(await this.#kv.get(keys.job(repeatable.jobId)));
    // The key lives as long as its job.
    if (job === null) return entry;
    return repeatable.fingerprint === fingerprint
      ? { outcome: "repeated", job }
      : { outcome: "key reused" };
  }

  /** @returns how many jobs the owner will have made today */
  async #addToBudget(commit: Deno.AtomicOperation, owner: string): Promise<number> {
    const day = Math.floor(this.#now / DAY_MS);
    const entry = await this.#kv.get(keys.budget(owner, day));
    const count = z.int().nonnegative().catch(0).parse(entry.value) + 1;
    // Until the day is over everywhere.
    commit.check(entry).set(entry.key, count, { expireIn: 2 * DAY_MS });
    return count;
  }

  /** The jobs of one kind that an owner has made, newest first. */
  async listOwned(
    { owner, kind }: { owner: string; kind: string },
    { limit, after }: { limit: number; after: PageStart | null },
  ): Promise<JobPage> {
    const prefix = ["owned", owner, kind];
    const selector = after ? { prefix, end: [...prefix, after.createdAt, after.id] } : { prefix };
    const options = { limit: limit + 1, reverse: true, batchSize: LARGEST_BATCH };
    const found: PageStart[] = [];
    for await (const { key: [, , , createdAt, id] } of this.#kv.list(selector, options)) {
      found.push({ createdAt: Number(createdAt), id: String(id) });
    }
    const page = found.slice(0, limit);
    const jobs: JobRecord[] = [];
    for (let n = 0; n < page.length; n += MAX_KEYS_PER_READ) {
      const ids = page.slice(n, n + MAX_KEYS_PER_READ).map(({ id }) => keys.job(id));
      const entries = await this.#kv.getMany(ids);
      // One that this version cannot read hides no other.
      jobs.push(...entries.flatMap((entry) => this.#parseReadable(entry) ?? []));
    }
    return { jobs, next: found.length > limit ? page.at(-1)! : null };
  }

  /**
   * Reads a job with its progress and, once it has succeeded, its plan; `null` if there is none. A
   * job that waits for an identical one shows that one's progress.
   */
  async read(id: string): Promise<JobSnapshot | null> {
    const resultKey = keys.result(id);
    const [record, progress, firstPart] = await this.#kv.getMany<[unknown, unknown, Uint8Array]>(
      [keys.job(id), keys.progress(id), [...resultKey, 0]],
    );
    const job = this.#parse(record);
    if (job === null) return null;
    const shared = await this.#progressOfLeader(job);
    const versions = [record.versionstamp, progress.versionstamp, shared?.version];
    return {
      job,
      version: versions.map((version) => version ?? "").join("-"),
      progress: shared?.progress ?? decodeProgress(progress.value),
      ...(shared && { isFollowing: true }),
      result: job.state === "succeeded"
        ? await readBlob(this.#kv, { key: resultKey, ref: job.result, first: firstPart.value })
        : null,
    };
  }

  /**
   * Hints that something of a job has changed, or may have: more of them than changes, or fewer. Ends
   * when `signal` aborts.
   */
  async *changes(id: string, signal: AbortSignal): AsyncGenerator<void> {
    const reader = this.#kv.watch([keys.job(id), keys.progress(id)]).getReader();
    const cancel = () => void reader.cancel().catch(() => {});
    signal.addEventListener("abort", cancel, { once: true });
    if (signal.aborted) cancel();
    while (!(await reader.read()).done) yield;
  }

  /** The jobs of one kind that may be claimed now, longest due first. Reads nothing else. */
  async *due(kind: string): AsyncGenerator<DueJob> {
    const selector = { start: ["due", kind], end: ["due", kind, this.#now + 1] };
    for await (const { key: [, , runAt, id], value } of this.#kv.list(selector)) {
      yield { id: String(id), kind, runAt: Number(runAt), deadline: Deadline.parse(value) };
    }
  }

  /**
   * How many jobs wait, retries included; stops counting at `limit`.
   *
   * @param kinds unset, all
   */
  async countWaiting(limit: number, kinds?: readonly string[]): Promise<number> {
    const prefixes = kinds?.map((kind) => ["due", kind]) ?? [["due"]];
    let count = 0;
    for (const prefix of prefixes) {
      const options = { limit: limit - count, batchSize: LARGEST_BATCH };
      if (options.limit <= 0) break;
      for await (const _ of this.#kv.list({ prefix }, options)) count++;
    }
    return count;
  }

  /**
   * Takes a queued job that is due, or ends it if its time is up. The commit renews the holder's
   * heartbeat, so that no job is ever held by an instance that nobody can find.
   *
   * @returns the lease, or `null` if the job is not to be had: another worker was faster, it is of
   * another kind, not due, not admitted, finished, expired or unknown, or it waits for an identical
   * one
   */
  async claim(id: string, { holder, kinds, admit }: ClaimOptions): Promise<Lease | null> {
    const entry = await this.#kv.get(keys.job(id));
    const queued = this.#parse(entry);
    const now = this.#now;
    if (queued?.state !== "queued" || queued.runAt > now) return null;
    if (kinds && !kinds.has(queued.kind)) return null;

    const commit = this.#kv.atomic().check(entry).delete(keys.due(queued));
    if (now >= deadlineOf(queued, this.#options.limits)) {
      const usage = await this.#usageOf(queued);
      const failed = failJob(queued, { failure: deadlineFailure(), now, usage });
      this.#putEnd(commit, failed);
      const { ok } = await commit.commit();
      const { kind, attempt, failure: { code, message: error } } = failed;
      if (ok) {
        log.error("failed", { jobId: id, kind, attempt, code, error });
        this.#options.onGivenUp?.(id);
      }
      return null;
    }
    const course = await this.#courseOf(queued);
    if (course.next === "wait") return null;
    const follows = course.next === "follow" ? course.leader : undefined;
    // Whoever follows calls no model.
    if (!follows && admit && !(await admit(queued))) return null;
    const job = claimJob(queued, { holder, now, follows });
    this.#put(commit, keys.job(id), job, job);
    this.#put(commit, keys.running(job), job.attempt, job);
    if (course.next === "lead") this.#lead(commit, course, job);
    this.#options.instances.addBeat(commit, holder);
    const versionstamp = await this.#commit(commit, job);
    return versionstamp === null ? null : { job, versionstamp, follows };
  }

  /** Of identical jobs one generates; the others wait until it ends, and have what it came to. */
  async #courseOf({ id, dedupeKey, createdAt }: QueuedJob): Promise<Course> {
    if (dedupeKey === null) return { next: "generate" };
    const found = await this.#kv.get(keys.inFlight(dedupeKey));
    const inFlight = InFlight.safeParse(found.value).data;
    const ended = inFlight?.ended ?? null;
    if (!inFlight || inFlight.leader === id) return { next: "lead", found, ended };
    if (ended && ended.finishedAt >= createdAt) return { next: "follow", leader: ended.id };
    const leader = this.#parseReadable(await this.#kv.get(keys.job(inFlight.leader)));
    if (leader?.state === "queued" || leader?.state === "running") return { next: "wait" };
    if (!leader || leader.state === "canceled") return { next: "lead", found, ended };
    const { finishedAt } = leader;
    // A client that asks after the end wants a plan of its own.
    return finishedAt >= createdAt
      ? { next: "follow", leader: leader.id }
      : { next: "lead", found, ended: { id: leader.id, finishedAt } };
  }

  #lead(
    commit: Deno.AtomicOperation,
    { found, ended }: Course & { next: "lead" },
    job: RunningJob,
  ): void {
    const inFlight: InFlight = { leader: job.id, ended };
    this.#put(commit.check(found), found.key, inFlight, job);
  }

  /** What the running job shows that this one waits for; `null` if it waits for none. */
  async #progressOfLeader(
    { id, state, dedupeKey }: JobRecord,
  ): Promise<{ progress: Progress; version: string } | null> {
    if (state !== "queued" || dedupeKey === null) return null;
    const found = await this.#kv.get(keys.inFlight(dedupeKey));
    const leaderId = InFlight.safeParse(found.value).data?.leader ?? id;
    if (leaderId === id) return null;
    const [record, progress] = await this.#kv.getMany([
      keys.job(leaderId),
      keys.progress(leaderId),
    ]);
    if (this.#parseReadable(record)?.state !== "running") return null;
    // It is not this job that pays.
    return {
      progress: { ...decodeProgress(progress.value), usage: null },
      version: `${record.versionstamp}-${progress.versionstamp ?? ""}`,
    };
  }

  /** What earlier attempts have left: what the job shows, and the turns that came to nothing. */
  async readBefore(id: string): Promise<{ progress: Progress; failedTurns: StepEvent[] }> {
    const { value } = await this.#kv.get(keys.progress(id));
    const failedTurns = (await this.steps(id)).filter(({ failed }) => failed !== null);
    return { progress: decodeProgress(value), failedTurns };
  }

  /** Shows how far the job is. */
  async report(lease: Lease, progress: Progress): Promise<Written> {
    const commit = this.#checked(lease);
    this.#put(commit, keys.progress(lease.job.id), encodeProgress(progress), lease.job);
    return await this.#written(commit, lease);
  }

  /**
   * Stores the output of a finished step, so that no later attempt has to pay for it again. A
   * response that the step has waited for is done with.
   *
   * @throws {BlobTooLargeError} if the output does not fit
   */
  async saveStep(
    lease: Lease,
    step: StepName,
    { event, output }: { event: StepEvent; output: unknown },
  ): Promise<Written> {
    const { id } = lease.job;
    const commit = this.#checked(lease);
    if (event.turn) commit.delete(keys.response(id));
    const ref = this.#putBlob(commit, keys.output(id, step), output, lease.job);
    this.#put(commit, keys.step(id, step), { event, output: ref }, lease.job);
    return await this.#written(commit, lease);
  }

  /** Enters a turn into the books that was paid for and came to nothing. */
  async saveFailedTurn(lease: Lease, step: StepName, event: StepEvent): Promise<Written> {
    const { id } = lease.job;
    const commit = this.#checked(lease).delete(keys.response(id));
    // An attempt that is put back is not counted, so its number alone would not do.
    const name = `${step.name}/failed-${event.turn?.responseId ?? lease.job.attempt}`;
    const key = keys.step(id, { ...step, name });
    this.#put(commit, key, { event, output: null }, lease.job);
    return await this.#written(commit, lease);
  }

  /**
   * What an earlier attempt has left of a step. Output that cannot be read is reported, and counts as
   * not there.
   *
   * @returns `"lost"` if the job is no longer the lease's: what it has not finished is another's to do
   */
  async readStep(lease: Lease, step: StepName): Promise<FoundStep | "lost"> {
    const { id } = lease.job;
    const [record, entry, response] = await this.#kv.getMany(
      [keys.job(id), keys.step(id, step), keys.response(id)],
    );
    if (record.versionstamp !== lease.versionstamp) return "lost";
    const open = OpenResponse.safeParse(response.value).data;
    const isOfPrompt = open?.promptVersion === step.promptVersion;
    const unfinished = {
      responseId: isOfPrompt && open.name === step.name ? open.responseId : null,
      orphanId: open && !isOfPrompt ? open.responseId : null,
    };
    if (entry.value === null) return unfinished;
    try {
      const { event, output: ref } = StepRecord.parse(entry.value);
      if (ref === null) return unfinished;
      return { event, output: await readBlob(this.#kv, { key: keys.output(id, step), ref }) };
    } catch (error) {
      if (!(error instanceof z.ZodError || error instanceof BlobUnreadableError)) throw error;
      log.error("step not readable", { jobId: id, step: step.name });
      return unfinished;
    }
  }

  /** The steps of a job that are finished, in no order. */
  async steps(id: string): Promise<StepEvent[]> {
    const found = [];
    for await (const { value } of this.#kv.list({ prefix: ["step", id] })) {
      const step = StepRecord.safeParse(value);
      if (step.success) found.push(step.data.event);
    }
    return found;
  }

  /** Remembers a response that goes on by itself, so that a later attempt can wait for it. */
  async saveResponse(lease: Lease, step: StepName, responseId: string): Promise<Written> {
    const { id } = lease.job;
    const commit = this.#checked(lease);
    const { promptVersion, name } = step;
    this.#put(commit, keys.response(id), { responseId, promptVersion, name }, lease.job);
    this.#put(commit, keys.responseOwner(responseId), id, lease.job);
    return await this.#written(commit, lease);
  }

  /**
   * Rings for the job that waits for a response: a webhook has said that it is over.
   *
   * @returns `"unknown"` if no job has ever waited for it, `"repeated"` if the same delivery has rung
   * before; then nothing happens
   */
  async ringFor(
    { responseId, deliveryId }: ResponseNews,
  ): Promise<"rung" | "repeated" | "unknown"> {
    const owner = await this.#kv.get(keys.responseOwner(responseId));
    const job = typeof owner.value === "string"
      ? this.#parse(await this.#kv.get(keys.job(owner.value)))
      : null;
    if (job === null) return "unknown";
    const key = keys.delivery(deliveryId);
    const commit = this.#kv.atomic().check({ key, versionstamp: null });
    this.#put(commit, key, {}, job);
    const { instances } = this.#options;
    // What has been said of an earlier response wakes nobody who waits for the next one.
    const isOpen = await this.openResponse(job.id) === responseId;
    if (job.state === "running" && isOpen) instances.addWake(commit, job);
    else if (job.state === "queued") instances.addRing(commit);
    return (await commit.commit()).ok ? "rung" : "repeated";
  }

  /** The response that a job was waiting for when it was last worked on. */
  async openResponse(id: string): Promise<string | null> {
    const { value } = await this.#kv.get(keys.response(id));
    return OpenResponse.safeParse(value).data?.responseId ?? null;
  }

  /** Whether the job is still the lease's. */
  async look({ job, versionstamp }: Lease): Promise<"held" | "lost"> {
    const entry = await this.#kv.get(keys.job(job.id));
    return entry.versionstamp === versionstamp ? "held" : "lost";
  }

  /** Puts the job back, to be claimed again at `runAt` (epoch milliseconds). */
  async retry(
    lease: Lease,
    options: AttemptReport & { failure: Failure; runAt: number },
  ): Promise<Written> {
    const commit = this.#leaving(lease);
    const queued = retryJob(lease.job, { ...options, now: this.#now });
    this.#enqueue(commit, queued);
    return await this.#written(commit, lease, queued);
  }

  /**
   * Puts the job back with its attempt not counted, to be claimed again at `runAt` (epoch
   * milliseconds). If that is now, its worker is leaving, and all instances hear of it.
   */
  async release(lease: Lease, options: AttemptReport & { runAt: number }): Promise<Written> {
    const commit = this.#leaving(lease);
    if (options.runAt <= this.#now) this.#options.instances.addRing(commit);
    const queued = releaseJob(lease.job, { ...options, now: this.#now });
    this.#enqueue(commit, queued);
    return await this.#written(commit, lease, queued);
  }

  /**
   * Stores the plan and ends the job, in one commit.
   *
   * @throws {BlobTooLargeError} if the plan does not fit
   */
  async complete(
    lease: Lease,
    options: AttemptReport & { result: unknown; source: Source; promptVersion: string },
  ): Promise<Written> {
    const { job } = lease;
    const commit = this.#leaving(lease);
    const result = this.#putBlob(commit, keys.result(job.id), options.result, job);
    const usage = await this.#usageOf(job, options);
    const done = completeJob(job, { ...options, result, usage, now: this.#now });
    this.#putEnd(commit, done, lease.follows);
    const written = await this.#written(commit, lease, done);
    if (written === "saved" && done.source === "placeholder") this.#options.onGivenUp?.(job.id);
    return written;
  }

  /** Ends the job without a plan. */
  async fail(lease: Lease, options: AttemptReport & { failure: Failure }): Promise<Written> {
    const commit = this.#leaving(lease);
    const usage = await this.#usageOf(lease.job, options);
    const failed = failJob(lease.job, { ...options, usage, now: this.#now });
    this.#putEnd(commit, failed, lease.follows);
    const written = await this.#written(commit, lease, failed);
    if (written === "saved") this.#options.onGivenUp?.(failed.id);
    return written;
  }

  /** What the job has used up: its finished steps are the books. */
  async #usageOf(
    job: JobRecord,
    { savedTokens = 0 }: AttemptReport = {},
  ): Promise<JobUsage | null> {
    return usageOf(await this.steps(job.id), job.savedTokens + savedTokens);
  }

  /**
   * Ends a job that nobody wants any more. Whoever works on it can write nothing from here on, and
   * all instances hear of it.
   *
   * @param kind unset, any
   * @returns `"too late"` if there is no such job, or it has ended already
   */
  async cancel(id: string, kind?: string): Promise<"canceled" | "too late"> {
    for (;;) {
      const entry = await this.#kv.get(keys.job(id));
      const job = this.#parse(entry);
      if (job?.state !== "queued" && job?.state !== "running") return "too late";
      if (kind !== undefined && job.kind !== kind) return "too late";
      const canceled = cancelJob(job, { now: this.#now, usage: await this.#usageOf(job) });
      const commit = this.#kv.atomic().check(entry)
        .delete(job.state === "queued" ? keys.due(job) : keys.running(job));
      this.#putEnd(commit, canceled);
      // A conflict means that the job has moved on, so this ends when the job does.
      if ((await commit.commit()).ok) {
        this.#options.onGivenUp?.(id);
        return "canceled";
      }
    }
  }

  /** The jobs that failed and were not replayed, newest first. */
  async deadLetters(options: { limit: number }): Promise<DeadLetter[]> {
    const found = [];
    const selector = { prefix: ["dead"] };
    for await (const { key, value } of this.#kv.list(selector, { ...options, reverse: true })) {
      const [, finishedAt, id] = key;
      const entry = DeadEntry.safeParse(value);
      if (!entry.success) {
        log.error("dead letter not readable", { jobId: String(id) });
        continue;
      }
      const { kind, failure, expiresAt } = entry.data;
      if (this.#now >= expiresAt) continue;
      found.push({ id: String(id), kind, finishedAt: Number(finishedAt), failure });
    }
    return found;
  }

  /**
   * Gives a failed job another chance: a new job with the same request and the steps that the failed
   * one had finished. The failed one stays as it is, but is no dead letter any more.
   *
   * @param newId the id of the new job
   * @returns the new job, or `null` if there is no such dead letter
   */
  async replay(id: string, newId: string): Promise<QueuedJob | null> {
    const failed = this.#parse(await this.#kv.get(keys.job(id)));
    if (failed?.state !== "failed") return null;
    const letter = await this.#kv.get(keys.dead(failed));
    if (letter.value === null) return null;

    const { ttlMs } = this.#options;
    const job = replayJob(failed, { id: newId, now: this.#now, ttlMs });
    // Nobody sees the steps before the job is there; if it never comes, they expire.
    await this.#copySteps(id, job);
    const commit = this.#kv.atomic().check(letter).delete(letter.key);
    commit.check({ key: keys.job(newId), versionstamp: null });
    this.#enqueueNew(commit, job);
    return (await commit.commit()).ok ? job : null;
  }

  async #copySteps(from: string, to: QueuedJob): Promise<void> {
    const copy = async ({ key: [sort, , ...rest] }: { key: Deno.KvKey }, value: unknown) => {
      await this.#put(this.#kv.atomic(), [sort!, to.id, ...rest], value, to).commit();
    };
    for await (const entry of this.#kv.list({ prefix: ["output", from] })) {
      await copy(entry, entry.value);
    }
    for await (const entry of this.#kv.list({ prefix: ["step", from] })) {
      const step = StepRecord.safeParse(entry.value).data;
      // It was not the new job that paid for it.
      if (step) await copy(entry, { ...step, event: { ...step.event, attempt: 0 } });
    }
  }

  /** The jobs that an instance holds. */
  async heldBy(holder: string): Promise<HeldJob[]> {
    const held = [];
    for await (const { key, value } of this.#kv.list({ prefix: ["running", holder] })) {
      held.push({
        id: String(key[2]),
        holder,
        attempt: z.int().nullable().catch(null).parse(value),
      });
    }
    return held;
  }

  /**
   * Takes a job away from an instance and puts it back into the queue, or ends it if its attempts or
   * its time have run out.
   *
   * @param held as {@link heldBy} found it: if the attempt is another by now, and the instance may
   * have claimed the job anew, nothing happens
   * @param beat the heartbeat that was judged to be the last one: if the instance has given a sign
   * of life since, nothing happens. Without it the instance itself speaks, about a job that it no
   * longer works on.
   * @returns the job as it is now, or `null` if it was no longer the instance's
   */
  async rescue(
    { id, holder, attempt }: HeldJob,
    beat?: InstanceHeartbeat,
  ): Promise<JobRecord | null> {
    const now = this.#now;
    const entry = await this.#kv.get(keys.job(id));
    const commit = this.#kv.atomic().check(entry).delete(keys.running({ holder, id }));
    if (beat) this.#options.instances.checkSilent(commit, beat);
    const job = this.#parse(entry);
    if (job?.state !== "running" || job.holder !== holder) {
      await commit.commit();
      return null;
    }
    // An instance that has been silent since has claimed nothing.
    if (!beat && job.attempt !== attempt) return null;
    const rescued = rescueJob(job, { now, limits: this.#options.limits });
    if ("state" in rescued) {
      this.#enqueue(commit, rescued);
      return (await commit.commit()).ok ? rescued : null;
    }
    const failed = failJob(job, { ...rescued, now, usage: await this.#usageOf(job) });
    this.#putEnd(commit, failed);
    if (!(await commit.commit()).ok) return null;
    this.#options.onGivenUp?.(id);
    return failed;
  }

  /**
   * The job of an entry; `null` if there is none, or none any more.
   *
   * @throws {UnreadableJobError}
   */
  #parse({ key, value }: Deno.KvEntryMaybe<unknown>): JobRecord | null {
    if (value === null) return null;
    const { data: job, error } = JobRecord.safeParse(value);
    if (!job) throw new UnreadableJobError(String(key[1]), error);
    return this.#isExpired(job) ? null : job;
  }

  /** The same; `null` also if this version cannot read it. */
  #parseReadable({ value }: Deno.KvEntryMaybe<unknown>): JobRecord | null {
    const job = JobRecord.safeParse(value).data;
    return job && !this.#isExpired(job) ? job : null;
  }

  #isExpired(job: JobRecord): boolean {
    return this.#now >= job.expiresAt;
  }

  /** A transaction that only the owner of the lease can commit. */
  #checked({ job, versionstamp }: Lease): Deno.AtomicOperation {
    return this.#kv.atomic().check({ key: keys.job(job.id), versionstamp });
  }

  /** The same, and the holder gives the job out of its hands. */
  #leaving(lease: Lease): Deno.AtomicOperation {
    return this.#checked(lease).delete(keys.running(lease.job));
  }

  /** @param record the job as the commit leaves it, if it changes it */
  async #written(
    commit: Deno.AtomicOperation,
    lease: Lease,
    record?: JobRecord,
  ): Promise<Written> {
    if (this.#isExpired(lease.job)) return "lost";
    return await this.#commit(commit, record) === null ? "lost" : "saved";
  }

  /**
   * Commits. When it fails, only its answer may have been lost: then the record tells.
   *
   * @param record the job as the commit leaves it, if it changes it
   * @returns the commit's versionstamp, or `null` if a check failed
   */
  async #commit(commit: Deno.AtomicOperation, record?: JobRecord): Promise<string | null> {
    try {
      const result = await commit.commit();
      return result.ok ? result.versionstamp : null;
    } catch (error) {
      if (!record) throw error;
      const { value, versionstamp } = await this.#kv.get(keys.job(record.id));
      if (!isDeepStrictEqual(value, record)) throw error;
      return versionstamp;
    }
  }

  /** Puts a new job into the queue, and rings for it. */
  #enqueueNew(commit: Deno.AtomicOperation, job: QueuedJob): void {
    this.#enqueue(commit, job);
    this.#options.announce?.(commit, job.id);
  }

  #enqueue(commit: Deno.AtomicOperation, job: QueuedJob): void {
    this.#put(commit, keys.job(job.id), job, job);
    this.#put(commit, keys.due(job), deadlineOf(job, this.#options.limits), job);
  }

  /** Ends a job, and makes the one that tells of it. */
  #putEnd(commit: Deno.AtomicOperation, job: EndedJob, follows?: string): void {
    const { instances, successorOf } = this.#options;
    this.#put(commit, keys.job(job.id), job, job);
    if (job.state === "failed") {
      const { kind, failure, expiresAt } = job;
      this.#put(commit, keys.dead(job), { kind, failure, expiresAt }, job);
    }
    const next = successorOf?.(job);
    if (next) this.#enqueueNew(commit, next);
    // Whoever works on it stops; identical jobs may have waited for it.
    const isAwaited = job.dedupeKey !== null && !follows;
    if (next || isAwaited || job.state === "canceled") instances.addRing(commit);
  }

  /** The only `set` for a job's keys: none is ever written without what is left of its 24 hours. */
  #put(
    commit: Deno.AtomicOperation,
    key: Deno.KvKey,
    value: unknown,
    job: JobRecord,
  ): Deno.AtomicOperation {
    return commit.set(key, value, { expireIn: Math.max(1, job.expiresAt - this.#now) });
  }

  #putBlob(
    commit: Deno.AtomicOperation,
    key: Deno.KvKey,
    value: unknown,
    job: JobRecord,
  ): BlobRef {
    const { ref, parts } = encodeBlob(value);
    parts.forEach((part, index) => this.#put(commit, [...key, index], part, job));
    return ref;
  }
}

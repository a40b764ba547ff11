/**
 * Idempotency keys, the job lists of owners, and daily budgets. The commit that accepts a job
 * writes them.
 * @module
 */
import { z } from "zod";
import { type Clock, DAY_MS } from "../clock.ts";
import type { JobCommit } from "./job_commit.ts";
import { parseJob, parseReadableJob } from "./job_entry.ts";
import { keys, prefixes } from "./job_keys.ts";
import type { JobRecord, QueuedJob } from "../job/job_record.ts";
import { LARGEST_BATCH, MAX_KEYS_PER_READ } from "./kv_limits.ts";
import type { Kv, KvEntryMaybe, KvKey } from "../platform/kv.ts";

/** An idempotency key and its request. */
export interface Idempotency {
  /** The hash of the caller and its idempotency key. */
  key: string;
  /** The hash of the request. */
  fingerprint: string;
  /** Whether a job that failed or was canceled no longer counts, so that another one replaces it. */
  replacesFailed?: boolean | undefined;
}

/** The conditions for the acceptance of a job. */
export interface AcceptTerms {
  /** A repeated request finds this job and creates no new one. */
  idempotency?: Idempotency | undefined;
  /** How many jobs the owner may create per UTC day; unset: no limit. */
  dailyBudget?: number | undefined;
  /** The instance that claims the job in the same commit. Unset: the job waits. */
  holder?: string | undefined;
  /** Whether this instance soon claims a job that waits, so that the commit needs no doorbell. */
  startsHere?: boolean | undefined;
}

/** The result of an attempt to accept a job. */
export type Acceptance =
  /** `left`: how many jobs the owner may still create today; `null`: no limit. */
  | { outcome: "accepted"; left: number | null }
  | { outcome: "budget spent" }
  | Repetition;

/** The earlier use of an idempotency key. */
export type Repetition =
  /** The same request, accepted as this job. */
  | { outcome: "repeated"; job: JobRecord }
  /** Another request. */
  | { outcome: "key reused" };

/** The job that was accepted with an idempotency key, and the fingerprint of its request. */
const Repeatable = z.object({ jobId: z.uuid(), fingerprint: z.string() });

/** Selects the jobs of a list. */
export interface ListedJobs {
  kind: string;
  /** Only the refinements of this job. */
  refines?: string | undefined;
}

/** A page of an owner's jobs, newest first. */
export interface JobPage {
  jobs: JobRecord[];
  /** The start of the next page; `null`: this is the last page. */
  next: PageStart | null;
}

/** The last job of the previous page. */
export interface PageStart {
  createdAt: number;
  id: string;
}

/** How many records a page of all jobs reads at most: they may be of other kinds. */
const MAX_RECORDS = 500;

/** A record contains its request, so a large batch would take long. */
const RECORDS_PER_BATCH = 100;

/** Whether a job has ended without a plan. */
function hasFailed({ state }: JobRecord): boolean {
  return state === "failed" || state === "canceled";
}

/** The accepted jobs of one KV database. */
export class AcceptanceStore {
  readonly #kv: Kv;
  readonly #clock: Clock;

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /**
   * Adds the entries for an accepted job to its commit. The commit fails if the terms no longer
   * hold.
   *
   * @returns the outcome if the commit succeeds, or why the job must not be committed
   */
  async addAcceptance(
    commit: JobCommit,
    { job, idempotency, dailyBudget }: AcceptTerms & { job: QueuedJob },
  ): Promise<Acceptance> {
    if (idempotency) {
      const found = await this.#findRepeatable(idempotency);
      if ("outcome" in found) return found;
      const { fingerprint } = idempotency;
      commit.check(found).put(found.key, { jobId: job.id, fingerprint }, job);
    }
    let left: number | null = null;
    if (dailyBudget !== undefined && job.owner !== null) {
      left = dailyBudget - await this.#addToBudget(commit, job.owner);
      if (left < 0) return { outcome: "budget spent" };
    }
    if (job.owner !== null) this.#addToLists(commit, { job, owner: job.owner });
    return { outcome: "accepted", left };
  }

  #addToLists(commit: JobCommit, { job, owner }: { job: QueuedJob; owner: string }): void {
    commit.put(keys.owned(owner, job), {}, job);
    if (job.refinement === null) return;
    const { refines } = job.refinement;
    commit.put(keys.refined(owner, { ...job, refines }), {}, job);
  }

  /** Returns the earlier use of an idempotency key, or `null`. */
  async findRepeated(idempotency: Idempotency): Promise<Repetition | null> {
    const found = await this.#findRepeatable(idempotency);
    return "outcome" in found ? found : null;
  }

  /** Returns the earlier use of an idempotency key, else the entry that a commit must replace. */
  async #findRepeatable(
    { key, fingerprint, replacesFailed = false }: Idempotency,
  ): Promise<Repetition | KvEntryMaybe<unknown>> {
    const entry = await this.#kv.get(keys.idempotency(key));
    const repeatable = Repeatable.safeParse(entry.value).data;
    if (!repeatable) return entry;
    const job = parseJob(await this.#kv.get(keys.job(repeatable.jobId)), this.#clock.now());
    // An idempotency key expires with its job.
    if (job === null || (replacesFailed && hasFailed(job))) return entry;
    return repeatable.fingerprint === fingerprint
      ? { outcome: "repeated", job }
      : { outcome: "key reused" };
  }

  /**
   * Adds a job to the owner's count of today.
   *
   * @returns the new count
   */
  async #addToBudget(commit: JobCommit, owner: string): Promise<number> {
    const day = Math.floor(this.#clock.now() / DAY_MS);
    const entry = await this.#kv.get(keys.budget(owner, day));
    const count = z.int().nonnegative().catch(0).parse(entry.value) + 1;
    // Not a key of the job: it must last until the day is over on the clocks of all instances.
    commit.check(entry).operation.set(entry.key, count, { expireIn: 2 * DAY_MS });
    return count;
  }

  /** Lists the jobs of an owner of one kind, newest first. */
  async listOwned(
    { owner, kind, refines }: ListedJobs & { owner: string },
    { limit, after }: { limit: number; after: PageStart | null },
  ): Promise<JobPage> {
    const prefix: KvKey = refines === undefined
      ? prefixes.owned(owner, kind)
      : prefixes.refined(owner, kind, refines);
    const selector = after ? { prefix, end: [...prefix, after.createdAt, after.id] } : { prefix };
    const options = { limit: limit + 1, reverse: true, batchSize: LARGEST_BATCH };
    const found: PageStart[] = [];
    for await (const { key } of this.#kv.list(selector, options)) {
      found.push({ createdAt: Number(key.at(-2)), id: String(key.at(-1)) });
    }
    const page = found.slice(0, limit);
    const jobs: JobRecord[] = [];
    for (let n = 0; n < page.length; n += MAX_KEYS_PER_READ) {
      const ids = page.slice(n, n + MAX_KEYS_PER_READ).map(({ id }) => keys.job(id));
      const entries = await this.#kv.getMany(ids);
      // An unreadable record must not hide the other jobs.
      jobs.push(...entries.flatMap((entry) => parseReadableJob(entry, this.#clock.now()) ?? []));
    }
    return { jobs, next: found.length > limit ? page.at(-1)! : null };
  }

  /**
   * Lists the jobs of all owners of one kind, newest first. It reads {@link MAX_RECORDS} records at
   * most, so a page may have few jobs, or none, and still have a next page.
   */
  async listAll(
    { kind, refines }: ListedJobs,
    { limit, after }: { limit: number; after: PageStart | null },
  ): Promise<JobPage> {
    // Ids begin with the time of creation.
    const prefix = prefixes.allJobs();
    const selector = after ? { prefix, end: keys.job(after.id) } : { prefix };
    const options = { limit: MAX_RECORDS + 1, reverse: true, batchSize: RECORDS_PER_BATCH };
    const jobs: JobRecord[] = [];
    let records = 0;
    let last: PageStart | null = null;
    for await (const entry of this.#kv.list(selector, options)) {
      if (jobs.length === limit || records === MAX_RECORDS) return { jobs, next: last };
      records++;
      // Only the id matters here, and the record may be unreadable.
      last = { createdAt: 0, id: String(entry.key[1]) };
      const job = parseReadableJob(entry, this.#clock.now());
      if (job?.kind !== kind) continue;
      if (refines === undefined || job.refinement?.refines === refines) jobs.push(job);
    }
    return { jobs, next: null };
  }
}

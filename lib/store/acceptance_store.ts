/**
 * What is kept of the acceptance of a job, beside the job: which job a repeated request finds, whose
 * jobs there are, and how many an owner has made today.
 * @module
 */
import { z } from "zod";
import { type Clock, DAY_MS } from "../clock.ts";
import type { JobCommit } from "./job_commit.ts";
import { parseJob, parseReadableJob } from "./job_entry.ts";
import { keys, prefixes } from "./job_keys.ts";
import type { JobRecord, QueuedJob } from "../job/job_record.ts";
import { LARGEST_BATCH, MAX_KEYS_PER_READ } from "./kv_limits.ts";

/** A request by its caller's own name for it; both are hashes. */
export interface Idempotency {
  key: string;
  fingerprint: string;
}

/** What the acceptance of a job depends on, beside the job. */
export interface AcceptTerms {
  /** Lets a repeated request find this job in place of making another one. */
  idempotency?: Idempotency | undefined;
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

/** What was accepted in one KV database. */
export class AcceptanceStore {
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;

  constructor(kv: Deno.Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /**
   * Adds to the commit that accepts a job what is kept of that, and lets it fail if the terms do not
   * hold any more by then.
   *
   * @returns what becomes of the job if the commit succeeds; or why it is not to be committed
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
    if (job.owner !== null) commit.put(keys.owned(job.owner, job), {}, job);
    return { outcome: "accepted", left };
  }

  /** What was accepted before under the same idempotency key; `null` if there is nothing. */
  async findRepeated(idempotency: Idempotency): Promise<Repetition | null> {
    const found = await this.#findRepeatable(idempotency);
    return "outcome" in found ? found : null;
  }

  /** The same; if there is nothing, the entry that a commit has to replace. */
  async #findRepeatable(
    { key, fingerprint }: Idempotency,
  ): Promise<Repetition | Deno.KvEntryMaybe<unknown>> {
    const entry = await this.#kv.get(keys.idempotency(key));
    const repeatable = Repeatable.safeParse(entry.value).data;
    if (!repeatable) return entry;
    const job = parseJob(await this.#kv.get(keys.job(repeatable.jobId)), this.#clock.now());
    // The key lives as long as its job.
    if (job === null) return entry;
    return repeatable.fingerprint === fingerprint
      ? { outcome: "repeated", job }
      : { outcome: "key reused" };
  }

  /** @returns how many jobs the owner will have made today */
  async #addToBudget(commit: JobCommit, owner: string): Promise<number> {
    const day = Math.floor(this.#clock.now() / DAY_MS);
    const entry = await this.#kv.get(keys.budget(owner, day));
    const count = z.int().nonnegative().catch(0).parse(entry.value) + 1;
    // No key of the job: it lives until the day is over everywhere.
    commit.check(entry).operation.set(entry.key, count, { expireIn: 2 * DAY_MS });
    return count;
  }

  /** The jobs of one kind that an owner has made, newest first. */
  async listOwned(
    { owner, kind }: { owner: string; kind: string },
    { limit, after }: { limit: number; after: PageStart | null },
  ): Promise<JobPage> {
    const prefix = prefixes.owned(owner, kind);
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
      jobs.push(...entries.flatMap((entry) => parseReadableJob(entry, this.#clock.now()) ?? []));
    }
    return { jobs, next: found.length > limit ? page.at(-1)! : null };
  }
}

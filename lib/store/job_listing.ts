/**
 * Lists of jobs for operators, newest first, with filters. The ids of jobs begin with the time of
 * their creation, so they are also the order and the cursors of the lists.
 *
 * The commit that ends a job writes one entry, whose key has all that filters ask for but the owner.
 * So a list of ended jobs reads only what it shows. Jobs that wait or run have the indexes of the
 * engine. An owner's jobs have a list of their own, and are filtered by their records.
 * @module
 */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { FailureCode } from "../job/failure.ts";
import { idsFrom, timeOfId } from "../job/job_id.ts";
import type { Source } from "../job/job_record.ts";
import { type JobState, JobSummary, parseSummary } from "../job/job_summary.ts";
import { keys, prefixes } from "./job_keys.ts";
import { LARGEST_BATCH, MAX_KEYS_PER_READ } from "./kv_limits.ts";
import { mergeLists } from "./merged_lists.ts";
import type { Kv, KvKey, KvKeyPart } from "../platform/kv.ts";

/** Selects the jobs of a list: they match all members. */
export interface JobQuery {
  state?: JobState | undefined;
  kind?: string | undefined;
  /** The failure code: only failed jobs have one. */
  code?: FailureCode | undefined;
  /** What wrote the plan: only succeeded jobs have one. */
  source?: Source | undefined;
  owner?: string | undefined;
  /** The smallest number of attempts. */
  attempts?: number | undefined;
  /** The earliest time of creation, in epoch milliseconds. */
  since?: number | undefined;
  /** The time of creation is before it, in epoch milliseconds. */
  until?: number | undefined;
}

/** A job of a list. */
export type ListedJob = JobSummary & {
  /** The job that replays it; `null`: none. */
  replayedAs: string | null;
};

/** A part of a list. */
export interface ListPage {
  jobs: ListedJob[];
  /** Where the next page begins; `null`: this is the last one. */
  cursor: string | null;
  /**
   * Whether the page ended before it was full, because few of many jobs match. The next page goes
   * on.
   */
  isPartial: boolean;
}

/** A job that may belong to a list. */
interface Candidate {
  id: string;
  /** The summary or the record, as it is stored. Unset: it has not been read. */
  value?: unknown;
}

/** Ids of a list are above `from` and below `to`. */
interface IdRange {
  from: string;
  to: string;
}

/**
 * How many jobs a page examines: about 40 ms. A list of which all jobs match examines one more than
 * it shows.
 */
const MAX_EXAMINED = 1_000;

/** How many jobs are examined at a time. */
const BATCH = 50;

/**
 * How many waiting jobs are sorted for a page: about 25 ms. If more wait, a large part of all stored
 * jobs wait, and reading the records in their order soon finds them.
 */
const MAX_SORTED = 5_000;

/** Sorts after the ids of all jobs. */
const LAST_ID = "g";

const StoredId = z.string().nullable().catch(null);

/** The lists of the jobs of one KV database. */
export class JobListing {
  readonly #kv: Kv;
  readonly #clock: Clock;

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /**
   * Returns a page of the jobs that match, newest first. A job that is on an earlier page is on no
   * later one, even if it changes in between.
   *
   * @param options `limit`: the largest number of jobs. `cursor`: of the page before; unset, the
   * first page
   */
  async page(
    query: JobQuery,
    { limit, cursor }: { limit: number; cursor?: string | null | undefined },
  ): Promise<ListPage> {
    const range = rangeOf(query, cursor ?? LAST_ID);
    const candidates = await this.#candidates(query, { range, batchSize: limit + 1 });
    const found: JobSummary[] = [];
    let examined = 0;
    let last: string | null = null;
    for await (const batch of batchesOf(candidates, Math.min(limit + 1, BATCH))) {
      const summaries = await this.#summarize(batch);
      found.push(...summaries.filter((job) => this.#matches(query, job)));
      examined += batch.length;
      last = batch.at(-1)!.id;
      if (found.length > limit || examined >= MAX_EXAMINED) break;
      last = null;
    }
    const isFull = found.length > limit;
    const jobs = await this.#addReplays(found.slice(0, limit));
    return {
      jobs,
      cursor: isFull ? jobs.at(-1)!.id : last,
      isPartial: !isFull && last !== null,
    };
  }

  /** Returns the jobs that may match, newest first. */
  async #candidates(
    query: JobQuery,
    options: { range: IdRange; batchSize: number },
  ): Promise<AsyncIterable<Candidate>> {
    const { range } = options;
    if (query.owner !== undefined) return await this.#owned(query.owner, { query, range });
    if (query.code ?? query.source) return await this.#ended(query, options);
    const { state, kind, attempts } = query;
    if (state === undefined && kind === undefined && attempts === undefined) {
      return this.#all(options);
    }
    if (state !== undefined && state !== "queued" && state !== "running") {
      return await this.#ended(query, options);
    }
    const live = await this.#live(query, range);
    if (live === null) return this.#all({ range, batchSize: BATCH });
    if (state !== undefined) return live;
    // The live jobs have been read first: a job that ends meanwhile is in both lists.
    return mergeLists([live, await this.#ended(query, options)]);
  }

  /** Yields all jobs, with their records. */
  async *#all(
    { range, batchSize }: { range: IdRange; batchSize: number },
  ): AsyncGenerator<Candidate> {
    yield* this.#list(prefixes.allJobs(), { range, batchSize });
  }

  /** Yields the entries below a prefix whose last part is the id. */
  async *#list(
    prefix: KvKey,
    { range: { from, to }, batchSize }: { range: IdRange; batchSize: number },
  ): AsyncGenerator<Candidate> {
    if (from >= to) return;
    const selector = { start: [...prefix, from], end: [...prefix, to] };
    const options = { reverse: true, batchSize: Math.min(batchSize, LARGEST_BATCH) };
    for await (const { key, value } of this.#kv.list(selector, options)) {
      yield { id: String(key.at(-1)), value };
    }
  }

  /** Returns the ended jobs that match all of the query but its owner. */
  async #ended(
    query: JobQuery,
    options: { range: IdRange; batchSize: number },
  ): Promise<AsyncIterable<Candidate>> {
    const { kind, state, code, source, attempts = 0 } = query;
    if (code !== undefined && source !== undefined) return mergeLists([]);
    const detail = code ?? source;
    const wanted = [kind, state, detail] as const;
    const found = await this.#prefixes(prefixes.allEnded(), {
      length: 5,
      accepts: (part, n) => n === 4 ? Number(part) >= attempts : part === (wanted[n - 1] ?? part),
    });
    return mergeLists(found.map((prefix) => this.#list(prefix, options)));
  }

  /**
   * Finds the prefixes of this length that stored keys have. The cost depends on their number, not
   * on that of the keys.
   *
   * @param options `accepts`: whether a part at this position is wanted
   */
  async #prefixes(
    parent: KvKey,
    { length, accepts }: { length: number; accepts: (part: KvKeyPart, n: number) => boolean },
  ): Promise<KvKey[]> {
    const found: KvKey[] = [];
    // A boolean sorts after all strings and numbers.
    const end = [...parent, true];
    let start = parent;
    for (;;) {
      const first = await this.#firstKey({ start, end });
      if (first === null) return found;
      const unwanted = first.slice(0, length).findIndex((part, n) =>
        n >= parent.length && !accepts(part, n)
      );
      const prefix = first.slice(0, unwanted < 0 ? length : unwanted + 1);
      if (unwanted < 0) found.push(prefix);
      start = [...prefix, true];
    }
  }

  async #firstKey(selector: { start: KvKey; end: KvKey }): Promise<KvKey | null> {
    for await (const { key } of this.#kv.list(selector, { limit: 1, batchSize: 1 })) return key;
    return null;
  }

  /** Returns the jobs that wait or run, without their records; `null`: there are too many. */
  async #live(
    { state, kind }: JobQuery,
    { from, to }: IdRange,
  ): Promise<AsyncIterable<Candidate> | null> {
    const due = kind === undefined ? prefixes.allDue() : prefixes.due(kind);
    const lists = [
      ...(state === "running" ? [] : [due]),
      ...(state === "queued" ? [] : [prefixes.allRunning()]),
    ];
    const ids = new Set<string>();
    let read = 0;
    for (const prefix of lists) {
      const options = { limit: MAX_SORTED + 1, batchSize: LARGEST_BATCH };
      for await (const { key } of this.#kv.list({ prefix }, options)) {
        if (++read > MAX_SORTED) return null;
        const id = String(key.at(-1));
        if (id > from && id < to) ids.add(id);
      }
    }
    return listOf([...ids].sort().reverse());
  }

  /** Returns the jobs of an owner, without their records. */
  async #owned(
    owner: string,
    { query: { kind }, range }: { query: JobQuery; range: IdRange },
  ): Promise<AsyncIterable<Candidate>> {
    const accepts = (part: KvKeyPart) => part === (kind ?? part);
    const found = await this.#prefixes(prefixes.ofOwner(owner), { length: 3, accepts });
    const options = { range, batchSize: BATCH };
    return mergeLists([
      ...found.map((prefix) => this.#accepted(prefix, range)),
      unread(this.#list(prefixes.derived(owner), options)),
    ]);
  }

  /** Yields the jobs of an owner and a kind that requests created. */
  async *#accepted(prefix: KvKey, { from, to }: IdRange): AsyncGenerator<Candidate> {
    const options = { reverse: true, batchSize: BATCH };
    const end = to === LAST_ID ? [...prefix, true] : [...prefix, timeOfId(to) + 1];
    for await (const { key } of this.#kv.list({ start: prefix, end }, options)) {
      const id = String(key.at(-1));
      if (id <= from) return;
      if (id < to) yield { id };
    }
  }

  /** Returns the summaries of the jobs that exist, in the same order. */
  async #summarize(batch: readonly Candidate[]): Promise<JobSummary[]> {
    const summaries = batch.map(({ value }) =>
      JobSummary.safeParse(value).data ?? parseSummary(value)
    );
    // The record of a job is also the truth about an entry that cannot be read.
    const missing = batch.flatMap(({ id }, n) => summaries[n] ? [] : [{ id, n }]);
    const records = await this.#getAll(missing.map(({ id }) => keys.job(id)));
    records.forEach((value, n) => summaries[missing[n]!.n] = parseSummary(value));
    return summaries.filter((summary) => summary !== null);
  }

  /** Returns whether a job matches all but the times, which the range of ids covers. */
  #matches(query: JobQuery, job: JobSummary): boolean {
    const { attempts = 0 } = query;
    const names = ["state", "kind", "code", "source", "owner"] as const;
    return names.every((name) => query[name] === undefined || query[name] === job[name]) &&
      job.attempts >= attempts && this.#clock.now() < job.expiresAt;
  }

  async #addReplays(jobs: readonly JobSummary[]): Promise<ListedJob[]> {
    const ended = jobs.filter(({ finishedAt }) => finishedAt !== null);
    const values = await this.#getAll(ended.map(({ id }) => keys.replayed(id)));
    const replays = new Map(ended.map(({ id }, n) => [id, StoredId.parse(values[n])]));
    return jobs.map((job) => ({ ...job, replayedAs: replays.get(job.id) ?? null }));
  }

  /** Reads any number of keys. Returns their values in the same order. */
  async #getAll(wanted: readonly KvKey[]): Promise<unknown[]> {
    const groups = [];
    for (let n = 0; n < wanted.length; n += MAX_KEYS_PER_READ) {
      groups.push(this.#kv.getMany<unknown[]>(wanted.slice(n, n + MAX_KEYS_PER_READ)));
    }
    return (await Promise.all(groups)).flat().map(({ value }) => value);
  }
}

/** Returns the ids that the times of the query allow, before the cursor. */
function rangeOf({ since, until }: JobQuery, cursor: string): IdRange {
  const end = until === undefined ? LAST_ID : idsFrom(until);
  return { from: since === undefined ? "" : idsFrom(since), to: end < cursor ? end : cursor };
}

async function* listOf(ids: readonly string[]): AsyncGenerator<Candidate> {
  for (const id of ids) yield { id };
}

/** Leaves out the values of entries that contain nothing. */
async function* unread(list: AsyncIterable<Candidate>): AsyncGenerator<Candidate> {
  for await (const { id } of list) yield { id };
}

async function* batchesOf<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * The queue of each kind of job, as one instance publishes it for all: the first waiting jobs, with
 * their positions and expected starts.
 *
 * | key | value |
 * |---|---|
 * | `["queue", kind]` | the first waiting jobs, with their positions (`PublishedQueue`) |
 *
 * Each publication checks that it replaces the publication that it was made from. So a position that is once
 * published never grows, whichever instance publishes next.
 * @module
 */
import { z } from "zod";
import { BELL } from "./instance_store.ts";
import { MAX_KEYS_PER_READ } from "./kv_limits.ts";
import type { Kv, KvEntryMaybe, KvKey } from "../platform/kv.ts";

/** An instance that publishes replaces the value every few seconds while jobs wait. */
const QUEUE_MS = 600_000;

const Numbers = z.instanceof(Float64Array);

export const PublishedQueue = z.object({
  /** One more than that of the publication before it. */
  number: z.int().positive(),
  /** The instance that has published it. */
  by: z.string(),
  /** When the jobs were counted, in epoch milliseconds. */
  at: z.number(),
  /** Whether more jobs wait than the lists contain. */
  isPartial: z.boolean(),
  /** The jobs, see {@link numberOf}, in the order in which they start. */
  jobs: Numbers,
  /** Their places. */
  places: Numbers,
  /** Their positions. The first job has position 1. */
  positions: Numbers,
  /** When they will probably start, in epoch milliseconds; 0: not known. */
  startsAt: Numbers,
  /** How many waiting jobs have left the queue lately, and in how many milliseconds. */
  pace: z.object({ starts: z.number(), ms: z.number() }),
});
export type PublishedQueue = z.infer<typeof PublishedQueue>;

/** A read of a published queue. */
export interface QueueEntry {
  /** `null`: none is published, or this version cannot read it. */
  queue: PublishedQueue | null;
  versionstamp: string | null;
}

/** The last digits of an id are random. So many of them fit into a number. */
const RANDOM_DIGITS = 12;

/** Returns a number that stands for a job. Two of some thousand jobs practically never share one. */
export function numberOf(id: string): number {
  return Number.parseInt(id.slice(-RANDOM_DIGITS), 16);
}

/** The published queues of one KV database. */
export class QueueStore {
  readonly #kv: Kv;

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  /**
   * Reads the bell and the queues of some kinds. Instances do so twice a second, and on a hosted
   * database each request is paid for. So they are one request, or more if there are many kinds.
   *
   * @returns `queues`: in the order of `kinds`. `ring`: a value that changes with each ring of the
   * bell
   */
  async read(
    kinds: readonly string[],
  ): Promise<{ queues: QueueEntry[]; ring: string | null }> {
    const keys = [BELL, ...kinds.map(queueKey)];
    const entries: KvEntryMaybe<unknown>[] = [];
    for (let n = 0; n < keys.length; n += MAX_KEYS_PER_READ) {
      entries.push(...await this.#kv.getMany<unknown[]>(keys.slice(n, n + MAX_KEYS_PER_READ)));
    }
    const [bell, ...published] = entries;
    const queues = published.map(({ value, versionstamp }) => ({
      queue: PublishedQueue.safeParse(value).data ?? null,
      versionstamp,
    }));
    return { queues, ring: bell!.versionstamp };
  }

  /**
   * Publishes the queue of a kind.
   *
   * @param replaced the versionstamp of the value that it was made from
   * @returns the new versionstamp; `null` if another instance has published meanwhile
   */
  async publish(
    kind: string,
    { queue, replaced }: { queue: PublishedQueue; replaced: string | null },
  ): Promise<string | null> {
    const key = queueKey(kind);
    const result = await this.#kv.atomic()
      .check({ key, versionstamp: replaced })
      .set(key, queue, { expireIn: QUEUE_MS })
      .commit();
    return result.ok ? result.versionstamp : null;
  }
}

function queueKey(kind: string): KvKey {
  return ["queue", kind];
}

/**
 * Knows how many jobs wait, at a cost that does not grow with their number.
 *
 * KV cannot count without reading, so the due index of each kind is divided into segments. A new job
 * adds one to the segment of its place. Each refresh counts a few segments again: the first one, from
 * which workers claim jobs, and some others in turn. In time all numbers come from the index, so
 * crashes and expired entries cannot make them drift from it.
 *
 * The places of jobs that other instances accept are not known here. Such jobs count apart until a
 * segment is found to have more entries than expected, or all segments have been counted again.
 * Until a new instance has counted the whole index, it uses the count that an instance published
 * last.
 * @module
 */
import type { Clock } from "../clock.ts";
import type { InstanceStore, JobCounts } from "./instance_store.ts";
import type { JobIndex } from "./job_index.ts";
import { keys } from "./job_keys.ts";
import type { KvKey } from "../platform/kv.ts";

/** A part of the due index of a kind: from a key up to the beginning of the next segment. */
interface Segment {
  /** Unset: from the beginning of the index. */
  from: KvKey | undefined;
  count: number;
  /** Whether its entries have been counted. */
  isCounted: boolean;
}

/** Jobs that other instances have accepted, and that no segment includes yet. */
interface Unplaced {
  count: number;
  /** The number of the refresh after which all segments have been counted again. */
  until: number;
}

/** A segment with more entries is divided. */
const SEGMENT_ENTRIES = 500;

/** How many segments a refresh counts in turn. */
const SEGMENTS_IN_TURN = 2;

/** How many segments at the front a refresh drops at most, because all their jobs were claimed. */
const EMPTY_SEGMENTS = 20;

/**
 * How many entries of one segment a refresh counts at most, because requests may wait for it. After
 * the start of an instance with a long queue, it takes several refreshes to count all.
 */
const ENTRIES_PER_SCAN = 1_000;

export interface WaitingCountOptions {
  index: JobIndex;
  instances: InstanceStore;
  /** The id of this instance. */
  holder: string;
  /** The names of the kinds to count. */
  kinds: readonly string[];
  clock: Clock;
}

/** Counts the waiting jobs of some kinds. */
export class WaitingCount {
  readonly #options: WaitingCountOptions;
  /** The segments of each kind, in the order of the index. */
  readonly #segments: ReadonlyMap<string, Segment[]>;
  /** How many jobs of each kind this instance has accepted. */
  readonly #accepted: JobCounts = {};
  #published = "{}";
  /** What the other instances had published at the last refreshes. */
  #known: Map<string, JobCounts> | undefined;
  #others = 0;
  #total = 0;
  #isComplete = false;
  #isEstimated = false;
  #turn = 0;
  #refreshes = 0;
  /** The jobs of each kind that no segment includes yet, oldest first. */
  readonly #unplaced = new Map<string, Unplaced[]>();
  /** The last place of each kind that a job of this instance got. */
  readonly #newest = new Map<string, number>();

  constructor(options: WaitingCountOptions) {
    this.#options = options;
    this.#segments = new Map(
      options.kinds.map((kind) => [kind, [{ from: undefined, count: 0, isCounted: false }]]),
    );
  }

  /** The number of waiting jobs, including retries. */
  get total(): number {
    return this.#total;
  }

  /** How many other instances accept jobs. */
  get others(): number {
    return this.#others;
  }

  /** Whether all segments have been counted once. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /**
   * Whether the total of an incomplete count includes an estimate of the jobs that have not been
   * counted. Otherwise it includes only counted jobs.
   */
  get isEstimated(): boolean {
    return this.#isEstimated;
  }

  /**
   * Adds a job that this instance has accepted.
   *
   * @param place see `QueuedJob.place`
   */
  add(kind: string, place: number): void {
    this.#accepted[kind] = (this.#accepted[kind] ?? 0) + 1;
    const segments = this.#segments.get(kind);
    if (!segments) return;
    segments[segmentOf(segments, place)]!.count++;
    this.#total++;
    this.#newest.set(kind, Math.max(place, this.#newest.get(kind) ?? 0));
  }

  /** Returns how many jobs of a kind wait before a place. It may be too high by one segment. */
  before(kind: string, place: number): number {
    const segments = this.#segments.get(kind) ?? [];
    return sumOf(segments.slice(0, segmentOf(segments, place) + 1));
  }

  /** Adds jobs that other instances have accepted. */
  #addUnplaced(kind: string, count: number): void {
    const segments = this.#segments.get(kind);
    if (!segments || count <= 0) return;
    const turns = Math.ceil(segments.length / SEGMENTS_IN_TURN);
    const unplaced = this.#unplaced.get(kind) ?? [];
    this.#unplaced.set(kind, [...unplaced, { count, until: this.#refreshes + turns }]);
  }

  /** Notes that segments include some of these jobs now. */
  #place(kind: string, found: number): void {
    for (const unplaced of this.#unplaced.get(kind) ?? []) {
      const placed = Math.min(found, unplaced.count);
      unplaced.count -= placed;
      found -= placed;
    }
  }

  /** Adds what other instances have accepted, and counts some segments. Calls must not overlap. */
  async refresh(): Promise<void> {
    await this.#exchange();
    for (const [kind, segments] of this.#segments) {
      await this.#countFront(kind, segments);
      // From the last to the first, because a count changes the positions of later segments.
      for (const n of this.#inTurn(segments).toSorted((a, b) => b - a)) {
        await this.#recount(kind, segments, n);
      }
      mergeSmall(segments);
      this.#beginSegment(kind, segments);
      this.#dropOldUnplaced(kind);
    }
    this.#turn += SEGMENTS_IN_TURN;
    this.#refreshes++;
    // Every request asks for these, and there may be many segments.
    this.#total = Object.values(this.countByKind()).reduce((sum, count) => sum + count, 0);
    this.#isComplete = [...this.#segments.values()].flat().every(({ isCounted }) => isCounted);
  }

  #dropOldUnplaced(kind: string): void {
    const unplaced = this.#unplaced.get(kind) ?? [];
    const kept = unplaced.filter(({ count, until }) => count > 0 && until > this.#refreshes);
    this.#unplaced.set(kind, kept);
  }

  /** Publishes how many jobs were accepted here, and adds the jobs of the other instances. */
  async #exchange(): Promise<void> {
    const { instances, holder } = this.#options;
    if (!this.#known) await this.#estimate();
    const published = JSON.stringify(this.#accepted);
    if (published !== this.#published) {
      const waiting = this.#isComplete || this.#isEstimated ? this.countByKind() : null;
      await instances.publishCounts(holder, { accepted: this.#accepted, waiting });
    }
    this.#published = published;
    const others = await instances.acceptedByOthers(holder);
    // The first count of the index includes what was accepted before it.
    const isFirst = !this.#known;
    const known = this.#known ??= new Map();
    for (const [other, accepted] of others) {
      const before = known.get(other) ?? {};
      for (const [kind, count] of Object.entries(accepted)) {
        if (!isFirst) this.#addUnplaced(kind, count - (before[kind] ?? 0));
      }
      // It stays known when its entry expires: the numbers of an instance only grow.
      known.set(other, accepted);
    }
    this.#others = others.size;
  }

  /** Begins with the numbers that an instance published last. */
  async #estimate(): Promise<void> {
    const waiting = await this.#options.instances.lastWaiting();
    this.#isEstimated = waiting !== null;
    for (const [kind, [first]] of this.#segments) first!.count += waiting?.[kind] ?? 0;
  }

  /** Returns the number of waiting jobs of each kind. */
  countByKind(): JobCounts {
    return Object.fromEntries(
      this.#segments.entries().map((
        [kind, segments],
      ) => [kind, sumOf(segments) + sumOf(this.#unplaced.get(kind) ?? [])]),
    );
  }

  /** Counts the segments at the front until one has entries. */
  async #countFront(kind: string, segments: Segment[]): Promise<void> {
    for (let n = 0; n < EMPTY_SEGMENTS; n++) {
      await this.#recount(kind, segments, 0);
      if (segments[0]!.count > 0 || segments.length === 1) return;
      segments.shift();
      segments[0]!.from = undefined;
    }
  }

  /** Returns the positions of the segments to count, besides the first one. */
  #inTurn(segments: Segment[]): number[] {
    const uncounted = segments.findIndex(({ isCounted }) => !isCounted);
    if (uncounted >= 0) return [uncounted];
    const count = Math.min(SEGMENTS_IN_TURN, segments.length - 1);
    const inTurn = Array.from(
      { length: count },
      (_, n) => 1 + (this.#turn + n) % (segments.length - 1),
    );
    return [...new Set(inTurn)];
  }

  /** Counts the entries of a segment, and divides it if it is large. */
  async #recount(kind: string, segments: Segment[], n: number): Promise<void> {
    const segment = segments[n]!;
    const end = segments[n + 1]?.from;
    const { count: before, isCounted } = segment;
    const counted: Segment[] = [{ from: segment.from, count: 0, isCounted: true }];
    let entries = 0;
    for await (const key of this.#options.index.dueKeys(kind, { from: segment.from, end })) {
      const isFull = counted.at(-1)!.count === SEGMENT_ENTRIES;
      const isLast = entries++ === ENTRIES_PER_SCAN;
      // What is left of the segment keeps what is left of its count.
      const count = isLast ? Math.max(0, before - ENTRIES_PER_SCAN) : 0;
      if (isFull || isLast) counted.push({ from: key, count, isCounted: isCounted || !isLast });
      if (isLast) break;
      counted.at(-1)!.count++;
    }
    if (isCounted) this.#place(kind, Math.max(0, sumOf(counted) - before));
    // Jobs that were added meanwhile may be counted twice, until the next count.
    counted.at(-1)!.count += segment.count - before;
    segments.splice(n, 1, ...counted);
  }

  /** Begins a new segment with the jobs that come after all jobs of this instance. */
  #beginSegment(kind: string, segments: Segment[]): void {
    const newest = this.#newest.get(kind) ?? 0;
    const n = segmentOf(segments, newest);
    const { from, count, isCounted } = segments[n]!;
    if (!isCounted || count < SEGMENT_ENTRIES || placeOf(from) >= newest) return;
    segments.splice(n + 1, 0, { from: keys.dueFrom(kind, newest), count: 0, isCounted: true });
  }
}

function sumOf(counted: { count: number }[]): number {
  return counted.reduce((sum, { count }) => sum + count, 0);
}

/** Returns the position of the segment with a place. */
function segmentOf(segments: Segment[], place: number): number {
  return Math.max(0, segments.findLastIndex(({ from }) => placeOf(from) <= place));
}

/** The place in the key of a segment. */
function placeOf(from: KvKey | undefined): number {
  return from ? Number(from[2]) : 0;
}

/** Merges neighbors that have few entries, so that the number of segments fits that of the jobs. */
function mergeSmall(segments: Segment[]): void {
  for (let n = segments.length - 1; n > 0; n--) {
    const [before, segment] = [segments[n - 1]!, segments[n]!];
    if (!before.isCounted || !segment.isCounted) continue;
    if (before.count + segment.count > SEGMENT_ENTRIES / 2) continue;
    before.count += segment.count;
    segments.splice(n, 1);
  }
}

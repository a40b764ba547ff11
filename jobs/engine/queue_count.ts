/**
 * Counts the positions of waiting jobs, from the queue as it was published before and from a new read
 * of the due index. This module does not use KV.
 * @module
 */
import type { DueJob } from "../../lib/store/job_index.ts";
import { numberOf, type PublishedQueue } from "../../lib/store/queue_store.ts";

/** How many jobs at the front of the due index a count reads: a few milliseconds of work. */
export const COUNTED_JOBS = 1_000;

/** How many jobs a published queue has at most: 48 KB, and KV stores values of up to 64 KiB. */
const MAX_JOBS = 1_500;

/** Older starts count less: in this time, to 37 %. Jobs take 20 seconds to 5 minutes. */
const PACE_MS = 120_000;

/** After a longer pause between two counts, what happened in between says little. */
const LONGEST_STEP_MS = 10_000;

/** With fewer starts, counted as above, the pace is not known. */
const LEAST_STARTS = 0.5;

/** Positions up to here are exact. Larger ones have as many digits, and are rounded up. */
const EXACT_POSITIONS = 100;

/** What a count reads. */
export interface Count {
  /** The instance that counts. */
  by: string;
  now: number;
  /** The first due jobs, in their order: {@link COUNTED_JOBS} and one more, if there are so many. */
  due: readonly DueJob[];
  /** Whether the jobs cannot start now, because of a pause or of the breaker. */
  isHeldBack: boolean;
}

/** A job in a queue. */
interface Entry {
  job: number;
  place: number;
  position: number;
  startsAt: number;
}

/**
 * Counts the queue again. A job that was in the queue before never gets a larger position, although
 * other callers' jobs may take places before it.
 *
 * @param before the queue as it was published last; `null`: none was
 */
export function countQueue(before: PublishedQueue | null, count: Count): PublishedQueue {
  const { by, now, due, isHeldBack } = count;
  const known = new Map((before ? entriesOf(before) : []).map((entry) => [entry.job, entry]));
  const isPartial = due.length > COUNTED_JOBS;
  const counted = due.slice(0, COUNTED_JOBS).map((job) => ({ ...job, job: numberOf(job.id) }));
  const present = new Set(counted.map(({ job }) => job));
  const end = isPartial ? counted.at(-1)!.place : Infinity;
  const missing = [...known.values()].filter(({ job }) => !present.has(job));
  // Newer jobs have pushed them out of the part that is read. They keep their positions.
  const kept = missing.filter(({ place }) => place >= end);
  const starts = missing.length - kept.length;
  const pace = paceAfter(before, { now, isHeldBack, starts });
  const msPerStart = isHeldBack ? null : msPerStartOf(pace);
  let room = MAX_JOBS - (known.size - starts);
  const entries = counted.flatMap(({ job, place }, n): Entry[] => {
    const last = known.get(job);
    if (!last && room-- <= 0) return [];
    const position = Math.min(n + 1, last?.position ?? Infinity);
    return [{ job, place, position, startsAt: startOf({ last, position, n, now, msPerStart }) }];
  });
  return {
    number: (before?.number ?? 0) + 1,
    by,
    at: now,
    isPartial,
    ...listsOf([...entries, ...kept]),
    pace,
  };
}

/** Returns whether clients see no difference between two queues. */
export function isSameQueue(one: PublishedQueue, other: PublishedQueue): boolean {
  const lists = ["jobs", "positions", "startsAt"] as const;
  return lists.every((name) => {
    const [a, b] = [one[name], other[name]];
    return a.length === b.length && a.every((value, n) => value === b[n]);
  });
}

/** Returns in how many milliseconds one job starts, of all that wait; `null`: not known. */
export function msPerStartOf({ starts, ms }: PublishedQueue["pace"]): number | null {
  return starts >= LEAST_STARTS ? roundUp(ms / starts) : null;
}

/**
 * Returns a position as clients see it. Each change costs a client an answer, and the exact position
 * of a job that waits for long says no more.
 */
export function shownPosition(position: number): number {
  return position <= EXACT_POSITIONS ? position : roundUp(position);
}

/** Rounds up to two digits. */
function roundUp(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1);
  return Math.ceil(value / unit) * unit;
}

/** Keeps an expected start until it passes or the position changes, so that answers change less. */
function startOf(
  { last, position, n, now, msPerStart }: {
    last: Entry | undefined;
    position: number;
    n: number;
    now: number;
    msPerStart: number | null;
  },
): number {
  if (msPerStart === null) return 0;
  const isUnmoved = last && shownPosition(last.position) === shownPosition(position);
  return isUnmoved && last.startsAt > now ? last.startsAt : secondAfter(now + (n + 1) * msPerStart);
}

/** Returns the next full second, in epoch milliseconds. */
export function secondAfter(epochMs: number): number {
  return Math.ceil(epochMs / 1_000) * 1_000;
}

/** Adds the jobs that have left the queue since the last count. A pause says nothing of the pace. */
function paceAfter(
  before: PublishedQueue | null,
  { now, starts, isHeldBack }: { now: number; starts: number; isHeldBack: boolean },
): PublishedQueue["pace"] {
  if (!before) return { starts: 0, ms: 0 };
  const { at, pace, jobs } = before;
  const passed = now - at;
  const isUsable = jobs.length > 0 && !isHeldBack && passed > 0 && passed <= LONGEST_STEP_MS;
  if (!isUsable) return pace;
  const weight = Math.exp(-passed / PACE_MS);
  return { starts: weight * pace.starts + starts, ms: weight * pace.ms + passed };
}

function entriesOf({ jobs, places, positions, startsAt }: PublishedQueue): Entry[] {
  return Array.from(jobs, (job, n) => ({
    job,
    place: places[n]!,
    position: positions[n]!,
    startsAt: startsAt[n]!,
  }));
}

function listsOf(entries: readonly Entry[]) {
  return {
    jobs: Float64Array.from(entries, ({ job }) => job),
    places: Float64Array.from(entries, ({ place }) => place),
    positions: Float64Array.from(entries, ({ position }) => position),
    startsAt: Float64Array.from(entries, ({ startsAt }) => startsAt),
  };
}

/**
 * Shows clients the positions of their waiting jobs, at no cost for a poll.
 *
 * While jobs wait, one instance counts the front of the due index once a second and publishes the
 * positions. All instances read them twice a second, with the bell, which costs no further request.
 * Each shows a publication only {@link SHOW_MS} after its count: by then, all instances know it and
 * change over at the same moment. A client that polls different instances therefore never sees a
 * position grow. An instance that has not read for so long, or has missed a publication, shows no
 * positions.
 *
 * Between its acceptance and the first publication with it, a job has the position that its instance
 * estimated. The record keeps it as an upper limit.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { QueuedJob } from "../../lib/job/job_record.ts";
import type { QueueWait } from "../../lib/job/job_snapshot.ts";
import type { Breaker } from "../../lib/store/breaker.ts";
import type { ControlsStore } from "../../lib/store/controls_store.ts";
import type { DueJob, JobIndex } from "../../lib/store/job_index.ts";
import {
  numberOf,
  type PublishedQueue,
  type QueueEntry,
  type QueueStore,
} from "../../lib/store/queue_store.ts";
import type { StorageSpace } from "../../lib/store/storage_space.ts";
import type { WaitingCount } from "../../lib/store/waiting_count.ts";
import type { FairOrder } from "./fair_order.ts";
import {
  COUNTED_JOBS,
  countQueue,
  isSameQueue,
  msPerStartOf,
  secondAfter,
  shownPosition,
} from "./queue_count.ts";

/** The pause between two calls of {@link QueueBoard.read}, and between two of {@link QueueBoard.count}. */
export const READ_MS = 500;

/** How often positions change. */
const COUNT_MS = 1_000;

/** An unchanged queue is published this often, to show that its instance lives. */
const REPEAT_MS = 3_000;

/** After this time without a publication, another instance counts. */
const SILENT_MS = REPEAT_MS + 2 * COUNT_MS;

/** Four times the pause between two reads: an instance may be late with some of them. */
export const SHOW_MS = 4 * READ_MS;

/** How many accepted jobs an instance remembers until a publication includes them. */
const MAX_ACCEPTED = 10_000;

export interface QueueBoardOptions {
  /** The id of this instance. */
  holder: string;
  /** The names of the kinds whose jobs have positions. */
  kinds: readonly string[];
  store: QueueStore;
  index: Pick<JobIndex, "due">;
  order: Pick<FairOrder, "hasJobs">;
  breaker: Pick<Breaker, "openUntil">;
  controls: Pick<ControlsStore, "isPaused">;
  storage: Pick<StorageSpace, "startsJobs">;
  waiting: Pick<WaitingCount, "before" | "others">;
  clock: Clock;
}

/** A publication that this instance has read. */
interface View {
  queue: PublishedQueue;
  /** From when on to show it, in epoch milliseconds. */
  showAt: number;
  /** The positions in the lists, by the numbers of the jobs. Built on first use. */
  byJob?: Map<number, number>;
}

/** What an instance knows of the queue of one kind. */
interface KnownQueue {
  /** The publication that is shown. `none`: there is none; `unknown`: other instances may know one. */
  shown: View | "none" | "unknown";
  /** Later ones, oldest first. */
  next: View[];
  /** The last read. */
  latest: QueueEntry;
  readAt: number;
  /** When this instance first read the latest one. */
  newSince: number;
  countedAt: number;
  /** The jobs that this instance has accepted since the latest count, in the order of places. */
  accepted: { place: number; at: number }[];
}

/** What is shown of a job, and what it was made from. */
interface ShownWait {
  view: KnownQueue["shown"];
  isPaused: boolean;
  isHeldBack: boolean;
  /** When the expected start passes, in epoch milliseconds. */
  until: number;
  wait: QueueWait | null;
}

/** The queues of one instance. */
export class QueueBoard {
  readonly #options: QueueBoardOptions;
  readonly #queues: ReadonlyMap<string, KnownQueue>;
  /** What was shown last, by the records of the jobs. Many clients poll, and little changes. */
  readonly #waits = new WeakMap<QueuedJob, ShownWait>();

  constructor(options: QueueBoardOptions) {
    this.#options = options;
    this.#queues = new Map(options.kinds.map((kind) => [kind, unknownQueue()]));
  }

  /**
   * Reads what is published.
   *
   * @returns the last ring of the bell, see {@link QueueStore.read}
   */
  async read(): Promise<string | null> {
    const { kinds, store, clock } = this.#options;
    const readAt = clock.now();
    const { queues, ring } = await store.read(kinds);
    for (const [n, kind] of kinds.entries()) {
      note(this.#queues.get(kind)!, queues[n]!, { readAt, now: clock.now() });
    }
    return ring;
  }

  /** Publishes the queues that it is this instance's turn to count. */
  async count(): Promise<void> {
    for (const [kind, known] of this.#queues) {
      if (this.#mustCount(kind, known)) await this.#count(kind, known);
    }
  }

  /**
   * Returns how a waiting job stands: whether its kind is paused, its position, and when it will
   * probably start. While nothing has changed, it returns the same object for the same record.
   *
   * @returns `null` if nothing of this is known
   */
  waitOf(job: QueuedJob): QueueWait | null {
    const { controls, clock } = this.#options;
    const { kind } = job;
    const known = this.#queues.get(kind);
    if (!known) return null;
    const now = clock.now();
    const view = viewAt(known, now);
    const isPaused = controls.isPaused(kind);
    const isHeldBack = this.#isHeldBack(kind);
    const last = this.#waits.get(job);
    const isSame = last && last.view === view && last.isPaused === isPaused &&
      last.isHeldBack === isHeldBack && now < last.until;
    if (isSame) return last.wait;
    const found = findJob(job, { view, now });
    const expectedStartAt = isHeldBack ? null : found?.startsAt ?? null;
    const position = found ? shownPosition(found.position) : null;
    const wait = found || isPaused ? { isPaused, position, expectedStartAt } : null;
    this.#waits.set(job, { view, isPaused, isHeldBack, until: expectedStartAt ?? Infinity, wait });
    return wait;
  }

  /**
   * Estimates the position of a new job. The job never gets a larger one, so the estimate should
   * rather be too high.
   *
   * @param first the first job of the index, if it was read
   */
  positionAt(kind: string, { place, first }: { place: number; first: DueJob | null }): number {
    const { waiting } = this.#options;
    const known = this.#queues.get(kind);
    const queue = known?.latest.queue;
    const accepted = known ? acceptedUpTo(known, place) : 0;
    // The other instances have probably accepted as many since the last count.
    const uncounted = accepted * (1 + waiting.others);
    const published = queue
      ? countUpTo(place, { length: queue.places.length, placeAt: (n) => queue.places[n]! })
      : 0;
    const counted = published + uncounted;
    const isCounted = queue && !(queue.isPartial && counted >= queue.places.length);
    const before = isCounted ? counted : Math.max(counted, waiting.before(kind, place));
    return 1 + Math.max(before, first && first.place <= place ? 1 : 0);
  }

  /** Notes a job that this instance has accepted, and that waits. */
  noteAccepted(kind: string, { place, createdAt }: { place: number; createdAt: number }): void {
    const known = this.#queues.get(kind);
    if (!known || known.accepted.length >= MAX_ACCEPTED) return;
    known.accepted.splice(acceptedUpTo(known, place), 0, { place, at: createdAt });
  }

  #isHeldBack(kind: string): boolean {
    const { breaker, controls, storage } = this.#options;
    return controls.isPaused(kind) || breaker.openUntil(kind) > 0 || !storage.startsJobs;
  }

  /** Whether jobs of a kind may wait. */
  #hasJobs(kind: string): boolean {
    const { queue } = this.#queues.get(kind)!.latest;
    return this.#options.order.hasJobs(kind) || (queue !== null && queue.jobs.length > 0);
  }

  #mustCount(kind: string, known: KnownQueue): boolean {
    const { holder, storage, clock } = this.#options;
    const { latest: { queue, versionstamp }, readAt, countedAt, newSince } = known;
    if (readAt === -Infinity) return false;
    // A publication takes space, and one that cannot be read belongs to a newer version.
    if (!storage.startsJobs || (versionstamp !== null && queue === null)) return false;
    const now = clock.now();
    const isOurs = queue === null || queue.by === holder || now - newSince >= SILENT_MS;
    const isFirst = countedAt === -Infinity && queue === null;
    return isOurs && (isFirst || this.#hasJobs(kind)) && Math.abs(now - countedAt) >= COUNT_MS;
  }

  async #count(kind: string, known: KnownQueue): Promise<void> {
    const { holder: by, store, clock } = this.#options;
    const { latest: { queue: before, versionstamp: replaced } } = known;
    const now = clock.now();
    known.countedAt = now;
    const due = await this.#dueJobs(kind);
    const queue = countQueue(before, { by, now, due, isHeldBack: this.#isHeldBack(kind) });
    const isEmpty = due.length === 0 && (before === null || before.jobs.length === 0);
    const isRecent = before !== null && Math.abs(now - before.at) < REPEAT_MS && before.by === by;
    if (isEmpty || (isRecent && isSameQueue(before, queue))) return;
    const versionstamp = await store.publish(kind, { queue, replaced });
    if (versionstamp === null) return;
    note(known, { queue, versionstamp }, { readAt: now, now: clock.now() });
  }

  async #dueJobs(kind: string): Promise<DueJob[]> {
    const due: DueJob[] = [];
    for await (const job of this.#options.index.due(kind)) {
      due.push(job);
      if (due.length > COUNTED_JOBS) break;
    }
    return due;
  }
}

function unknownQueue(): KnownQueue {
  return {
    shown: "unknown",
    next: [],
    latest: { queue: null, versionstamp: null },
    readAt: -Infinity,
    newSince: -Infinity,
    countedAt: -Infinity,
    accepted: [],
  };
}

/** Notes what was read, or published. */
function note(known: KnownQueue, entry: QueueEntry, at: { readAt: number; now: number }): void {
  const { readAt, now } = at;
  const isFirstRead = known.readAt === -Infinity;
  const before = known.latest;
  if (readAt < known.readAt) endFuture(known, now);
  // Brings `shown` up to date before it may change to `unknown`.
  viewAt(known, now);
  known.readAt = readAt;
  if (entry.versionstamp === before.versionstamp && !isFirstRead) return;
  known.latest = entry;
  known.newSince = now;
  const { queue } = entry;
  if (queue === null) {
    // Jobs may still wait when a publication has expired, because the disk was full for long.
    const isNone = entry.versionstamp === null && !before.queue?.jobs.length;
    known.shown = isNone ? "none" : "unknown";
    known.next = [];
    return;
  }
  const isNext = !isFirstRead && queue.number === (before.queue?.number ?? 0) + 1;
  if (!isNext) {
    known.shown = "unknown";
    known.next = [];
  }
  // By the clock of the other instance, but within limits if that is wrong.
  known.next.push({ queue, showAt: Math.min(now + SHOW_MS, Math.max(now, queue.at + SHOW_MS)) });
  known.accepted = known.accepted.filter(({ at }) => at >= queue.at);
}

/** The clock was set back: nothing that is known may be in the future now. */
function endFuture(known: KnownQueue, now: number): void {
  for (const view of known.next) view.showAt = Math.min(view.showAt, now + SHOW_MS);
  known.newSince = Math.min(known.newSince, now);
  known.accepted = known.accepted.map(({ place, at }) => ({ place, at: Math.min(at, now) }));
}

/** Returns the publication to show at a time. */
function viewAt(known: KnownQueue, now: number): KnownQueue["shown"] {
  while (known.next[0] && known.next[0].showAt <= now) known.shown = known.next.shift()!;
  const ageMs = now - known.readAt;
  // Other instances may show a later publication by now.
  return ageMs >= 0 && ageMs < SHOW_MS ? known.shown : "unknown";
}

/** Finds the position of a job in what is shown, and its expected start if that is not past. */
function findJob(
  { id, createdAt, position: limit = Infinity }: QueuedJob,
  { view, now }: { view: KnownQueue["shown"]; now: number },
): { position: number; startsAt: number | null } | undefined {
  if (view === "unknown") return undefined;
  const n = view === "none" ? undefined : indexOf(view, id);
  if (view !== "none" && n !== undefined) {
    const { positions, startsAt } = view.queue;
    return {
      position: Math.min(limit, positions[n]!),
      startsAt: startsAt[n]! > now ? startsAt[n]! : null,
    };
  }
  if (limit === Infinity) return undefined;
  const msPerStart = view === "none" ? null : msPerStartOf(view.queue.pace);
  const startsAt = msPerStart && secondAfter(createdAt + limit * msPerStart);
  return { position: limit, startsAt: startsAt && startsAt > now ? startsAt : null };
}

function indexOf(view: View, id: string): number | undefined {
  view.byJob ??= new Map(Array.from(view.queue.jobs, (job, n) => [job, n]));
  return view.byJob.get(numberOf(id));
}

function acceptedUpTo({ accepted }: KnownQueue, place: number): number {
  return countUpTo(place, { length: accepted.length, placeAt: (n) => accepted[n]!.place });
}

/** Returns how many entries of a list, which is in the order of places, are not after a place. */
function countUpTo(
  place: number,
  { length, placeAt }: { length: number; placeAt: (n: number) => number },
): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placeAt(middle) <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

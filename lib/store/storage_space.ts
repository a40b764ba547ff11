/**
 * Watches the free space of the database's disk, so that work stops in time. Without free space KV
 * can store nothing, and Deno ends the process when KV delivers a message or deletes expired keys.
 *
 * | state | new jobs | waiting jobs | running jobs, reads |
 * |---|---|---|---|
 * | `ok` | accepted | start | go on |
 * | `low` | refused | start | go on |
 * | `full` | refused | wait | go on |
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../clock.ts";
import { FaultLog } from "../fault_log.ts";
import { describeError } from "../log.ts";
import { type DiskSpace, DiskSpaceReader } from "./free_space.ts";
import { databaseFile } from "../kv_path.ts";
import { reserveFile, type SpaceReserve } from "./reserve_file.ts";
import type { SpaceWrites } from "./space_writes.ts";
import { platform } from "../platform/platform.ts";

/** How much work the free space allows. */
export type StorageState = "ok" | "low" | "full";

/** What operators see. Sizes are in bytes; `null`: not known. */
export interface StorageReport {
  state: StorageState;
  /** Whether the disk has taken the last write. */
  isWritable: boolean;
  freeBytes: number | null;
  totalBytes: number | null;
  /** The size of the database, with its log. */
  sizeBytes: number | null;
  /** What is free within the file of the database. */
  reusableBytes: number | null;
  /** Below this much free and reusable space, new jobs are refused. */
  lowBelowBytes: number | null;
}

/** Sizes of space, in bytes. */
export interface SpaceMarks {
  /** With less free and reusable space, new jobs are refused. */
  low: number;
  /** With less free and reusable space, waiting jobs do not start. */
  full: number;
  /**
   * With less free space, SQLite's log may find no room: the reserve is released, waiting jobs do not
   * start, and the service does not start.
   */
  empty: number;
}

export interface StorageSpaceOptions {
  clock: Clock;
  /** How many jobs run at once. */
  concurrency: number;
  /** Reads the space of the database's disk. Unset: only failed writes show that it is full. */
  reader?: Pick<DiskSpaceReader, "read" | typeof Symbol.dispose> | undefined;
  /** Creates the reserve of this size, in bytes. Unset: there is no reserve. */
  reserveOf?: ((bytes: number) => SpaceReserve) | undefined;
}

const MIB = 1_048_576;

/** SQLite's log grows to 4 MiB, and its pages are then copied to the file of the database. */
const DATABASE_BYTES = 8 * MIB;

/** What a job stores at most, as a rule: its plan, and each turn and tool output, compressed. */
const JOB_BYTES = MIB / 8;

/** The sizes are at most these shares of the volume, so that a small volume is usable. */
const FULL_SHARE = 1 / 16;
const EMPTY_SHARE = 1 / 32;

/** On a smaller volume the files of SQLite must not grow in advance. */
const GROWTH_MIN_BYTES = 64 * MIB;

/** The state improves when the free space is this many times the mark, so that it does not flap. */
const RECOVERY_FACTOR = 1.25;

const log = getLogger(["tripwright", "storage"]);

/** Returns the marks for a volume. */
export function spaceMarks(
  { totalBytes, concurrency }: { totalBytes: number; concurrency: number },
): SpaceMarks {
  const full = Math.min(DATABASE_BYTES + concurrency * JOB_BYTES, totalBytes * FULL_SHARE);
  return { low: 2 * full, full, empty: Math.min(DATABASE_BYTES, totalBytes * EMPTY_SHARE) };
}

/** SQLite's messages of a disk that takes no data. The first one also stands for a spent quota. */
const UNWRITABLE = ["disk I/O error", "attempt to write a readonly database"];

/** Returns whether an error of KV says that there is no space. Nothing was written then. */
export function isStorageFull(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database or disk is full");
}

/**
 * Returns whether an error of a commit says that the disk takes no data: it is full, broken or
 * read-only. The disk may take data later, so the commit is repeated like a commit that finds no
 * space.
 */
export function isUnwritable(error: unknown): boolean {
  if (isStorageFull(error)) return true;
  return error instanceof Error && UNWRITABLE.some((message) => error.message.includes(message));
}

/**
 * Creates the watch for a database. A database that is not a file, or whose place is not known, has
 * no free space to read.
 */
export function storageSpaceOf(
  kvPath: string | undefined,
  options: Pick<StorageSpaceOptions, "clock" | "concurrency">,
): StorageSpace {
  const file = databaseFile(kvPath);
  if (file === null) return new StorageSpace(options);
  return new StorageSpace({
    ...options,
    reader: new DiskSpaceReader(file),
    reserveOf: (bytes) => reserveFile(`${file}.reserve`, bytes),
  });
}

/** The space for one database. The instance calls {@link StorageSpace.check} at intervals. */
export class StorageSpace implements Disposable {
  readonly #options: StorageSpaceOptions;
  readonly #faults: FaultLog;
  #mayRead = true;
  #state: StorageState = "ok";
  #space: DiskSpace | null = null;
  /** The disk has not taken a write, and no later one has succeeded. */
  #hasFailed = false;
  #isReserved = false;
  #isGrown = false;
  #changed = Promise.withResolvers<void>();

  constructor(options: StorageSpaceOptions) {
    this.#options = options;
    this.#faults = new FaultLog(log, options.clock);
  }

  /** Whether new jobs may be accepted. */
  get acceptsJobs(): boolean {
    return this.#state === "ok";
  }

  /** Whether waiting jobs may start. */
  get startsJobs(): boolean {
    return this.#state !== "full";
  }

  /** Whether there may be too little space to open the database. */
  get isEmpty(): boolean {
    const { space, marks } = this.#known;
    return space !== null && space.freeBytes < marks.empty;
  }

  /** What operators see. */
  get report(): StorageReport {
    const { space, marks } = this.#known;
    return {
      state: this.#state,
      isWritable: !this.#hasFailed,
      freeBytes: space?.freeBytes ?? null,
      totalBytes: space?.totalBytes ?? null,
      sizeBytes: space && space.fileBytes + space.logBytes,
      reusableBytes: space?.reusableBytes ?? null,
      lowBelowBytes: marks?.low ?? null,
    };
  }

  /** Notes that a write has failed. The state is `full` until a later write succeeds. */
  reportUnwritable(error: unknown): void {
    this.#hasFailed = true;
    this.#faults.report("storage not writable", error);
    this.#update();
  }

  /** Resolves when new jobs may be accepted, or when the signal aborts. */
  async untilOk(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => aborted.resolve());
    while (!this.acceptsJobs && !signal.aborted) {
      await Promise.race([this.#changed.promise, aborted.promise]);
    }
  }

  /** Reads the space before the database is opened. Never rejects. */
  async measure(): Promise<void> {
    await this.#readSpace();
    // The caller reports an empty disk.
    if (!this.isEmpty) this.#update();
  }

  /** Reads the space, and releases or holds the reserves. Never rejects. */
  async check(writes: SpaceWrites): Promise<void> {
    await this.#readSpace();
    if (this.isEmpty || this.#hasFailed) await this.#useReserve((reserve) => reserve.release());
    if (this.#hasFailed) await writes.test().then(() => this.#hasFailed = false, () => {});
    this.#update();
    if (!this.acceptsJobs) return;
    if (!this.#isReserved && this.#hasRoomFor(1)) {
      this.#isReserved = await this.#useReserve((reserve) => reserve.hold());
    }
    // The files grow by less than a second reserve.
    if (!this.#isGrown && this.#hasRoomFor(2)) await this.#growFiles(writes);
  }

  /** Grows the files of SQLite once, because they never shrink while the database is open. */
  async #growFiles(writes: SpaceWrites): Promise<void> {
    this.#isGrown = true;
    const { space } = this.#known;
    if (space === null || space.totalBytes < GROWTH_MIN_BYTES) return;
    try {
      const hasGrown = await writes.growFiles(space);
      log.debug(hasGrown ? "files grown" : "files are large enough");
    } catch (error) {
      this.#faults.report("files not grown", error);
    }
  }

  /** Ends the watch. Only when the database is closed. */
  [Symbol.dispose](): void {
    this.#options.reader?.[Symbol.dispose]();
  }

  async #readSpace(): Promise<void> {
    const { reader } = this.#options;
    if (!reader || !this.#mayRead) return;
    try {
      this.#space = await reader.read();
    } catch (error) {
      this.#space = null;
      this.#mayRead = !platform.failures.isForbidden(error);
      if (this.#mayRead) this.#faults.report("free space not read", error);
      // The text names the missing permission.
      else log.warning("free space not known", { error: describeError(error) });
    }
  }

  /** Whether the state stays `ok` when so many files of the reserve's size are written. */
  #hasRoomFor(reserves: number): boolean {
    const { space, marks } = this.#known;
    return space !== null && space.freeBytes - reserves * marks.empty >= marks.low;
  }

  /** Returns whether it succeeded. */
  async #useReserve(use: (reserve: SpaceReserve) => Promise<void>): Promise<boolean> {
    const { marks } = this.#known;
    const { reserveOf } = this.#options;
    if (!reserveOf || marks === null) return false;
    try {
      await use(reserveOf(Math.floor(marks.empty)));
      return true;
    } catch (error) {
      this.#faults.report("reserve not changed", error);
      return false;
    }
  }

  get #known(): { space: DiskSpace; marks: SpaceMarks } | { space: null; marks: null } {
    const space = this.#space;
    if (space === null) return { space, marks: null };
    const { concurrency } = this.#options;
    return { space, marks: spaceMarks({ totalBytes: space.totalBytes, concurrency }) };
  }

  #update(): void {
    const state = this.#nextState();
    if (state === this.#state) return;
    this.#state = state;
    // Another instance may have released the reserve.
    this.#isReserved = false;
    const { freeBytes, reusableBytes, lowBelowBytes } = this.report;
    const facts = { state, freeBytes, reusableBytes, lowBelowBytes };
    if (state === "ok") log.info("storage recovered", facts);
    else if (state === "low") log.warning("storage low: new jobs are refused", facts);
    else log.error("storage full: waiting jobs do not start", facts);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #nextState(): StorageState {
    const { space, marks } = this.#known;
    if (this.#hasFailed) return "full";
    if (space === null) return "ok";
    const { freeBytes, reusableBytes } = space;
    const isBelow = (bytes: number, mark: number, wasBelow: boolean) =>
      bytes < mark * (wasBelow ? RECOVERY_FACTOR : 1);
    const isFull = this.#state === "full";
    if (isBelow(freeBytes, marks.empty, isFull)) return "full";
    if (isBelow(freeBytes + reusableBytes, marks.full, isFull)) return "full";
    const isLow = isBelow(freeBytes + reusableBytes, marks.low, this.#state !== "ok");
    return isLow ? "low" : "ok";
  }
}

/**
 * File descriptors that are kept for the work of the service, so that connections cannot use up all
 * of them.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { describeError } from "../log.ts";
import { platform } from "../platform/platform.ts";
import type { OpenFile } from "../platform/contract.ts";

/** A file that always exists on Unix. To open it uses one descriptor and nothing else. */
const PLACEHOLDER = "/dev/null";

/** So many connections are accepted, at least, before descriptors run out again. */
const MAX_SPARE = 16;

/** The codes of "too many open files", in this process and on this machine. */
const EXHAUSTED = new Set(["EMFILE", "ENFILE"]);

/** Tells whether an error says that no descriptor is free. */
export function isExhaustion(error: unknown): boolean {
  return EXHAUSTED.has((error as { code?: string }).code ?? "");
}

/**
 * The largest share of the reserve if it is large beside what the process may open. The rest is for
 * connections, and for the model calls of jobs that start.
 */
const LARGEST_SHARE = 1 / 4;

const log = getLogger(["tripwright", "http"]);

/** Holds descriptors until other parts of the program need them. */
export class DescriptorReserve {
  readonly #wantedSize: () => number;
  #largestSize = Infinity;
  readonly #files: OpenFile[] = [];

  /**
   * Fills the reserve. If the process may open less than twice as many files, the reserve takes at
   * most a quarter of them. Without permission for the placeholder, and on Windows, it is empty.
   *
   * @param wantedSize returns how many descriptors to hold at the moment
   */
  constructor(wantedSize: () => number) {
    this.#wantedSize = wantedSize;
    // Windows has neither the placeholder nor the limit.
    if (platform.isWindows) this.#largestSize = 0;
    const { opened, isFull } = this.#openMissing(this.#size);
    if (!isFull) this.#largestSize = Math.floor(opened * LARGEST_SHARE);
    this.adjust();
  }

  /** How many descriptors it holds now. */
  get held(): number {
    return this.#files.length;
  }

  get #size(): number {
    return Math.min(this.#wantedSize(), this.#largestSize);
  }

  /**
   * Takes all missing descriptors, if some more are free. Otherwise it holds none.
   *
   * @returns whether it is full
   */
  refill(): boolean {
    const spare = Math.min(MAX_SPARE, Math.ceil(this.#size / 8));
    const { isFull } = this.#openMissing(spare);
    if (!isFull) this.release();
    else this.#closeAbove(this.#size);
    return isFull;
  }

  /** Gives one descriptor to the rest of the program. */
  lend(): void {
    this.#files.pop()?.close();
  }

  /** Holds as many descriptors as wanted at the moment, as far as they are free. */
  adjust(): void {
    this.#closeAbove(this.#size);
    this.#openMissing();
  }

  /** Gives all descriptors to the rest of the program. */
  release(): void {
    this.#closeAbove(0);
  }

  #closeAbove(size: number): void {
    for (const file of this.#files.splice(size)) file.close();
  }

  #openMissing(spare = 0): { opened: number; isFull: boolean } {
    try {
      const count = this.#size > 0 ? this.#size + spare : 0;
      while (this.#files.length < count) this.#files.push(platform.files.hold(PLACEHOLDER));
      return { opened: this.#files.length, isFull: true };
    } catch (error) {
      const isExhausted = isExhaustion(error);
      if (!isExhausted) this.#giveUp(error);
      return { opened: this.#files.length, isFull: !isExhausted };
    }
  }

  /** Holds nothing from now on: the reason of such an error lasts. */
  #giveUp(error: unknown): void {
    this.#largestSize = 0;
    log.warning("no descriptors are reserved for jobs", { error: describeError(error) });
  }
}

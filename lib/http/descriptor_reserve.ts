/**
 * File descriptors that are kept for the work of the service, so that connections cannot use up all
 * of them.
 * @module
 */

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

/** Holds descriptors until other parts of the program need them. */
export class DescriptorReserve {
  #size: number;
  readonly #files: Deno.FsFile[] = [];

  /**
   * Fills the reserve. If the process may open too few files, the reserve takes half of them. Without
   * permission for the placeholder, and on Windows, the reserve is empty.
   *
   * @param size how many descriptors to hold
   */
  constructor(size: number) {
    this.#size = size;
    const { opened, isFull } = this.#openMissing();
    if (isFull) return;
    this.release();
    this.#size = Math.floor(opened / 2);
    this.restore();
  }

  /** How many descriptors it holds now. */
  get held(): number {
    return this.#files.length;
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
    else for (const file of this.#files.splice(this.#size)) file.close();
    return isFull;
  }

  /** Gives one descriptor to the rest of the program. */
  lend(): void {
    this.#files.pop()?.close();
  }

  /** Takes back what it has lent, as far as descriptors are free. */
  restore(): void {
    this.#openMissing();
  }

  /** Gives all descriptors to the rest of the program. */
  release(): void {
    for (const file of this.#files.splice(0)) file.close();
  }

  #openMissing(spare = 0): { opened: number; isFull: boolean } {
    try {
      const count = this.#size > 0 ? this.#size + spare : 0;
      while (this.#files.length < count) this.#files.push(Deno.openSync(PLACEHOLDER));
      return { opened: this.#files.length, isFull: true };
    } catch (error) {
      const isExhausted = isExhaustion(error);
      // Any other reason lasts: nothing can be held.
      if (!isExhausted) this.#size = 0;
      return { opened: this.#files.length, isFull: !isExhausted };
    }
  }
}

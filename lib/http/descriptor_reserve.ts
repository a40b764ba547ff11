/**
 * File descriptors that are kept for the work of the service, so that connections cannot use up all
 * of them.
 * @module
 */

/** A file that always exists on Unix. To open it uses one descriptor and nothing else. */
const PLACEHOLDER = "/dev/null";

/** The codes of "too many open files", in this process and on this machine. */
const EXHAUSTED = new Set(["EMFILE", "ENFILE"]);

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
    this.fill();
  }

  /** How many descriptors it holds now. */
  get held(): number {
    return this.#files.length;
  }

  /** Takes all missing descriptors. If there are too few, it holds none and returns `false`. */
  fill(): boolean {
    const { isFull } = this.#openMissing();
    if (!isFull) this.release();
    return isFull;
  }

  /** Gives all descriptors to the rest of the program. */
  release(): void {
    for (const file of this.#files.splice(0)) file.close();
  }

  #openMissing(): { opened: number; isFull: boolean } {
    try {
      while (this.#files.length < this.#size) this.#files.push(Deno.openSync(PLACEHOLDER));
      return { opened: this.#files.length, isFull: true };
    } catch (error) {
      const isExhausted = EXHAUSTED.has((error as { code?: string }).code ?? "");
      // Any other reason lasts: nothing can be held.
      if (!isExhausted) this.#size = 0;
      return { opened: this.#files.length, isFull: !isExhausted };
    }
  }
}

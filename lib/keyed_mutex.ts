/**
 * A mutex per key, within this process.
 * @module
 */

/** Runs work with the same key one after another. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Runs the work after all earlier work with the same key has succeeded or failed.
   *
   * @returns what `work` returns
   * @throws what `work` throws
   */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const run = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const ended = run.catch(() => {});
    this.#last.set(key, ended);
    try {
      return await run;
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    }
  }
}

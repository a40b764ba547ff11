/**
 * A mutex for each key, within this process.
 * @module
 */

/** Runs work under the same key one after another. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Runs the work when all earlier work under the same key has ended, however it ended.
   *
   * @returns what `work` returns
   * @throws what `work` throws
   */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const ended = turn.catch(() => {});
    this.#last.set(key, ended);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key);
    }
  }
}

/**
 * Lets work that would only get into its own way happen one after another, within this process.
 * @module
 */

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does the work when all work under the same key that came before has ended, however it ended. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const ended = turn.catch(() => {});
    this.#last.set(key, ended);
    try {
      return await turn;
    } finally {
      // Nobody has come after.
      if (this.#last.get(key) === ended) this.#last.delete(key);
    }
  }
}

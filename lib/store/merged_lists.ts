/**
 * Merges lists that are sorted by ids, newest first.
 * @module
 */

/**
 * Yields the items of all lists, the largest id first. Of items with the same id it yields the first
 * list's.
 */
export async function* mergeLists<T extends { id: string }>(
  lists: readonly AsyncIterable<T>[],
): AsyncGenerator<T> {
  const iterators = lists.map((list) => list[Symbol.asyncIterator]());
  try {
    const results = await Promise.all(iterators.map((iterator) => iterator.next()));
    for (;;) {
      const heads = results.flatMap(({ done, value }) => done ? [] : [value as T]);
      if (heads.length === 0) return;
      const next = heads.reduce((a, b) => b.id > a.id ? b : a);
      yield next;
      for (const [n, { done, value }] of results.entries()) {
        if (!done && value.id === next.id) results[n] = await iterators[n]!.next();
      }
    }
  } finally {
    // The caller may stop early.
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

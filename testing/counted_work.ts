/**
 * Counts the work of code that reads text: how many characters go through the functions of the
 * language that read a whole text. The count is the same on each machine, unlike a time.
 * @module
 */

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** The methods that read the whole text on which they are called. */
const readers = [
  ...["trim", "trimStart", "trimEnd", "split", "match", "matchAll", "replace", "replaceAll"],
  ...["search", "normalize", "toLowerCase", "toUpperCase", "toWellFormed"],
];

/** Functions with a text as their result or as their first argument. */
const others: [object: object, name: string][] = [
  [JSON, "parse"],
  [JSON, "stringify"],
  [Array.prototype, "join"],
  [TextEncoder.prototype, "encode"],
  // Not `exec`: other functions would then call it for each character.
  [RegExp.prototype, "test"],
];

function lengthOf(value: unknown): number {
  return typeof value === "string" ? value.length : 0;
}

/**
 * Returns how many characters `run` reads with these functions.
 *
 * @param run has the functions of the whole process to itself
 */
export async function countWork(run: () => unknown): Promise<number> {
  let count = 0;
  const restore: (() => void)[] = [];
  const hook = (
    object: object,
    name: string,
    sizeOf: (text: unknown, args: unknown[]) => number,
  ) => {
    const members = object as Record<string, Method>;
    const original = members[name]!;
    members[name] = function (...args) {
      // A call costs something, also for an empty text.
      count += 1 + sizeOf(this, args);
      const result = original.apply(this, args);
      count += lengthOf(result);
      return result;
    };
    restore.push(() => members[name] = original);
  };
  for (const name of readers) hook(String.prototype, name, (text) => String(text).length);
  for (const [object, name] of others) hook(object, name, (_, [first]) => lengthOf(first));
  try {
    await run();
  } finally {
    for (const undo of restore) undo();
  }
  return count;
}

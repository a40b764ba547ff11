/**
 * A database whose commits and reads a test can delay or make fail, and wait for.
 * @module
 */
import { setImmediate } from "node:timers/promises";
import {
  type AtomicOperation,
  type Kv,
  type KvKey,
  type KvListSelector,
  withMethods,
} from "../lib/platform/kv.ts";

type CommitResult = Awaited<ReturnType<AtomicOperation["commit"]>>;

export interface KvHooks {
  /** Receives the keys that the commit sets, and the function that runs it. */
  commit?:
    | ((sets: KvKey[], run: () => Promise<CommitResult>) => Promise<CommitResult>)
    | undefined;
  /** Is awaited before each key is read. */
  get?: ((key: KvKey) => Promise<void> | void) | undefined;
  /** Is called for each list. What it returns is awaited before each entry. */
  list?: ((selector: KvListSelector) => Promise<unknown> | void) | undefined;
}

/** How many operations of a wrapped database run. */
const running = new WeakMap<Kv, Operations>();

/** Whether a database was wrapped by {@link hookKv}. */
export function isHooked(kv: Kv): boolean {
  return running.has(kv);
}

/**
 * How many turns of the event loop work may take between two operations. A job begins two turns
 * after it was accepted, and jobs that share the thread take one turn each. These turns do not wait
 * for a timer, which would take milliseconds. On Deno 2.5 they do, so there are fewer.
 */
const QUIET_TURNS = globalThis.Deno?.version.deno.startsWith("2.5.") ? 6 : 20;

/**
 * Resolves when all work over a wrapped database waits for something else, such as a clock. It
 * waits until no read and no commit has run for some turns of the event loop. A fake clock does
 * not wait for the database, so a test that measures time calls this after each step of the clock.
 */
export async function settled(kv: Kv): Promise<void> {
  const operations = running.get(kv);
  if (!operations) throw new Error("the database is not wrapped");
  for (let quietTurns = 0; quietTurns < QUIET_TURNS; quietTurns++) {
    await setImmediate();
    if (operations.count > 0) quietTurns = -1;
  }
}

/** Counts the operations that run. */
class Operations {
  count = 0;

  async run<Result>(operation: () => Promise<Result>): Promise<Result> {
    this.count++;
    try {
      return await operation();
    } finally {
      this.count--;
    }
  }
}

/** Wraps a database. The hooks can be set and unset at any time. */
export function hookKv(kv: Kv): { kv: Kv; hooks: KvHooks } {
  const hooks: KvHooks = {};
  const operations = new Operations();
  const methods: Partial<Kv> = hookedMethods(kv, { hooks, operations });
  const hooked = withMethods(kv, methods);
  running.set(hooked, operations);
  return { kv: hooked, hooks };
}

function hookedMethods(
  kv: Kv,
  { hooks, operations }: { hooks: KvHooks; operations: Operations },
): Partial<Kv> {
  return {
    set: (...args) => operations.run(() => kv.set(...args)),
    delete: (...args) => operations.run(() => kv.delete(...args)),
    async get<T>(...args: Parameters<Kv["get"]>) {
      await hooks.get?.(args[0]);
      return await operations.run(() => kv.get<T>(...args));
    },
    async getMany<T extends readonly unknown[]>(...args: Parameters<typeof kv.getMany<T>>) {
      for (const key of args[0]) await hooks.get?.(key as KvKey);
      return await operations.run(() => kv.getMany<T>(...args));
    },
    list<T>(...args: Parameters<Kv["list"]>) {
      const ready = hooks.list?.(args[0]);
      const entries = kv.list<T>(...args);
      const next = entries.next.bind(entries);
      entries.next = () =>
        operations.run(async () => {
          await ready;
          return await next();
        });
      return entries;
    },
    atomic() {
      const operation = kv.atomic();
      const sets: KvKey[] = [];
      const set = operation.set.bind(operation);
      const run = operation.commit.bind(operation);
      const commit = () => operations.run(run);
      operation.set = (key, value, options) => {
        sets.push(key);
        return set(key, value, options);
      };
      operation.commit = () => hooks.commit ? hooks.commit(sets, commit) : commit();
      return operation;
    },
  };
}

/**
 * Makes the next `count` commits that set a key of this sort fail, as if the connection were lost.
 */
export function failCommits(hooks: KvHooks, sort: string, count: number): void {
  hooks.commit = (sets, run) =>
    sets.some(([first]) => first === sort) && count-- > 0
      ? Promise.reject(new Error("database lost"))
      : run();
}

/**
 * Delays the next commit that sets a key of this sort: it times out, and takes effect just before
 * the commit that follows.
 */
export function delayCommit(hooks: KvHooks, sort: string): void {
  hooks.commit = (sets, run) => {
    if (!sets.some(([first]) => first === sort)) return run();
    hooks.commit = async (_sets, next) => {
      hooks.commit = undefined;
      await run();
      return await next();
    };
    return Promise.reject(new Error("The database does not answer"));
  };
}

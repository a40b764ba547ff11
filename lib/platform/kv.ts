/**
 * The part of Deno KV that this program uses. `Deno.Kv` has it, and so has the database of the npm
 * package `@deno/kv`, which the platform on Node.js opens. https://docs.deno.com/api/deno/~/Deno.Kv
 * @module
 */

/** A part of a key. Keys are sorted by it. */
export type KvKeyPart = Uint8Array | string | number | bigint | boolean | symbol;

/** The key of a value: at most 2,048 bytes. */
export type KvKey = readonly KvKeyPart[];

/** A value with its key and the version of its latest write. */
export interface KvEntry<T> {
  key: KvKey;
  value: T;
  versionstamp: string;
}

/** The answer for a key: its value, or that there is none. */
export type KvEntryMaybe<T> = KvEntry<T> | { key: KvKey; value: null; versionstamp: null };

/** A counter that `sum()` has written. */
export interface KvU64 {
  readonly value: bigint;
}

/** Whether a value is a counter. */
export function isKvU64(value: unknown): value is KvU64 {
  return typeof value === "object" && value !== null &&
    typeof (value as Partial<KvU64>).value === "bigint";
}

/** Which copy of the data is read: the newest one, or one nearby that may be older. */
export type KvConsistencyLevel = "strong" | "eventual";

/** Which keys are listed. */
export type KvListSelector =
  | { prefix: KvKey }
  | { prefix: KvKey; start: KvKey }
  | { prefix: KvKey; end: KvKey }
  | { start: KvKey; end: KvKey };

export interface KvListOptions {
  limit?: number;
  cursor?: string;
  reverse?: boolean;
  consistency?: KvConsistencyLevel;
  /** How many entries one request reads, at most 500. */
  batchSize?: number;
}

/** The entries of a list, and where the list continues. */
export interface KvListIterator<T> extends AsyncIterableIterator<KvEntry<T>> {
  readonly cursor: string;
  next(): Promise<IteratorResult<KvEntry<T>, undefined>>;
}

/** What must still be the version of a key. `null`: the key must have no value. */
export interface AtomicCheck {
  key: KvKey;
  versionstamp: string | null;
}

/** One write of a transaction. */
export type KvMutation =
  & { key: KvKey }
  & (
    | { type: "set"; value: unknown; expireIn?: number }
    | { type: "delete" }
    | { type: "sum" | "max" | "min"; value: KvU64 }
  );

/** How a message of the queue is delivered. */
export interface EnqueueOptions {
  /** In milliseconds. */
  delay?: number;
  backoffSchedule?: number[];
}

/** A transaction: all of it is written, or nothing. Its methods return itself, but for `commit()`. */
export interface AtomicOperation {
  check(...checks: AtomicCheck[]): this;
  mutate(...mutations: KvMutation[]): this;
  sum(key: KvKey, n: bigint): this;
  min(key: KvKey, n: bigint): this;
  max(key: KvKey, n: bigint): this;
  set(key: KvKey, value: unknown, options?: { expireIn?: number }): this;
  delete(key: KvKey): this;
  enqueue(value: unknown, options?: EnqueueOptions): this;
  /** Resolves with `ok: false` if a check has failed. */
  commit(): Promise<{ ok: true; versionstamp: string } | { ok: false }>;
}

/** A database. */
export interface Kv {
  get<T = unknown>(
    key: KvKey,
    options?: { consistency?: KvConsistencyLevel },
  ): Promise<KvEntryMaybe<T>>;
  /** Reads at most ten keys at one moment. */
  getMany<T extends readonly unknown[]>(
    keys: readonly [...{ [K in keyof T]: KvKey }],
    options?: { consistency?: KvConsistencyLevel },
  ): Promise<{ [K in keyof T]: KvEntryMaybe<T[K]> }>;
  set(
    key: KvKey,
    value: unknown,
    options?: { expireIn?: number },
  ): Promise<{ ok: true; versionstamp: string }>;
  delete(key: KvKey): Promise<void>;
  list<T = unknown>(selector: KvListSelector, options?: KvListOptions): KvListIterator<T>;
  atomic(): AtomicOperation;
  /** Calls `handler` for each message of the queue, until the database is closed. */
  listenQueue(handler: (value: unknown) => Promise<void> | void): Promise<void>;
  /** Streams the values of the keys when they change. It may leave out changes. */
  watch<T extends readonly unknown[]>(
    keys: readonly [...{ [K in keyof T]: KvKey }],
  ): ReadableStream<{ [K in keyof T]: KvEntryMaybe<T[K]> }>;
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Wraps a database.
 *
 * @param methods the methods of the wrapped database that differ. They call those of `kv` themselves
 */
export function withMethods<T extends Kv>(
  kv: T,
  methods: Partial<Record<keyof Kv, unknown>>,
): T {
  return new Proxy(kv, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name);
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

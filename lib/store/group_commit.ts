/**
 * Group commit: transactions that arrive while another one is being committed wait for it, and are
 * then committed together. SQLite writes to the disk once for the whole group.
 *
 * A group has the same effect as its transactions one after the other, because no transaction of
 * it checks a key that another one writes. If a check of a group fails, KV writes nothing, and each
 * transaction is committed by itself.
 * @module
 */
import { nameOf } from "./key_name.ts";
import { ATOMIC_LIMITS } from "./kv_limits.ts";
import {
  type AtomicCheck,
  type AtomicOperation,
  isKvU64,
  type Kv,
  type KvKey,
  type KvMutation,
  withMethods,
} from "../platform/kv.ts";

type CommitResult = Awaited<ReturnType<AtomicOperation["commit"]>>;
type Method = Exclude<keyof AtomicOperation, "commit">;

/** An amount to add to a key. */
interface Sum {
  key: KvKey;
  n: bigint;
}

/** The estimated size of a small value. */
const SMALL_BYTES = 100;

/** Wraps a database so that its transactions are committed in groups. */
export function groupCommits(kv: Kv): Kv {
  const group = new CommitGroup(kv);
  const atomic = () => new GroupedOperation((operation) => group.commit(operation));
  return withMethods(kv, { atomic });
}

/** A transaction that records what it does, so that it can become part of another one. */
class GroupedOperation implements AtomicOperation {
  readonly checked = new Set<string>();
  readonly written = new Set<string>();
  /** The keys that it writes in another way than by sums. */
  readonly #replaced = new Set<string>();
  readonly #sums: Sum[] = [];
  /** An estimate of its size. */
  bytes = 0;
  /** The numbers of its checks and of its writes. */
  checks = 0;
  writes = 0;
  readonly #calls: [method: Method, parameters: unknown[]][] = [];
  readonly #commit: (operation: GroupedOperation) => Promise<CommitResult>;

  constructor(commit: (operation: GroupedOperation) => Promise<CommitResult>) {
    this.#commit = commit;
  }

  check(...checks: AtomicCheck[]): this {
    for (const { key } of checks) this.checked.add(nameOf(key));
    this.checks += checks.length;
    return this.#record("check", checks);
  }

  mutate(...mutations: KvMutation[]): this {
    for (const { key, ...mutation } of mutations) {
      this.#write(key, "value" in mutation ? sizeOf(mutation.value) : 0);
    }
    return this.#record("mutate", mutations);
  }

  sum(key: KvKey, n: bigint): this {
    this.written.add(nameOf(key));
    this.writes++;
    this.#sums.push({ key, n });
    return this.#record("sum", [key, n]);
  }

  min(key: KvKey, n: bigint): this {
    this.#write(key, 0);
    return this.#record("min", [key, n]);
  }

  max(key: KvKey, n: bigint): this {
    this.#write(key, 0);
    return this.#record("max", [key, n]);
  }

  set(key: KvKey, value: unknown, options?: { expireIn?: number }): this {
    this.#write(key, sizeOf(value));
    return this.#record("set", [key, value, options]);
  }

  delete(key: KvKey): this {
    this.#write(key, 0);
    return this.#record("delete", [key]);
  }

  enqueue(value: unknown, options?: Parameters<AtomicOperation["enqueue"]>[1]): this {
    this.writes++;
    this.bytes += sizeOf(value);
    return this.#record("enqueue", [value, options]);
  }

  commit(): Promise<CommitResult> {
    return this.#commit(this);
  }

  /** What it adds to keys that it does not write in another way. */
  get sums(): Sum[] {
    return this.#sums.filter(({ key }) => !this.#replaced.has(nameOf(key)));
  }

  /** Repeats its calls on another transaction, except {@link sums}. */
  addTo(operation: AtomicOperation): void {
    for (const [method, parameters] of this.#calls) {
      if (method === "sum" && !this.#replaced.has(nameOf(parameters[0] as KvKey))) continue;
      (operation[method] as (...parameters: unknown[]) => unknown)(...parameters);
    }
  }

  #write(key: KvKey, bytes: number): void {
    this.written.add(nameOf(key));
    this.#replaced.add(nameOf(key));
    this.writes++;
    this.bytes += bytes;
  }

  #record(method: Method, parameters: unknown[]): this {
    this.#calls.push([method, parameters]);
    return this;
  }
}

/** A transaction that waits for its commit. */
interface Waiting {
  operation: GroupedOperation;
  resolve: (result: CommitResult) => void;
  reject: (error: unknown) => void;
}

/** Commits transactions, one group after the other. */
class CommitGroup {
  readonly #kv: Kv;
  #waiting: Waiting[] = [];
  #isCommitting = false;

  constructor(kv: Kv) {
    this.#kv = kv;
  }

  commit(operation: GroupedOperation): Promise<CommitResult> {
    const { promise, resolve, reject } = Promise.withResolvers<CommitResult>();
    this.#waiting.push({ operation, resolve, reject });
    if (!this.#isCommitting) this.#commitAll();
    return promise;
  }

  async #commitAll(): Promise<void> {
    this.#isCommitting = true;
    while (this.#waiting.length > 0) await this.#commitGroup(this.#takeGroup());
    this.#isCommitting = false;
  }

  /** Takes the first waiting transaction, and all that go with it. */
  #takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    const left: Waiting[] = [];
    const checked = new Set<string>();
    const written = new Set<string>();
    let [bytes, checks, writes] = [0, 0, 0];
    for (const waiting of this.#waiting) {
      const { operation } = waiting;
      const fits = bytes + operation.bytes <= ATOMIC_LIMITS.bytes &&
        checks + operation.checks <= ATOMIC_LIMITS.checks &&
        writes + operation.writes <= ATOMIC_LIMITS.writes &&
        operation.checked.isDisjointFrom(written) && operation.written.isDisjointFrom(checked);
      if (group.length > 0 && !fits) {
        left.push(waiting);
        continue;
      }
      group.push(waiting);
      bytes += operation.bytes;
      checks += operation.checks;
      writes += operation.writes;
      for (const name of operation.checked) checked.add(name);
      for (const name of operation.written) written.add(name);
    }
    this.#waiting = left;
    return group;
  }

  /** Commits a group. Never rejects. */
  async #commitGroup(group: Waiting[]): Promise<void> {
    const merged = group.length > 1 ? this.#tryMerge(group) : null;
    if (!merged) return await this.#commitEach(group);
    try {
      const result = await merged.commit();
      if (result.ok) return group.forEach(({ resolve }) => resolve(result));
    } catch (error) {
      // A `TypeError` is about a value of one transaction, or about the size of the group. After any
      // other error the group may have been written, and each caller reads whether it was. The
      // waiting transactions fail too. Otherwise each group would wait for an answer, in turn.
      if (!(error instanceof TypeError)) {
        return [...group, ...this.#waiting.splice(0)].forEach(({ reject }) => reject(error));
      }
    }
    await this.#commitEach(group);
  }

  /** Commits each transaction by itself. No transaction checks what another one writes. */
  async #commitEach(group: Waiting[]): Promise<void> {
    await Promise.all(group.map(async (waiting) => {
      try {
        waiting.resolve(await this.#merge([waiting]).commit());
      } catch (error) {
        waiting.reject(error);
      }
    }));
  }

  /** Returns `null` if a value cannot be stored. */
  #tryMerge(group: Waiting[]): AtomicOperation | null {
    try {
      return this.#merge(group);
    } catch {
      return null;
    }
  }

  /** @throws what KV throws if a value cannot be stored */
  #merge(group: Waiting[]): AtomicOperation {
    const merged = this.#kv.atomic();
    for (const { operation } of group) operation.addTo(merged);
    // The sums come last, so that those of one key become one.
    const sums = Map.groupBy(group.flatMap(({ operation }) => operation.sums), exactNameOf);
    for (const same of sums.values()) {
      merged.sum(same[0]!.key, same.reduce((total, { n }) => total + n, 0n));
    }
    return merged;
  }
}

/** Identifies the key of a sum: different keys have different names. */
function exactNameOf({ key }: Sum): string {
  return key.map((part) => `${typeof part} ${String(part)}`).join("\0");
}

/** Estimates the stored size of a value from above. KV stores most characters in one or two bytes. */
function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null || isKvU64(value)) {
    return SMALL_BYTES + (typeof value === "string" ? 2 * value.length : 0);
  }
  return SMALL_BYTES + 2 * JSON.stringify(value).length;
}

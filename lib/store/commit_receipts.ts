/**
 * Receipts of commits over a network. If the answer to a commit is lost, the client of KV Connect
 * sends the commit again. It then conflicts with itself, or adds to a sum twice.
 *
 * | key | value |
 * |---|---|
 * | `["receipt", id]` | empty; the key shows that a commit over a network was stored |
 *
 * A commit that a second try would change also checks that its receipt is absent, and writes it. If a
 * check fails and the receipt is there, the first try has succeeded. Other commits can be repeated,
 * and have no receipt: progress, checkpoints and heartbeats.
 * @module
 */
import {
  type AtomicCheck,
  type AtomicOperation,
  type Kv,
  type KvKey,
  withMethods,
} from "../platform/kv.ts";
import { nameOf } from "./key_name.ts";

/** The client goes on to send a commit while the server is away, which may last for minutes. */
const RECEIPT_MS = 600_000;

/** Wraps a database so that no commit meets or repeats its own earlier try. */
export function keepReceipts(kv: Kv): Kv {
  return withMethods(kv, { atomic: () => beginWithReceipt(kv) });
}

/** The methods that write one key, which is their first parameter. */
const writers = ["set", "delete", "sum", "min", "max"] as const;

/** Begins a transaction that notes what it checks and writes. */
function beginWithReceipt(kv: Kv): AtomicOperation {
  const operation = kv.atomic();
  const checked = new Set<string>();
  const written = new Set<string>();
  let adds = false;
  const check = operation.check.bind(operation);
  const set = operation.set.bind(operation);
  operation.check = (...checks: AtomicCheck[]) => {
    for (const { key } of checks) checked.add(nameOf(key));
    return check(...checks);
  };
  for (const name of writers) {
    const write = operation[name].bind(operation) as (...parameters: unknown[]) => typeof operation;
    operation[name] = (key: KvKey, ...others: unknown[]) => {
      written.add(nameOf(key));
      adds ||= name === "sum";
      return write(key, ...others);
    };
  }
  const commit = operation.commit.bind(operation);
  operation.commit = () => {
    const isRepeatable = !adds && checked.isDisjointFrom(written);
    if (isRepeatable) return commit();
    const id = crypto.randomUUID();
    const key = ["receipt", id];
    check({ key, versionstamp: null });
    set(key, {}, { expireIn: RECEIPT_MS });
    return commitWithReceipt(kv, { key, commit });
  };
  return operation;
}

/** Commits, and reads the receipt if a check has failed. */
async function commitWithReceipt(
  kv: Kv,
  { key, commit }: { key: KvKey; commit: AtomicOperation["commit"] },
): ReturnType<AtomicOperation["commit"]> {
  const result = await commit();
  if (result.ok) return result;
  // All writes of a commit have one versionstamp.
  const { versionstamp } = await kv.get(key);
  return versionstamp === null ? result : { ok: true, versionstamp };
}

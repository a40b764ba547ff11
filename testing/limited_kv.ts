/**
 * A database that takes no more checks in a commit than one over a network does, so that tests with a
 * database in memory find a commit with more.
 * @module
 */
import { type AtomicCheck, type Kv, withMethods } from "../lib/platform/kv.ts";
import { MAX_CHECKS } from "../lib/store/kv_limits.ts";

/** Wraps a database so that it throws for a commit with more than {@link MAX_CHECKS} checks. */
export function limitChecks(kv: Kv): Kv {
  function atomic() {
    const operation = kv.atomic();
    const check = operation.check.bind(operation);
    let count = 0;
    operation.check = (...checks: AtomicCheck[]) => {
      count += checks.length;
      if (count > MAX_CHECKS) throw new Error(`A commit has more than ${MAX_CHECKS} checks`);
      return check(...checks);
    };
    return operation;
  }
  return withMethods(kv, { atomic });
}

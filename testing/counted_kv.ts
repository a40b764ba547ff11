/**
 * Counts the requests that a database would receive if it were on a network.
 * @module
 */
import {
  type Kv,
  type KvListOptions,
  type KvListSelector,
  withMethods,
} from "../lib/platform/kv.ts";

/** How many entries one request of a list reads, if the list does not say so. */
const BATCH = 100;

/** The requests so far, by what they do. */
export interface KvRequests {
  reads: number;
  commits: number;
}

/** Wraps a database that counts its requests. */
export function countRequests(kv: Kv): { kv: Kv; requests: KvRequests } {
  const requests: KvRequests = { reads: 0, commits: 0 };
  const methods: Partial<Kv> = {
    get<T>(...args: Parameters<Kv["get"]>) {
      requests.reads++;
      return kv.get<T>(...args);
    },
    getMany<T extends readonly unknown[]>(...args: Parameters<typeof kv.getMany<T>>) {
      requests.reads++;
      return kv.getMany<T>(...args);
    },
    list<T>(selector: KvListSelector, options: KvListOptions = {}) {
      const entries = kv.list<T>(selector, options);
      const next = entries.next.bind(entries);
      const batch = options.batchSize ?? options.limit ?? BATCH;
      let count = 0;
      entries.next = () => {
        if (count++ % batch === 0) requests.reads++;
        return next();
      };
      return entries;
    },
    set(...args) {
      requests.commits++;
      return kv.set(...args);
    },
    delete(...args) {
      requests.commits++;
      return kv.delete(...args);
    },
    atomic() {
      const operation = kv.atomic();
      const commit = operation.commit.bind(operation);
      operation.commit = () => {
        requests.commits++;
        return commit();
      };
      return operation;
    },
  };
  const counted = withMethods(kv, methods);
  return { kv: counted, requests };
}

/**
 * When the end of a soak counts as equal to its warm-up.
 */
import type { LimitRow } from "./verdict.ts";

/**
 * The limits, by the names of the values. A leak of a few hundred bytes for each job goes beyond
 * them within ten minutes. Times have wide limits, because other programs of the machine delay them.
 */
export const limits: readonly LimitRow[] = [
  // V8 compiles more code while a program runs, and caches fill up to their bounds.
  [/heap, MB$/, { ratio: 1.1, plus: 3 }],
  // The allocators of the process return freed memory late and in part.
  [/resident memory, MB$/, { ratio: 1.2, plus: 20 }],
  // Some idle connections to the model may still be open.
  [/descriptors$/, { ratio: 1, plus: 4 }],
  // A thread for blocking work ends ten seconds after its last work, and all get work in turn. So a
  // few reads a second keep up to some twenty of them.
  [/threads$/, { ratio: 1, plus: 24 }],
  [/p50, ms$/, { ratio: 2, plus: 2 }],
  [/p99, ms$/, { ratio: 3, plus: 50 }],
  [/processor, ms per request$/, { ratio: 1.5, plus: 0.5 }],
  [/keys without expiry$/, { ratio: 1, plus: 0 }],
  [/expired keys not removed$/, { ratio: 1, plus: 0 }],
  // SQLite uses freed pages again, but never returns them.
  [/file, bytes per key$/, { ratio: 1.5, plus: 0 }],
  [/write-ahead log, MB$/, { ratio: 2, plus: 8 }],
];

/**
 * The progress of a job as it is stored: one compressed KV value, so that a reader sees one moment.
 * @module
 */
import { noProgress, Progress } from "../job/progress.ts";
import { decodeBlob, gzipJson } from "./blob.ts";

/**
 * Summaries are kept up to this many characters in all, the newest ones: enough for ten turns. At
 * three bytes each, and hardly compressible, they still fit into a KV value.
 */
const MAX_SUMMARY_CHARACTERS = 16_000;

/** KV values stop at 65,536 bytes after serialisation. 30 days of six activities take some 20,000. */
const MAX_BYTES = 65_000;

/**
 * The stored form: one KV value, so that a reader gets one consistent state. If it is too large, the
 * oldest summaries and the last parts of the plan are left out.
 */
export function encodeProgress(progress: Progress): Uint8Array {
  const bounded = { ...progress, reasoningSummaries: newest(progress.reasoningSummaries) };
  for (;;) {
    const bytes = gzipJson(bounded);
    if (bytes.length <= MAX_BYTES || bounded.partial.length === 0) return bytes;
    bounded.partial = bounded.partial.slice(0, Math.floor(bounded.partial.length / 2));
  }
}

/** What {@link encodeProgress} stored; nothing yet, if it was nothing or cannot be read. */
export function decodeProgress(stored: unknown): Progress {
  try {
    // An earlier version stored it as it was, with fewer members.
    const progress = stored instanceof Uint8Array ? decodeBlob([stored]) : stored;
    return Progress.safeParse({ ...noProgress, ...(progress as object) }).data ?? noProgress;
  } catch {
    return noProgress;
  }
}

function newest(summaries: string[]): string[] {
  const kept: string[] = [];
  let room = MAX_SUMMARY_CHARACTERS;
  for (const summary of summaries.toReversed()) {
    if (summary.length > room) break;
    room -= summary.length;
    kept.unshift(summary);
  }
  return kept;
}

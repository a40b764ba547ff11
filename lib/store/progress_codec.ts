/**
 * Encodes the progress of a job as one compressed KV value, so that a read is consistent.
 * @module
 */
import { noProgress, Progress } from "../job/progress.ts";
import { decodeBlob, gzipJson } from "./blob.ts";

/**
 * The total size of the stored summaries; the newest are kept. It is enough for ten turns. Even
 * with three bytes per character and hardly any compression, they fit into a KV value.
 */
const MAX_SUMMARY_CHARACTERS = 16_000;

/**
 * The limit of KV values is 65,536 bytes after serialization. 30 days of six activities take
 * 20,000.
 */
const MAX_BYTES = 65_000;

/**
 * The length of the stored parts. Longer text hardly fits into a KV value, and to compress it twice
 * a second would block other work. 30 days of six activities take 80,000.
 */
const MAX_PARTIAL_CHARACTERS = 300_000;

/**
 * Encodes progress. If it is too large, it omits the oldest summaries and the last parts of the
 * plan.
 */
export function encodeProgress(progress: Progress): Uint8Array {
  const bounded = {
    ...progress,
    reasoningSummaries: newest(progress.reasoningSummaries),
    partial: first(progress.partial),
  };
  for (;;) {
    const bytes = gzipJson(bounded);
    if (bytes.length <= MAX_BYTES || bounded.partial.length === 0) return bytes;
    bounded.partial = bounded.partial.slice(0, Math.floor(bounded.partial.length / 2));
  }
}

/** Decodes progress. Returns {@link noProgress} if there is none, or if it is unreadable. */
export function decodeProgress(stored: unknown): Progress {
  try {
    // An earlier version stored it uncompressed, with fewer members.
    const progress = stored instanceof Uint8Array ? decodeBlob([stored]) : stored;
    return Progress.safeParse({ ...noProgress, ...(progress as object) }).data ?? noProgress;
  } catch {
    return noProgress;
  }
}

function first(parts: unknown[]): unknown[] {
  let room = MAX_PARTIAL_CHARACTERS;
  const end = parts.findIndex((part) => (room -= JSON.stringify(part).length) < 0);
  return end < 0 ? parts : parts.slice(0, end);
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

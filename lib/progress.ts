/**
 * What a running job shows of itself. It lies beside the record, under a key of its own, so that
 * showing progress never competes with the record's transitions.
 * @module
 */
import { z } from "zod";
import { decodeBlob, gzipJson } from "./blob.ts";
import { JobUsage } from "./usage.ts";

/** What the job is at. */
export const Phase = z.enum(["starting", "thinking", "researching", "writing"]);
export type Phase = z.infer<typeof Phase>;

export const Progress = z.object({
  phase: Phase,
  /** The same for people, one sentence. */
  message: z.string(),
  /** How many parts of the plan are finished. */
  step: z.int().nonnegative(),
  /** How many there will be; `null` while that is open. */
  of: z.int().positive().nullable(),
  /** In epoch milliseconds; 0: never. */
  updatedAt: z.int().nonnegative(),
  /** The parts of the plan that are finished, in order. */
  partial: z.array(z.unknown()),
  /** What the model says of its reasoning, oldest first. */
  reasoningSummaries: z.array(z.string()),
  /** The model's latest response, for whoever has to look it up in OpenAI's logs. */
  openaiResponseId: z.string().nullable(),
  /** What the steps that are finished have used up. */
  usage: JobUsage.nullable().catch(null),
});
export type Progress = z.infer<typeof Progress>;

/** The progress of a job that has shown nothing yet. */
export const noProgress: Progress = {
  phase: "starting",
  message: "Getting ready",
  step: 0,
  of: null,
  updatedAt: 0,
  partial: [],
  reasoningSummaries: [],
  openaiResponseId: null,
  usage: null,
};

/**
 * Summaries are kept up to this many characters in all, the newest ones: enough for ten turns. At
 * three bytes each, and hardly compressible, they still fit into a KV value.
 */
const MAX_SUMMARY_CHARACTERS = 16_000;

/** KV values stop at 65,536 bytes after serialisation. 30 days of six activities take some 20,000. */
const MAX_BYTES = 65_000;

/**
 * The stored form: one KV value, so that whoever reads it sees one moment. What does not fit is left
 * out: the oldest summaries, and the last parts of the plan.
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

/**
 * What a running job shows of itself. It lies beside the record, under a key of its own, so that
 * showing progress never competes with the record's transitions.
 * @module
 */
import { z } from "zod";

/**
 * Summaries are kept up to this many characters in all, the newest ones: at two bytes each they
 * stay well below the 64 KiB of a KV value.
 */
const MAX_SUMMARY_CHARACTERS = 24_000;

export const Progress = z.object({
  /** What the model says of its reasoning, oldest first. */
  reasoningSummaries: z.array(z.string()),
  /** The model's latest response, for whoever has to look it up in OpenAI's logs. */
  openaiResponseId: z.string().nullable(),
});
export type Progress = z.infer<typeof Progress>;

/** The progress of a job that has shown nothing yet. */
export const noProgress: Progress = { reasoningSummaries: [], openaiResponseId: null };

/** Drops the oldest summaries until the rest fits into one KV value. */
export function boundProgress(progress: Progress): Progress {
  const kept: string[] = [];
  let room = MAX_SUMMARY_CHARACTERS;
  for (const summary of progress.reasoningSummaries.toReversed()) {
    if (summary.length > room) break;
    room -= summary.length;
    kept.unshift(summary);
  }
  return { ...progress, reasoningSummaries: kept };
}

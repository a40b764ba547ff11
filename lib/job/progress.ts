/**
 * The progress of a running job. It has its own key, so that its writes never conflict with the
 * transitions of the record.
 * @module
 */
import { z } from "zod";
import { JobUsage } from "../usage.ts";

/** What a running job is doing. */
export const Phase = z.enum(["starting", "thinking", "researching", "writing"]);
export type Phase = z.infer<typeof Phase>;

export const Progress = z.object({
  phase: Phase,
  /** Describes the phase to the reader in one sentence. */
  message: z.string(),
  /** How many parts of the plan are finished. */
  step: z.int().nonnegative(),
  /** How many parts the plan will have; `null` if that is not known yet. */
  of: z.int().positive().nullable(),
  /** In epoch milliseconds; 0: never. */
  updatedAt: z.int().nonnegative(),
  /** The finished parts of the plan, in order. */
  partial: z.array(z.unknown()),
  /** The model's summaries of its reasoning, oldest first. */
  reasoningSummaries: z.array(z.string()),
  /** The latest response, to find it in OpenAI's logs. */
  openaiResponseId: z.string().nullable(),
  /** The usage of the finished steps. */
  usage: JobUsage.nullable().catch(null),
});
export type Progress = z.infer<typeof Progress>;

/** The progress of a job before its first report. */
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

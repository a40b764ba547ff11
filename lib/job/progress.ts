/**
 * What a running job shows of itself. It lies beside the record, under a key of its own, so that
 * showing progress never competes with the record's transitions.
 * @module
 */
import { z } from "zod";
import { JobUsage } from "../usage.ts";

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
  /** The id of the model's latest response, to find it in OpenAI's logs. */
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

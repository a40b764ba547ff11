/**
 * The progress of a running job. It has its own key, so that its writes never conflict with the
 * transitions of the record.
 * @module
 */
import { z } from "zod";
import { JobUsage } from "../usage.ts";
import type { FailureCode } from "./failure.ts";

/** What a running job is doing. `waiting`: the model service does not accept its call. */
export const Phase = z.enum(["starting", "thinking", "researching", "writing", "waiting"]);
export type Phase = z.infer<typeof Phase>;

export const Progress = z.object({
  phase: Phase,
  /** Describes the phase to the reader in one sentence. */
  message: z.string(),
  /** The names of the tools that the job runs; empty: none. */
  tools: z.array(z.string()).catch([]),
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
  tools: [],
  step: 0,
  of: null,
  updatedAt: 0,
  partial: [],
  reasoningSummaries: [],
  openaiResponseId: null,
  usage: null,
};

/** Returns why a job waits for the model service, for people. */
export function reasonToWait(code: FailureCode): string {
  switch (code) {
    case "rate_limited":
    case "overloaded":
      return "The model service is busy. The work continues when it accepts requests again.";
    case "quota_exceeded":
      return "The model service accepts no requests. The work continues when it does.";
    default:
      return "The model service cannot be reached. The work continues when it answers again.";
  }
}

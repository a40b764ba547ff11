/**
 * Why there is no plan, as people are told: one sentence, and whether the same wish has a chance.
 * Runs in browsers and on the server.
 * @module
 */
import type { Job } from "../client/client.ts";

/** A wish that was not accepted. */
export interface Refusal {
  /** That of the problem, or `network`. */
  code: string;
  /** What the service says of it. */
  detail: string;
  /** When to try again, in seconds; `null`: at any time. */
  retryAfterSeconds: number | null;
}

const refusals: Record<string, string> = {
  rate_limited: "You have sent many wishes in a short time. Please wait a little.",
  daily_budget_spent: "All plans of today are used up.",
  queue_full: "Many travellers are waiting for their plans at the moment.",
  stopping: "The service is restarting.",
  unauthorized: "This service is only open to those with an API key.",
  network: "The service cannot be reached. Please check your connection.",
  internal: "Something went wrong on our side.",
  accept_failed: "Something went wrong on our side.",
  invalid_request: "Some of what you filled in is not accepted.",
  body_too_large: "That is more text than we can read.",
};

/** @returns a sentence for people */
export function describeRefusal({ code, detail }: Refusal): string {
  return refusals[code] ?? `The wish was not accepted: ${detail}.`;
}

/** What those can do who failed: the same again, something else, or nothing but to wait. */
export type NextAction = "repeat" | "change" | "wait";

const failures: Record<string, { sentence: string; nextAction: NextAction }> = {
  refused: { sentence: "The model would not write this plan.", nextAction: "change" },
  content_filtered: { sentence: "The model would not write this plan.", nextAction: "change" },
  result_too_large: { sentence: "This plan became too long to keep.", nextAction: "change" },
  truncated: { sentence: "This plan became too long for the model.", nextAction: "repeat" },
  iteration_limit: { sentence: "The research came to no end.", nextAction: "repeat" },
  invalid_output: { sentence: "The model did not write a proper plan.", nextAction: "repeat" },
};

/** What is said of a job that has failed. */
export function describeFailure(
  failure: Job["failure"],
): { sentence: string; nextAction: NextAction } {
  const known = failures[failure?.code ?? ""];
  if (known) return known;
  return failure?.retryable
    ? { sentence: "The plan could not be finished this time.", nextAction: "repeat" }
    : { sentence: "This service cannot write plans at the moment.", nextAction: "wait" };
}

/**
 * Sentences for travelers about refusals and failures. Runs in browsers and on the server.
 * @module
 */
import type { Job } from "../client/client.ts";

/** A request that the service refused. */
export interface Refusal {
  /** The code of the problem, or `network`. */
  code: string;
  /** The description that the service gives. */
  detail: string;
  /** When to try again, in seconds; `null`: at any time. */
  retryAfterSeconds: number | null;
}

const refusals: Record<string, string> = {
  rate_limited: "You have sent too many requests in a short time.",
  daily_budget_spent: "You have reached your limit of plans for today.",
  queue_full: "Many travelers are waiting right now, so we can't start another plan.",
  stopping: "The service is restarting.",
  unauthorized: "This service requires an API key.",
  network: "We can't reach the service. Check your internet connection.",
  internal: "Something went wrong on our side.",
  accept_failed: "Something went wrong on our side.",
  invalid_request: "Some of your entries are not valid.",
  body_too_large: "Your request is too long. Please shorten it.",
};

/** Returns a sentence for travelers about a refusal. */
export function describeRefusal({ code, detail }: Refusal): string {
  return refusals[code] ?? `We couldn't accept your request: ${detail}.`;
}

/** What the traveler can do after a failure: repeat the request, change it, or wait. */
export type NextAction = "repeat" | "change" | "wait";

/** What the page of a failed trip says. */
export interface FailureText {
  /** What happened. */
  sentence: string;
  /** What to do next. */
  advice: string;
  nextAction: NextAction;
}

const failures: Record<string, FailureText> = {
  refused: {
    sentence: "The language model declined to write this plan.",
    advice: "Edit your request and try again.",
    nextAction: "change",
  },
  content_filtered: {
    sentence: "A content filter stopped this plan.",
    advice: "Edit your request and try again.",
    nextAction: "change",
  },
  result_too_large: {
    sentence: "This plan is too long to save.",
    advice: "Edit your request and ask for less.",
    nextAction: "change",
  },
  truncated: {
    sentence: "This plan is too long to finish.",
    advice: "Try again, or edit your request and ask for less.",
    nextAction: "repeat",
  },
  iteration_limit: {
    sentence: "The research for this plan took too long.",
    advice: "Try again, or make your request more specific.",
    nextAction: "repeat",
  },
  invalid_output: {
    sentence: "Something went wrong while writing this plan.",
    advice: "Try again.",
    nextAction: "repeat",
  },
};

/**
 * Returns what the page of a failed trip says. The hint and the message of a failure address
 * developers and operators, so the page has its own advice.
 */
export function describeFailure(failure: Job["failure"]): FailureText {
  const known = failures[failure?.code ?? ""];
  if (known) return known;
  return failure?.retryable
    ? {
      sentence: "We couldn't finish your plan this time.",
      advice: "Try again in a few minutes.",
      nextAction: "repeat",
    }
    : {
      sentence: "We can't write plans right now.",
      advice: "The problem is on our side, and trying again now won't help. Come back later.",
      nextAction: "wait",
    };
}

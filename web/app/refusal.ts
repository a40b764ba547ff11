/**
 * Sentences for travelers about refusals and failures. Runs in browsers and on the server.
 * @module
 */
import type { Job } from "../client/client.ts";

/** A request that the service refused. */
export interface Refusal {
  /** The code of the problem, or `network`. */
  code: string;
  /** When to try again, in seconds; `null`: the service does not say. */
  retryAfterSeconds: number | null;
  /** What the people who run the service say about it. */
  note?: string | null | undefined;
}

/** Where a refusal is shown: in a form with entries, or on the page of a trip with its request. */
export type Place = "form" | "trip";

interface RefusalText {
  form: string;
  trip: string;
  /** Whether the same request may succeed later. */
  isTemporary?: true;
}

/** Returns the text of a temporary refusal, which is the same in both places. */
function temporary(sentence: string): RefusalText {
  return { form: sentence, trip: sentence, isTemporary: true };
}

const refusals: Record<string, RefusalText> = {
  rate_limited: temporary("That was too many tries in a short time."),
  daily_budget_spent: temporary("You have reached your limit of plans for today."),
  queue_full: temporary("Many travelers are waiting right now, so we can't start another plan."),
  storage_full: temporary("We can't store another plan right now."),
  daily_limit_reached: temporary(
    "So many trips were planned today that we can't start another one.",
  ),
  intake_paused: temporary("We're taking a short break, so we can't start a new plan right now."),
  stopping: temporary("The service is restarting."),
  body_timeout: temporary("Your request took too long to reach us."),
  network: temporary("We can't reach the service. Check your internet connection."),
  internal: temporary("Something went wrong on our side."),
  accept_failed: temporary("Something went wrong on our side."),
  unauthorized: {
    form: "Planning a trip requires a valid API key.",
    trip: 'Planning a trip requires a valid API key. Choose "Edit your request" to enter one.',
  },
  insufficient_scope: {
    form: "This API key can't plan trips. Please enter another one.",
    trip: 'This API key can\'t plan trips. Choose "Edit your request" to enter another one.',
  },
  // Only a wrong setting of a proxy causes it on pages of this service.
  foreign_site: {
    form: "This site can't accept plans at this address. Please tell the people who run it.",
    trip: "This site can't accept plans at this address. Please tell the people who run it.",
  },
  invalid_request: {
    form: "Please check your entries, correct them and send the form again.",
    trip: 'Your request is no longer valid. Choose "Edit your request" to correct it.',
  },
  body_too_large: {
    form: "Your entries are too long. Please shorten them.",
    trip: 'Your request is too long. Choose "Edit your request" to shorten it.',
  },
};

const UNKNOWN = "We couldn't start this plan. Reload the page and try again.";

/** Returns a sentence for travelers about a refusal. */
export function describeRefusal({ code }: Refusal, place: Place): string {
  return refusals[code]?.[place] ?? UNKNOWN;
}

/** Returns whether the same request may succeed later. */
export function isTemporary({ code, retryAfterSeconds }: Refusal): boolean {
  return retryAfterSeconds !== null || refusals[code]?.isTemporary === true;
}

/** What travelers read who may not stop the planning of a trip. */
export const NOT_YOURS = "Only the person who planned this trip can stop planning it.";

/** Returns a sentence for travelers about a trip that was not canceled. */
export function describeStopRefusal({ code }: Refusal): string {
  const isForbidden = ["unauthorized", "not_owner", "insufficient_scope"].includes(code);
  if (isForbidden) return NOT_YOURS;
  const advice = code === "network"
    ? "Check your connection and try again."
    : "Try again in a moment.";
  return `We couldn't cancel this plan. ${advice}`;
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
    sentence: "The AI declined to write this plan.",
    advice: "Edit your request and try again.",
    nextAction: "change",
  },
  content_filtered: {
    sentence: "A content filter stopped this plan.",
    advice: "Edit your request and try again.",
    nextAction: "change",
  },
  request_too_large: {
    sentence: "Your request is too long for the AI.",
    advice: "Edit your request: choose fewer days, or write less.",
    nextAction: "change",
  },
  result_too_large: {
    sentence: "The plan got too long, so we couldn't save it.",
    advice: "Edit your request: choose fewer days or fewer interests.",
    nextAction: "change",
  },
  truncated: {
    sentence: "The plan got too long, so we couldn't finish it.",
    advice: "Try again, or edit your request: choose fewer days or fewer interests.",
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

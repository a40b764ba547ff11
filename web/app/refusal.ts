/**
 * Sentences for travelers about refusals and failures. Runs in browsers and on the server.
 * @module
 */
import type { Job } from "../client/client.ts";
import type { Words } from "../words/words.ts";

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

/** The refusals that a changed request or another key ends. All others that have a text may pass. */
const lasting: readonly string[] = [
  "unauthorized",
  "insufficient_scope",
  // Only a wrong setting of a proxy causes it on pages of this service.
  "foreign_site",
  "invalid_request",
  "body_too_large",
];

/** Returns a sentence for travelers about a refusal. */
export function describeRefusal({ code }: Refusal, place: Place, { refusals }: Words): string {
  const { reasons, onTrip, unknown } = refusals;
  const ofTrip = place === "trip" ? memberOf(onTrip, code) : undefined;
  return ofTrip ?? memberOf(reasons, code) ?? unknown;
}

/** Returns whether the same request may succeed later. */
export function isTemporary({ code, retryAfterSeconds }: Refusal, { refusals }: Words): boolean {
  if (retryAfterSeconds !== null) return true;
  return memberOf(refusals.reasons, code) !== undefined && !lasting.includes(code);
}

/** Returns a sentence for travelers about a trip that was not canceled. */
export function describeStopRefusal({ code }: Refusal, { refusals }: Words): string {
  const isForbidden = ["unauthorized", "not_owner", "insufficient_scope"].includes(code);
  if (isForbidden) return refusals.notYours;
  return code === "network" ? refusals.notStoppedOffline : refusals.notStopped;
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

/** What helps after the failures that have a text of their own. */
const nextActions: Record<keyof Words["outcome"]["failures"], NextAction> = {
  refused: "change",
  content_filtered: "change",
  request_too_large: "change",
  result_too_large: "change",
  truncated: "repeat",
  iteration_limit: "repeat",
  invalid_output: "repeat",
};

/**
 * Returns what the page of a failed trip says. The hint and the message of a failure address
 * developers and operators, so the page has its own advice.
 */
export function describeFailure(failure: Job["failure"], { outcome }: Words): FailureText {
  const code = failure?.code ?? "";
  const known = memberOf(outcome.failures, code);
  if (known) return { ...known, nextAction: memberOf(nextActions, code)! };
  return failure?.retryable
    ? { ...outcome.temporary, nextAction: "repeat" }
    : { ...outcome.lasting, nextAction: "wait" };
}

/** Returns the member with a name that a server sent, if the record has it. */
function memberOf<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/**
 * All failure codes. Only this table decides the advice for the client and whether the service
 * retries the job.
 * @module
 */
import { z } from "zod";
import type { Usage } from "../usage.ts";

interface FailureKind {
  /** The service makes another attempt, while attempts and time are left. */
  retriedByJob: boolean;
  /** A client that sends the same request again may succeed. */
  retryable: boolean;
  /** What the reader of the message can do, one line. */
  hint: string;
}

const LATER = "Send the same request again in a few minutes.";
const OPERATOR = "The operator of this service must fix this. Trying again does not help.";

/** What each failure code means, in the order of `docs/job_lifecycle.md`. */
export const failureKinds = {
  rate_limited: { retriedByJob: true, retryable: true, hint: LATER },
  overloaded: { retriedByJob: true, retryable: true, hint: LATER },
  upstream_error: { retriedByJob: true, retryable: true, hint: LATER },
  timeout: { retriedByJob: true, retryable: true, hint: LATER },
  connection_lost: { retriedByJob: true, retryable: true, hint: LATER },
  quota_exceeded: {
    retriedByJob: false,
    retryable: false,
    hint: "The OpenAI account of this service has no quota left. The operator must add credit.",
  },
  unauthorized: { retriedByJob: false, retryable: false, hint: OPERATOR },
  rejected: { retriedByJob: false, retryable: false, hint: OPERATOR },
  request_too_large: {
    retriedByJob: false,
    retryable: false,
    hint: "The request is too large for the model. Ask for less, for example for fewer days.",
  },
  model_unavailable: {
    retriedByJob: false,
    retryable: false,
    hint: "The operator must set OPENAI_API_KEY, or GENERATOR=sample for sample plans.",
  },
  refused: {
    retriedByJob: false,
    retryable: false,
    hint: "The model declined this request. Rephrase it and try again.",
  },
  content_filtered: {
    retriedByJob: false,
    retryable: false,
    hint: "The model's content filter blocked this request. Rephrase it and try again.",
  },
  truncated: {
    retriedByJob: false,
    retryable: true,
    hint: "The plan was too long for the model. Ask for less, or try again.",
  },
  invalid_output: {
    retriedByJob: false,
    retryable: true,
    hint: "The model's answer had the wrong format. Try again.",
  },
  iteration_limit: {
    retriedByJob: false,
    retryable: true,
    hint: "The model kept calling tools and did not finish. Make the request more specific.",
  },
  result_too_large: {
    retriedByJob: false,
    retryable: false,
    hint: "The plan was too large to store. Ask for less.",
  },
  callback_failed: {
    retriedByJob: true,
    retryable: false,
    hint: "The receiver did not accept the callback. Read the job instead.",
  },
  callback_refused: {
    retriedByJob: false,
    retryable: false,
    hint: "The callback cannot be delivered. Read the job instead.",
  },
  deadline_exceeded: { retriedByJob: false, retryable: true, hint: LATER },
  worker_lost: { retriedByJob: true, retryable: true, hint: LATER },
  internal: { retriedByJob: true, retryable: true, hint: LATER },
} as const satisfies Record<string, FailureKind>;

/** One of the codes of {@link failureKinds}. */
export type FailureCode = keyof typeof failureKinds;
export const FailureCode = z.enum(
  Object.keys(failureKinds) as [FailureCode, ...FailureCode[]],
);

/** Why a job or one attempt failed, as stored and as shown to clients. */
export const Failure = z.object({
  /** Stable and machine-readable. A code from a newer version is read as `internal`. */
  code: FailureCode.catch("internal"),
  /**
   * The text for the reader. It uses the wording of the services that Tripwright replaces. It never
   * contains a secret.
   */
  message: z.string(),
  retryable: z.boolean(),
  hint: z.string(),
});
export type Failure = z.infer<typeof Failure>;

/** Builds the stored form of a failure from its code and message. */
export function failure(code: FailureCode, message: string): Failure {
  const { retryable, hint } = failureKinds[code];
  return { code, message, retryable, hint };
}

/** A turn that was billed but failed. */
export interface BilledTurn {
  responseId: string;
  /** `null` if the provider did not report it. */
  usage: Usage | null;
}

/** Thrown when an attempt cannot continue. */
export class JobError extends Error {
  override name = "JobError";
  readonly failure: Failure;
  /** How long the server asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The failed turn, if the provider billed it. */
  readonly spent: BilledTurn | undefined;
  /**
   * The server could not be reached, or answered with a fault of its own before the answer began.
   * The request itself may be fine, and nothing was billed.
   */
  readonly unanswered: boolean;

  /**
   * @param code decides what happens next, see {@link failureKinds}
   * @param message the client sees it unchanged: no secrets, no upstream text
   */
  constructor(
    code: FailureCode,
    message: string,
    options: {
      retryAfterMs?: number | undefined;
      spent?: BilledTurn;
      unanswered?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.failure = failure(code, message);
    this.retryAfterMs = options.retryAfterMs;
    this.spent = options.spent;
    this.unanswered = options.unanswered ?? false;
  }
}

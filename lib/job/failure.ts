/**
 * Every way in which a job can fail: what the client is told, and whether the job tries again by
 * itself. This table is the only place that decides either.
 * @module
 */
import { z } from "zod";
import type { Usage } from "../usage.ts";

interface FailureKind {
  /** The job tries again by itself, as long as attempts and time are left. */
  retriedByJob: boolean;
  /** The client may send the same wish again with a fair chance. */
  retryable: boolean;
  /** What the reader of the message can do, one sentence. */
  hint: string;
}

const LATER = "Send the same request again in a few minutes.";
const OPERATOR = "The operator of this service has to look into it; repeating will not help.";

/** What each failure code means. The order is the order of `docs/job_lifecycle.md`. */
export const failureKinds = {
  rate_limited: { retriedByJob: true, retryable: true, hint: LATER },
  overloaded: { retriedByJob: true, retryable: true, hint: LATER },
  upstream_error: { retriedByJob: true, retryable: true, hint: LATER },
  timeout: { retriedByJob: true, retryable: true, hint: LATER },
  connection_lost: { retriedByJob: true, retryable: true, hint: LATER },
  quota_exceeded: {
    retriedByJob: false,
    retryable: false,
    hint: "The operator's OpenAI account has no quota left; it has to be topped up first.",
  },
  unauthorized: { retriedByJob: false, retryable: false, hint: OPERATOR },
  rejected: { retriedByJob: false, retryable: false, hint: OPERATOR },
  model_unavailable: {
    retriedByJob: false,
    retryable: false,
    hint: "The operator has to set OPENAI_API_KEY, or GENERATOR=sample for sample plans.",
  },
  refused: {
    retriedByJob: false,
    retryable: false,
    hint: "The model declined this wish; say it differently.",
  },
  content_filtered: {
    retriedByJob: false,
    retryable: false,
    hint: "The model's content filter stopped this wish; say it differently.",
  },
  truncated: {
    retriedByJob: false,
    retryable: true,
    hint: "The plan was too long for the model; ask for less, or try again.",
  },
  invalid_output: {
    retriedByJob: false,
    retryable: true,
    hint: "The model did not keep to the format; try again.",
  },
  iteration_limit: {
    retriedByJob: false,
    retryable: true,
    hint: "The model kept calling tools without finishing; ask for something more specific.",
  },
  result_too_large: {
    retriedByJob: false,
    retryable: false,
    hint: "The plan was too large to store; ask for less.",
  },
  callback_failed: {
    retriedByJob: true,
    retryable: false,
    hint: "The receiver of the callback did not accept it; ask for the job instead.",
  },
  callback_refused: {
    retriedByJob: false,
    retryable: false,
    hint: "The callback cannot be delivered; ask for the job instead.",
  },
  deadline_exceeded: { retriedByJob: false, retryable: true, hint: LATER },
  worker_lost: { retriedByJob: true, retryable: true, hint: LATER },
  internal: { retriedByJob: true, retryable: true, hint: LATER },
} as const satisfies Record<string, FailureKind>;

/** One of the codes of {@link failureKinds}. */
export type FailureCode = keyof typeof failureKinds;

const codes = Object.keys(failureKinds) as [FailureCode, ...FailureCode[]];

/** Why a job, or one attempt of it, failed: as stored, and as shown to clients. */
export const Failure = z.object({
  /** Stable and machine-readable. A code that only a newer version knows counts as internal. */
  code: z.enum(codes).catch("internal"),
  /** For people, in the wording of the services that Tripwright replaces. Never holds a secret. */
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

/** A model turn that was paid for and gave no usable answer. */
export interface BilledTurn {
  responseId: string;
  /** `null` if the model's side did not say. */
  usage: Usage | null;
}

/** Thrown by the code that generates a plan when it cannot go on. */
export class JobError extends Error {
  override name = "JobError";
  readonly failure: Failure;
  /** How long the other side asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The answer of a model that was paid for all the same. */
  readonly spent: BilledTurn | undefined;

  /**
   * @param code decides what happens next, see {@link failureKinds}
   * @param message goes to the client as it is: no secrets, no upstream text
   */
  constructor(
    code: FailureCode,
    message: string,
    options: { retryAfterMs?: number | undefined; spent?: BilledTurn; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.failure = failure(code, message);
    this.retryAfterMs = options.retryAfterMs;
    this.spent = options.spent;
  }
}

/**
 * Converts OpenAI's errors; no other module reads them. A message consists of our own words, the
 * HTTP status and OpenAI's code, if it looks like a code. Other text of OpenAI could hold secrets,
 * and clients, logs and records would keep it.
 * @module
 */
import { APIConnectionError, APIConnectionTimeoutError, APIError, OpenAIError } from "openai/error";
import { type BilledTurn, type FailureCode, JobError } from "../job/failure.ts";
import { parseRetryAfter } from "../http/retry_after.ts";

/** The codes and types for an account without quota. */
const QUOTA_CODES = new Set([
  "insufficient_quota",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
]);

/** The parts of an error that decide the failure. */
interface Answer {
  status: number | undefined;
  code: string | undefined;
  type: string | undefined;
  retryAfterMs?: number | undefined;
  spent?: BilledTurn | undefined;
}

/**
 * Converts an error of the SDK to a {@link JobError}. Returns other errors (an abort, a bug)
 * unchanged.
 *
 * @param now epoch milliseconds, because `Retry-After` may be a date
 */
export function fromOpenAIError(error: unknown, now: number): unknown {
  if (error instanceof APIConnectionTimeoutError) {
    return new JobError("timeout", "OpenAI API request timed out", {
      unanswered: true,
      cause: error,
    });
  }
  if (error instanceof APIConnectionError) {
    const message = "OpenAI API connection lost";
    return new JobError("connection_lost", message, { unanswered: true, cause: error });
  }
  // An error event within a stream has no status.
  if (error instanceof APIError) {
    return fromAnswer({
      status: error.status,
      code: plainCode(error.code),
      type: plainCode(error.type),
      retryAfterMs: retryAfterMs(error.headers, now),
    });
  }
  // `fetch` throws it when the connection breaks within the body.
  if (error instanceof TypeError && /body|connection/.test(error.message)) {
    return new JobError("connection_lost", "OpenAI API connection lost", { cause: error });
  }
  // SyntaxError: a success status with a body that is not JSON.
  if (error instanceof OpenAIError || error instanceof SyntaxError) return unreadableAnswer();
  return error;
}

/** Creates the error for a response with a status of failure. */
export function fromFailedResponse(
  error: { code?: unknown } | null | undefined,
  spent?: BilledTurn,
): JobError {
  return fromAnswer({ status: undefined, code: plainCode(error?.code), type: undefined, spent });
}

/** Creates the error for a success status with a body that OpenAI's API does not document. */
export function unreadableAnswer(): JobError {
  return new JobError("upstream_error", "OpenAI API error: unreadable response");
}

function fromAnswer(answer: Answer): JobError {
  const code = failureCode(answer);
  const wording = code === "rate_limited"
    ? "OpenAI API rate limit exceeded"
    : ["OpenAI API error:", answer.status ?? "response failed", answer.code ?? answer.type]
      .filter((part) => part !== undefined).join(" ");
  const { retryAfterMs, spent } = answer;
  const unanswered = answer.status !== undefined && answer.status >= 500;
  return new JobError(code, wording, { retryAfterMs, unanswered, ...(spent && { spent }) });
}

function failureCode({ status, code, type }: Answer): FailureCode {
  if (QUOTA_CODES.has(code ?? "") || QUOTA_CODES.has(type ?? "")) return "quota_exceeded";
  if (status === 429 || code === "rate_limit_exceeded") return "rate_limited";
  if (status === 503) return "overloaded";
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 408 || status === 409) return "upstream_error";
  if (status !== undefined && status >= 400 && status < 500) return "rejected";
  if (code === "invalid_prompt") return "rejected";
  return "upstream_error";
}

/** Returns a code if it is lower-case words like OpenAI's codes. Other text could hold a secret. */
function plainCode(code: unknown): string | undefined {
  return typeof code === "string" && /^[a-z_]{1,64}$/.test(code) ? code : undefined;
}

/** Reads OpenAI's `retry-after-ms`, else `Retry-After`. */
function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const ms = headers?.get("retry-after-ms") ?? "";
  if (/^\d{1,9}(\.\d+)?$/.test(ms)) return Math.ceil(Number(ms));
  return parseRetryAfter(headers?.get("retry-after"), now) ?? undefined;
}

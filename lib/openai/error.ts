/**
 * The one place that understands OpenAI's errors. Messages are made of our own words, the HTTP
 * status and a code of OpenAI's that looks like a code; nothing else of what OpenAI sent gets out,
 * because a client, a log line or a record would keep it.
 * @module
 */
import { APIConnectionError, APIConnectionTimeoutError, APIError, OpenAIError } from "openai/error";
import { type BilledTurn, type FailureCode, JobError } from "../job/failure.ts";
import { parseRetryAfter } from "../http/retry_after.ts";

/** Every code that says the account has no money left, as a code or as a type. */
const QUOTA_CODES = new Set([
  "insufficient_quota",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
]);

/** What OpenAI said, reduced to the parts that decide. */
interface Answer {
  status: number | undefined;
  code: string | undefined;
  type: string | undefined;
  retryAfterMs?: number | undefined;
  spent?: BilledTurn | undefined;
}

/**
 * Turns anything that the SDK throws into a {@link JobError}. Errors that are not OpenAI's (an abort,
 * a bug of ours) come back as they are.
 *
 * @param now in epoch milliseconds: `Retry-After` may be a date
 */
export function fromOpenAIError(error: unknown, now: number): unknown {
  if (error instanceof APIConnectionTimeoutError) {
    return new JobError("timeout", "OpenAI API request timed out", { cause: error });
  }
  if (error instanceof APIConnectionError) {
    return new JobError("connection_lost", "OpenAI API connection lost", { cause: error });
  }
  // Without a status: an error event within a stream.
  if (error instanceof APIError) {
    return fromAnswer({
      status: error.status,
      code: plainCode(error.code),
      type: plainCode(error.type),
      retryAfterMs: retryAfterMs(error.headers, now),
    });
  }
  // What fetch throws when the connection is cut in the middle of the body.
  if (error instanceof TypeError && /body|connection/.test(error.message)) {
    return new JobError("connection_lost", "OpenAI API connection lost", { cause: error });
  }
  // SyntaxError: a success status whose body is no JSON.
  if (error instanceof OpenAIError || error instanceof SyntaxError) return unreadableAnswer();
  return error;
}

/** For a response that arrived well but says in itself that it failed. */
export function fromFailedResponse(
  error: { code?: unknown } | null | undefined,
  spent?: BilledTurn,
): JobError {
  return fromAnswer({ status: undefined, code: plainCode(error?.code), type: undefined, spent });
}

/** For a success status with a body that is not what OpenAI's API documents. */
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
  return new JobError(code, wording, { retryAfterMs, ...(spent && { spent }) });
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

/** OpenAI's codes are lower-case words; anything else could hold a secret. */
function plainCode(code: unknown): string | undefined {
  return typeof code === "string" && /^[a-z_]{1,64}$/.test(code) ? code : undefined;
}

/** OpenAI sends `retry-after-ms`, too. */
function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const ms = headers?.get("retry-after-ms") ?? "";
  if (/^\d{1,9}(\.\d+)?$/.test(ms)) return Number(ms);
  return parseRetryAfter(headers?.get("retry-after"), now) ?? undefined;
}

/**
 * Converts the errors of model servers; no other module reads them. A message consists of our own
 * words, the HTTP status and the server's code, if it looks like a code. Other text of a server
 * could hold secrets, and clients, logs and records would keep it.
 * @module
 */
import { APIConnectionError, APIConnectionTimeoutError, APIError, OpenAIError } from "openai/error";
import { type BilledTurn, type FailureCode, JobError } from "../job/failure.ts";
import { parseRetryAfter } from "../http/retry_after.ts";
import { parseJson } from "../json.ts";
import { platform } from "../platform/platform.ts";
import { parsed, textOf, withoutEcho } from "./echo.ts";
import { failureCode, hasCrashed, type ServerWords, statusIn } from "./failure_words.ts";

/** The codes for an answer of the model that the server itself found invalid, as Groq does. */
const BAD_DRAW_CODES = ["json_validate_failed", "tool_use_failed", "output_parse_failed"];

/** The same in the words of Ollama, llama.cpp and vLLM, with status 500. */
const BAD_DRAW =
  /error parsing tool call|failed to parse input at pos|tokens remaining in message header|while expecting start token/;

/** The names of the members in which servers put codes. */
const CODE_NAMES = new Set(["code", "type", "error_type", "status", "reason", "errorcode"]);

/** Errors in errors in errors are deep enough. */
const MAX_DEPTH = 6;

/** An error of a server. */
interface ErrorAnswer extends ServerWords {
  /** For the message: the outermost code. */
  code: string | undefined;
  retryAfterMs?: number | undefined;
  /** The server failed before an answer began. */
  unanswered?: boolean;
  spent?: BilledTurn | undefined;
}

/** What a server said when it refused a request. Only for decisions: never log or store it. */
export interface Refusal {
  /** Unset in an answer with a success status that names none. */
  status: number | undefined;
  failure: FailureCode;
  /** The member of the request that the server names, or an empty text. */
  param: string;
  codes: ReadonlySet<string>;
  /** The whole answer in lower case, without what it repeats of the request. */
  text: string;
}

/** What the server said, by the error that was made of it. */
const refusals = new WeakMap<JobError, Refusal>();

/**
 * Converts an error of the SDK to a {@link JobError}. Returns other errors (an abort, a bug)
 * unchanged.
 *
 * @param now epoch milliseconds, because `Retry-After` may be a date
 */
export function fromOpenAIError(error: unknown, now: number): unknown {
  if (error instanceof APIConnectionTimeoutError) {
    const message = "OpenAI API request timed out";
    return new JobError("timeout", message, { unanswered: true, cause: error });
  }
  if (error instanceof APIConnectionError) {
    const message = "OpenAI API connection lost";
    return new JobError("connection_lost", message, { unanswered: true, cause: error });
  }
  if (error instanceof APIError) return fromAnswer(answerOf(error, now));
  if (platform.failures.isBodyLost(error)) {
    return new JobError("connection_lost", "OpenAI API connection lost", { cause: error });
  }
  // SyntaxError: a success status with a body that is not JSON.
  if (error instanceof OpenAIError || error instanceof SyntaxError) return unreadableAnswer();
  return error;
}

/** Returns what the server said, or `null` if the error is not an answer. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof JobError) return refusals.get(error) ?? null;
  if (!(error instanceof APIError) || error.status === undefined) return null;
  const param = typeof error.param === "string" ? error.param : "";
  return toRefusal(answerOf(error, 0), param);
}

function toRefusal(answer: ErrorAnswer, param: string): Refusal {
  const { status, codes, text } = answer;
  return { status, failure: failureCode(answer), param, codes, text };
}

/** Returns whether the server found the answer of the model invalid. The request was fine. */
export function isBadDraw(error: unknown): boolean {
  const refusal = refusalOf(error);
  if (refusal === null) return false;
  return BAD_DRAW_CODES.some((code) => refusal.codes.has(code)) || BAD_DRAW.test(refusal.text);
}

/** Returns whether the response that a request continues does not exist any more. */
export function isPreviousLost({ codes, text }: Refusal): boolean {
  return codes.has("previous_response_not_found") ||
    /previous[_ ]response.{0,200}not[_ ]found/s.test(text);
}

/**
 * Returns whether a document with a success status is an error that has no member `error`: a
 * status as MiniMax sends it, or a code and a message.
 */
export function isBareError(value: unknown): boolean {
  // Nearly all events have none of these.
  if (!isObject(value) || !("base_resp" in value || "message" in value)) return false;
  const { base_resp: status, code, message } = value;
  if ([value.choices, value.output].some(hasItems)) return false;
  if (isObject(status)) return isFailureCode(status.status_code);
  const isPart = ["type", "object", "response", "output"].some((name) => name in value);
  return !isPart && isFailureCode(code) && typeof message === "string";
}

function hasItems(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

/** Returns whether a code reports a failure: some servers also send a code with a success. */
function isFailureCode(code: unknown): boolean {
  return (typeof code === "string" || typeof code === "number") &&
    !/^(?:0*|20\d|ok|success)$/i.test(String(code));
}

/** Creates the error for an answer with a success status that reports a failure: `{"error": …}`. */
export function fromErrorBody(body: unknown): JobError {
  return fromAnswer(read(body, undefined));
}

/** Creates the error for a response with a status of failure. */
export function fromFailedResponse(error: unknown, spent?: BilledTurn): JobError {
  return fromAnswer({ ...read({ error }, undefined), spent });
}

/** Creates the error for a success status with a body that OpenAI's API does not document. */
export function unreadableAnswer(): JobError {
  return new JobError("upstream_error", "OpenAI API error: unreadable response");
}

/** The name of the member with the original text of an error, see {@link readableError}. */
const ORIGINAL = "original_text";

/** The longest text of an error that is read. */
const MAX_ERROR_CHARACTERS = 16_000;

/**
 * Converts an error of any server to the form that the SDK reads: `{"error": {…}}`. The SDK drops
 * everything else, and with it what the server refused.
 *
 * @param text the body of an answer with a status of failure
 */
export function readableError(text: string): string {
  const body = parseJson(text.replace(/^data:/, ""));
  // The end of a cut document cannot be read, so only other text is cut here.
  const original = body === undefined
    ? text.slice(0, MAX_ERROR_CHARACTERS)
    : JSON.stringify(body, withoutEcho);
  const [first] = Array.isArray(body) ? body : [body];
  const error = isObject(first) && isObject(first.error) ? first.error : {};
  return JSON.stringify({ error: { ...error, [ORIGINAL]: original } });
}

function answerOf(error: APIError, now: number): ErrorAnswer {
  const body = error.error as Record<string, unknown> | undefined;
  const original = typeof body?.[ORIGINAL] === "string" ? body[ORIGINAL] : JSON.stringify(body);
  // Some servers send an error as an event of a stream.
  const answer = read(parseJson((original ?? "").replace(/^data:/, "")) ?? original, error.status);
  return {
    ...answer,
    retryAfterMs: retryAfterMs(error.headers, now),
    unanswered: (error.status ?? 0) >= 500 || hasCrashed(answer),
  };
}

/** Reads the codes and the text of an error in the form of any server. */
function read(body: unknown, status: number | undefined): ErrorAnswer {
  const found: { code: unknown; depth: number }[] = [];
  collectCodes(body, found, 0);
  found.sort((a, b) => a.depth - b.depth);
  const codes = found.map(({ code }) => String(code).toLowerCase());
  return {
    status: status ?? statusIn(codes),
    code: found.map(({ code }) => plainCode(code)).find((code) => code !== undefined),
    codes: new Set(codes),
    text: textOf(body).slice(0, MAX_ERROR_CHARACTERS).toLowerCase(),
  };
}

function collectCodes(
  value: unknown,
  found: { code: unknown; depth: number }[],
  depth: number,
): void {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return;
  for (const [name, member] of Object.entries(value)) {
    const isCode = typeof member === "string" || typeof member === "number";
    // `code` decides before `type`.
    if (isCode && CODE_NAMES.has(name) && member !== "error") {
      found.push({ code: member, depth: depth + (name === "code" ? 0 : 0.5) });
    } else collectCodes(parsed(member), found, depth + 1);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fromAnswer(answer: ErrorAnswer): JobError {
  const code = failureCode(answer);
  const { status, retryAfterMs, spent } = answer;
  const wording = code === "rate_limited"
    ? "OpenAI API rate limit exceeded"
    : ["OpenAI API error:", status ?? "response failed", answer.code]
      .filter((part) => part !== undefined).join(" ");
  const unanswered = answer.unanswered ?? false;
  const options = { retryAfterMs, unanswered, ...(spent && { spent }) };
  const error = new JobError(code, wording, options);
  refusals.set(error, toRefusal(answer, ""));
  return error;
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

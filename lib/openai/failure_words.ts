/**
 * The words of model servers for their failures, and the failure code that they mean.
 * @module
 */
import type { FailureCode } from "../job/failure.ts";
import { filterCodes, isAboutFilter } from "./filter_words.ts";
import { isAboutMoney, quotaCodes } from "./money_words.ts";

/** The parts of an error that decide the failure. */
export interface ServerWords {
  /** Unset in an answer with a success status that names none. */
  status: number | undefined;
  /** All codes, in lower case. */
  codes: ReadonlySet<string>;
  /** All texts, in lower case. */
  text: string;
}

/** The codes for a request with more tokens than the model may read, write, or get per minute. */
const SIZE_CODES = [
  "context_length_exceeded",
  "exceed_context_size_error",
  "request_too_large",
  "string_above_max_length",
];
const TOO_LARGE =
  /request too large|(?:prompt|input) is too long|(?:maximum|model'?s?) context (?:length|window)|exceeds? (?:the )?(?:available )?context|exceeds? the maximum number of tokens|context size has been exceeded|context limit|greater than the context length|context length of only|range of input length|tokens in the prompt cannot exceed/;

const RATE_CODES = ["rate_limit_exceeded", "rate_limit_error", "rate_limited", "too_many_requests"];

/** Codes that stand for a status, in an answer with a success status. */
const STATUS_CODES = [
  { status: 429, codes: RATE_CODES },
  {
    status: 503,
    codes: ["overloaded_error", "overloaded", "engine_overloaded", "unavailable", "slow_down"],
  },
  {
    status: 401,
    codes: ["invalid_api_key", "authentication_error", "permission_error", "unauthorized"],
  },
  {
    status: 400,
    codes: [
      "invalid_request_error",
      "invalid_request",
      "invalid_argument",
      "badrequesterror",
      "bad_request",
      "unsupported_parameter",
      "unsupported_value",
      "model_not_found",
      "not_found_error",
    ],
  },
];

/** Returns the status that codes stand for. Some servers send the HTTP status as a code. */
export function statusIn(codes: string[]): number | undefined {
  const asNumber = codes.find((code) => /^[45]\d\d$/.test(code));
  if (asNumber !== undefined) return Number(asNumber);
  return STATUS_CODES.find((row) => row.codes.some((code) => codes.includes(code)))?.status;
}

/** Codes for a key that is not valid. Gemini sends them with 400. */
const KEY_CODES = ["api_key_invalid", "invalid_api_key"];

/** Statuses that may report a fault which passes by itself, or has another cause than the request. */
const NOT_REFUSED: ReadonlySet<number | undefined> = new Set([401, 404, 408, 409, 425, 499]);

/** Besides 503, some servers report missing capacity as 498 or 529. */
const OVERLOADED: ReadonlySet<number | undefined> = new Set([498, 503, 529]);

/** Statuses below 500 of faults that pass by themselves. */
const PASSING: ReadonlySet<number | undefined> = new Set([408, 409, 424, 425, 499]);

/** A model that has crashed, or is loaded again. Some servers report it as 400 or 404. */
const CRASHED =
  /model (?:has |was |is )?(?:crashed|unloaded|reloaded)|degraded function|no healthy deployments/;

/** It may also be that the model does not exist. Then these words say so. */
const NOT_LOADED = "failed to load model";
const NOT_THERE = /not (?:exist|found)/;

/** Returns whether an error is about a crash of the model. */
export function hasCrashed({ text }: ServerWords): boolean {
  const at = text.lastIndexOf(NOT_LOADED);
  return CRASHED.test(text) || at >= 0 && !NOT_THERE.test(text.slice(at));
}

/** Returns whether an error is a page of a proxy. Its words are not about the request. */
export function isPage(text: string): boolean {
  return text.trimStart().startsWith("<");
}

/** Returns whether a server refuses a request because of its content or of the account. */
function isRefused({ status = 0, text }: ServerWords): boolean {
  // Some gateways report the refusal of another server with the status 500.
  return status >= 500 ? /^[[{]/.test(text) : !NOT_REFUSED.has(status) && !isPage(text);
}

/** Returns what an error means for a job. */
export function failureCode(words: ServerWords): FailureCode {
  const { status, codes, text } = words;
  // Gateways written in Python pass on codes within their texts.
  const has = (names: string[]) =>
    names.some((name) => codes.has(name) || text.includes(`'${name}'`));
  if (status === 402) return "quota_exceeded";
  if (status === 413) return "request_too_large";
  if (isRefused(words)) {
    if (has(quotaCodes)) return "quota_exceeded";
    // A server that filters a wish may add what it charges, so these words decide before money.
    if (has(filterCodes) || isAboutFilter(status, text)) return "content_filtered";
    if (isAboutMoney(text)) return "quota_exceeded";
    if (has(SIZE_CODES) || TOO_LARGE.test(text)) return "request_too_large";
  }
  if (status === 401 && (has(quotaCodes) || isAboutMoney(text))) return "quota_exceeded";
  if (status === 429 || has(RATE_CODES)) return "rate_limited";
  if (OVERLOADED.has(status) || codes.has("overloaded_error")) return "overloaded";
  if (status === 401 || status === 403 || has(KEY_CODES)) return "unauthorized";
  if (PASSING.has(status) || hasCrashed(words)) return "upstream_error";
  return status !== undefined && status >= 400 && status < 500 ? "rejected" : "upstream_error";
}

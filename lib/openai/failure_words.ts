/**
 * The words of model servers for their failures, and the failure code that they mean.
 * @module
 */
import type { FailureCode } from "../job/failure.ts";

/** The parts of an error that decide the failure. */
export interface ServerWords {
  /** Unset in an answer with a success status that names none. */
  status: number | undefined;
  /** All codes, in lower case. */
  codes: ReadonlySet<string>;
  /** All texts, in lower case. */
  text: string;
}

/** The codes and types for an account without money. */
const QUOTA_CODES = [
  "insufficient_quota",
  "insufficient_user_quota",
  "insufficient_balance",
  "insufficient_credits",
  "not_enough_balance",
  "accountoverdueerror",
  "budget_exceeded",
  "exceeded_current_quota_error",
  "arrearage",
  "payment_required",
  "billing_error",
  "billing_not_active",
  "billing_hard_limit_reached",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
];

/** The same in the words of other servers. A rate limit may be called a quota, but not these. */
const NO_MONEY = new RegExp([
  "insufficient[ _](?:account )?(?:balance|credits?|funds)",
  "credit balance|overdue balance|not enough balance",
  "balance is (?:insufficient|not enough)",
  "not active, please check your billing",
  "hard limit has been reached",
  "(?:out of|no|not enough|all available|requires more|included) credits?\\b(?![ -]card| (?:were|was|will))",
  "have any credits|credits (?:are|have been) (?:depleted|exhausted)",
  "(?:spending|spend|credit) limit",
  "in arrears|in good standing",
  "payment required",
  "key limit exceeded|budget has been exceeded",
  // MiniMax.
  '"status_code":1008\\b',
].join("|"));

/** The codes for a request or an answer that a filter stopped. */
const FILTER_CODES = [
  "content_filter",
  "content_filtered",
  "content_policy_violation",
  "data_inspection_failed",
  "datainspectionfailed",
  "invalid_prompt",
  "moderation_blocked",
  "prohibited_content",
  "responsibleaipolicyviolation",
];

/** The same in words. */
const FILTERED = new RegExp([
  "contentpolicyviolation|inappropriate content|content exists risk|considered high risk",
  "(?:input|prompt|request) was (?:flagged|blocked)",
  "violated guardrail|guardrail policy|our safety system",
  "sensitivecontentdetected|may contain sensitive information|unsafe or sensitive content",
  // Zhipu and MiniMax.
  '"code":"?1301\\b|"status_code":102[67]\\b',
].join("|"));

/** Words about a policy. They may be about the account in place of the request. */
const POLICY = /content (?:management |filtering )?policy|usage (?:policy|policies|guidelines)/;
const ACCOUNT = /\baccount|suspended/;

/** A rate limit may link to a policy. */
const FILTER_STATUSES: ReadonlySet<number | undefined> = new Set([400, 403, 422, undefined]);

function isFiltered({ status, text }: ServerWords): boolean {
  if (!FILTER_STATUSES.has(status)) return false;
  return FILTERED.test(text) || (POLICY.test(text) && !ACCOUNT.test(text));
}

/** The codes for a request with more tokens than the model may read, write, or get per minute. */
const SIZE_CODES = [
  "context_length_exceeded",
  "exceed_context_size_error",
  "request_too_large",
  "string_above_max_length",
];
const TOO_LARGE =
  /request too large|(?:prompt|input) is too long|(?:maximum|model'?s?) context (?:length|window)|exceeds? (?:the )?(?:available )?context|exceeds? the maximum number of tokens|context limit|greater than the context length|context length of only/;

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

/** Statuses of requests that a server refuses because of their content or of the account. */
const REFUSED: ReadonlySet<number | undefined> = new Set([
  ...[400, 402, 403, 412, 413, 422, 429],
  undefined,
]);

/** Besides 503, some servers report missing capacity as 498 or 529. */
const OVERLOADED: ReadonlySet<number | undefined> = new Set([498, 503, 529]);

/** Statuses below 500 of faults that pass by themselves. */
const PASSING: ReadonlySet<number | undefined> = new Set([408, 409, 424, 425, 499]);

/** Returns what an error means for a job. */
export function failureCode(words: ServerWords): FailureCode {
  const { status, codes, text } = words;
  // Gateways written in Python pass on codes within their texts.
  const has = (names: string[]) =>
    names.some((name) => codes.has(name) || text.includes(`'${name}'`));
  if (REFUSED.has(status)) {
    if (status === 402 || has(QUOTA_CODES)) return "quota_exceeded";
    // A server that filters a wish may add what it charges, so these words decide before money.
    if (has(FILTER_CODES) || isFiltered(words)) return "content_filtered";
    if (NO_MONEY.test(text)) return "quota_exceeded";
    if (status === 413 || has(SIZE_CODES) || TOO_LARGE.test(text)) return "request_too_large";
  }
  if (status === 401 && (has(QUOTA_CODES) || NO_MONEY.test(text))) return "quota_exceeded";
  if (status === 429 || has(RATE_CODES)) return "rate_limited";
  if (OVERLOADED.has(status) || codes.has("overloaded_error")) return "overloaded";
  if (status === 401 || status === 403) return "unauthorized";
  if (PASSING.has(status)) return "upstream_error";
  return status !== undefined && status >= 400 && status < 500 ? "rejected" : "upstream_error";
}

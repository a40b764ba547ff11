/**
 * The words of model servers about a request or an answer that a filter stopped.
 * @module
 */

/** The codes and types. */
export const filterCodes = [
  "content_filter",
  "content_filtered",
  "content_policy_violation",
  "data_inspection_failed",
  "datainspectionfailed",
  "invalid_prompt",
  "moderation_blocked",
  "prohibited_content",
  "prompt_threat_detected",
  "responsibleaipolicyviolation",
];

const FILTERED = new RegExp([
  "contentpolicyviolation|inappropriate content|content exists risk|considered high risk",
  "(?:input|prompt|content) (?:was |is )?(?:flagged|blocked)",
  // A firewall also blocks requests, and it names no reason.
  "request (?:was |is )?(?:flagged|blocked (?:by|due to|because) (?!.{0,20}firewall))",
  "guardrail (?:policy|checks|intervened|denied)|by guardrail|our safety system",
  "sensitivecontentdetected|contains? sensitive information|unsafe or sensitive content",
  // The same in Chinese: sensitive content, or content against the rules.
  "敏感内容|内容违规",
  // Zhipu and MiniMax.
  '"code":"?1301\\b|"status_code":102[67]\\b',
].join("|"));

/** Words about a policy. They may be about the account in place of the request. */
const POLICY =
  /content (?:management |filtering |safety )?policy|usage (?:policy|policies|guidelines)/;
const ACCOUNT = /\baccount|suspended/;

/** Statuses below 500 with which no filter answers. A rate limit, for example, may link to a policy. */
const OTHERS = [401, 402, 404, 408, 409, 413, 425, 429, 499];

/**
 * Returns whether a refusal is about a filter.
 *
 * @param text in lower case
 */
export function isAboutFilter(status: number | undefined, text: string): boolean {
  const isPossible = status === undefined || (status < 500 && !OTHERS.includes(status));
  return isPossible && (FILTERED.test(text) || (POLICY.test(text) && !ACCOUNT.test(text)));
}

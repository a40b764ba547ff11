/**
 * The words of model servers about an account without money, or with a quota that is spent for days.
 * @module
 */

/** The codes and types. */
export const quotaCodes = [
  "insufficient_quota",
  "insufficient_user_quota",
  "insufficient_balance",
  "insufficient_credits",
  "insufficient_g1_credits_balance",
  "not_enough_balance",
  "pre_consume_token_quota_failed",
  "accountoverdueerror",
  "budget_exceeded",
  "exceeded_current_quota_error",
  "arrearage",
  "payment_required",
  "billing_disabled",
  "billing_error",
  "billing_not_active",
  "billing_hard_limit_reached",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
];

/** A limit that ends with a longer time than a job has. */
const LONG = "(?:week|month|billing (?:cycle|period))";

/** Words about money. A rate limit may be called a quota, but not these. */
const NO_MONEY = new RegExp([
  "insufficient[ _](?:account )?(?:balance|credits?|funds)",
  "credit balance|overdue balance|not enough balance",
  "balance is (?:insufficient|not enough)",
  "not active, please check your billing|inactive subscription",
  "hard limit has been reached",
  "(?:out of|no|not enough|all available|requires more|included) credits?\\b(?![ -]card| (?:were|was|will))",
  "have any credits|credits (?:are|have been) (?:depleted|exhausted)",
  "(?:spending|spend|credit) limit|api usage limits",
  "in arrears|in good standing|requires billing to be enabled",
  "payment required",
  "key limit exceeded|budget has been exceeded",
  "quota is not enough|tokenstatusexhausted",
  // Gateways pass on these words of OpenAI without its code. Gemini has them for a limit of a day.
  "^(?![^]*(?:rate-limits|resource_exhausted))[^]*exceeded your current quota",
  `(?:usage limit|quota|allowance|calls)[^.]{0,30}(?:\\b|/ ?)${LONG}`,
  `${LONG}ly (?:usage )?(?:limit|quota|allowance)`,
  // The same in Chinese: the balance or the quota does not suffice, or is used up.
  "余额不足|额度不足|欠费|额度已(?:用尽|用完|耗尽)",
  // MiniMax.
  '"status_code":1008\\b',
].join("|"));

/** Returns whether a text, in lower case, is about an account without money. */
export function isAboutMoney(text: string): boolean {
  return NO_MONEY.test(text);
}

/**
 * Costs in files.
 * @module
 */

/** Formats an amount: `16 USD`, `1,200.5 EUR`. */
export function amountText(amount: number, currency: string): string {
  return `${amount.toLocaleString("en", { maximumFractionDigits: 2 })} ${currency}`;
}

/**
 * Formats the cost for one person: `about 16 USD per person` or `free`; `null` if it is unknown or
 * does not apply.
 */
export function costText(cost: { amount: number; currency: string } | null): string | null {
  if (cost === null) return null;
  return cost.amount === 0 ? "free" : `about ${amountText(cost.amount, cost.currency)} per person`;
}

/**
 * Costs in files.
 * @module
 */
import { catalogues } from "../../web/words/catalogues.ts";
import type { ServerWords } from "../../web/words/words.ts";

/** Formats an amount: `16 USD`, `1,200.5 EUR`. */
export function amountText(
  amount: number,
  currency: string,
  { language }: ServerWords = catalogues.en,
): string {
  return `${amount.toLocaleString(language, { maximumFractionDigits: 2 })} ${currency}`;
}

/**
 * Formats the cost for one person: `about 16 USD per person` or `free`; `null` if it is unknown or
 * does not apply.
 */
export function costText(
  cost: { amount: number; currency: string } | null,
  words: ServerWords = catalogues.en,
): string | null {
  if (cost === null) return null;
  const { free, perPerson } = words.files;
  return cost.amount === 0 ? free : perPerson(amountText(cost.amount, cost.currency, words));
}

/**
 * What Markdown and calendars say alike of a plan.
 * @module
 */
import type { Itinerary } from "../../jobs/kinds/itinerary/kind.ts";

/** The days of a finished itinerary, in order. */
export type Days = Itinerary["days"];

/** One thing to do on a day. */
export type Activity = Days[number]["activities"][number];

/** The same in every process: no locale of the machine. Cents are as fine as an estimate can be. */
const amounts = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

/**
 * Text on one line: each run of white space and control characters becomes one space, half a surrogate
 * pair U+FFFD. Line ends end blocks in Markdown and properties in a calendar, of which the rarer ones
 * (U+0085, U+2028) do so only for some readers; a calendar may hold no other control character
 * either (RFC 5545, section 3.1).
 *
 * @returns the text, which may be empty: a control character is not blank to a model's schema
 */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(/[\s\p{Cc}]+/gu, " ").trim();
}

/** The texts that say something, each on one line, with `separator` in between. */
export function joined(texts: (string | null)[], separator: string): string {
  return texts.map((text) => oneLine(text ?? "")).filter(Boolean).join(separator);
}

/** `16 USD`, `1,200.5 EUR`. */
export function amountText(amount: number, currency: string): string {
  return `${amounts.format(amount)} ${currency}`;
}

/** `about 16 USD per person` or `free`; `null` for a cost that is not known or makes no sense. */
export function costText(cost: Activity["estimatedCost"]): string | null {
  if (cost === null) return null;
  return cost.amount === 0 ? "free" : `about ${amountText(cost.amount, cost.currency)} per person`;
}

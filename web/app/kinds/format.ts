/**
 * Dates, money and distances in the language of a page. The text is the same on every machine, so
 * that a script renders what the server has rendered.
 * @module
 */
import { DAY_MS } from "../../../lib/clock.ts";
import { localMs, localTimeAt } from "../../../lib/local_time.ts";
import type { Language } from "../../words/language.ts";
import type { Words } from "../../words/words.ts";
import { dateFormat, numberFormat } from "./formatters.ts";

/** An amount of money. */
export interface Money {
  amount: number;
  /** ISO 4217. */
  currency: string;
}

/** Formats an amount of money: `$12`. */
export function formatAmount({ amount, currency }: Money, language: Language = "en"): string {
  const fractions = Number.isInteger(amount)
    // Both, because older versions of Safari reject a maximum below their minimum.
    ? { minimumFractionDigits: 0, maximumFractionDigits: 0 }
    : {};
  const format = numberFormat(language, { style: "currency", currency, ...fractions });
  return format.format(amount);
}

/** Formats a cost: `about $12`, or `free`. */
export function formatCost(cost: Money, { plan, language }: Words): string {
  return cost.amount === 0 ? plan.free : plan.about(formatAmount(cost, language));
}

/** Formats costs by currency: `about $12 + ¥1,500`; `null` without any. */
export function formatCosts(costs: readonly Money[], { plan, language }: Words): string | null {
  const amounts = costs.map((cost) => formatAmount(cost, language));
  return amounts.length === 0 ? null : plan.about(amounts.join(" + "));
}

/** Adds costs by currency, in the order of their first cost. What is free or not known is left out. */
export function sumMoney(costs: readonly (Money | null | undefined)[]): Money[] {
  const sums = new Map<string, number>();
  for (const cost of costs) {
    if (cost?.amount) sums.set(cost.currency, (sums.get(cost.currency) ?? 0) + cost.amount);
  }
  return [...sums].map(([currency, amount]) => ({ currency, amount: toCents(amount) }));
}

/** Sums of decimal fractions are not exact. Larger sums have no digits for cents. */
function toCents(amount: number): number {
  const cents = Math.round(100 * amount);
  return Number.isSafeInteger(cents) ? cents / 100 : amount;
}

/** Formats the day of a local time with its year: `Fri, Dec 4, 2026`. */
export function formatDay(time: string, language: Language = "en"): string {
  return dayFormat(language, { year: "numeric" }).format(localMs(time));
}

/** Formats the day of a local time without its year: `Fri, Dec 4`. */
export function formatShortDay(time: string, language: Language): string {
  return dayFormat(language, {}).format(localMs(time));
}

function dayFormat(language: Language, year: { year?: "numeric" }): Intl.DateTimeFormat {
  return dateFormat(language, {
    weekday: "short",
    day: "numeric",
    month: "short",
    timeZone: "UTC",
    ...year,
  });
}

/**
 * Formats the first and the last day: `Fri, Dec 4 – Sun, Dec 6`. The last one has its year if that
 * is not the year of the reader.
 *
 * @param options `year`: the year that needs no mention
 */
export function formatRange(
  { first, last }: { first: string; last: string },
  { words: { plan, language }, year }: { words: Words; year: string },
): string {
  const end = last.startsWith(year) ? formatShortDay(last, language) : formatDay(last, language);
  return first === last ? end : plan.range(formatShortDay(first, language), end);
}

/** Returns the day that is some days after another one: `2026-12-06`. */
export function dayLater(day: string, days: number): string {
  return localTimeAt(localMs(day) + days * DAY_MS).slice(0, "YYYY-MM-DD".length);
}

/** Formats a distance: `350 m`, `2.5 km`. */
export function formatDistance(meters: number, language: Language): string {
  if (meters < 1_000) return `${Math.round(meters / 10) * 10} m`;
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${numberFormat(language, digits).format(meters / 1_000)} km`;
}

/** Formats a duration in minutes: `45 min`, `1 h`, `1 h 30 min`. */
export function formatMinutes(minutes: number, { plan }: Words): string {
  return plan.duration(Math.floor(minutes / 60), Math.round(minutes) % 60);
}

/**
 * Rough exchange rates for sample plans, as of 2026. They turn the usual costs of a city into the
 * currency of a traveller's budget, and are good for nothing else.
 * @module
 */

/** How many units of a currency make about one US dollar. */
const UNITS_PER_DOLLAR: Readonly<Record<string, number>> = {
  AED: 3.67,
  ARS: 1_450,
  AUD: 1.5,
  BRL: 5.4,
  CAD: 1.38,
  CHF: 0.8,
  CLP: 940,
  CNY: 7.1,
  COP: 4_000,
  CZK: 21,
  DKK: 6.4,
  EGP: 48,
  EUR: 0.86,
  GBP: 0.75,
  HKD: 7.8,
  HUF: 335,
  IDR: 16_600,
  ILS: 3.3,
  INR: 89,
  JPY: 153,
  KRW: 1_440,
  MAD: 9.2,
  MXN: 18.4,
  MYR: 4.2,
  NOK: 10.1,
  NZD: 1.75,
  PEN: 3.4,
  PHP: 58,
  PLN: 3.65,
  RON: 4.4,
  SAR: 3.75,
  SEK: 9.4,
  SGD: 1.3,
  THB: 32.5,
  TRY: 42,
  TWD: 31,
  USD: 1,
  VND: 26_300,
  ZAR: 17.3,
};

/**
 * Converts an amount, rounded to two digits: a rate that is rough allows no more.
 *
 * @returns `null` if one of the rates is not known
 */
export function convertRoughly(
  amount: number,
  { from, to }: { from: string; to: string },
): number | null {
  if (from === to) return amount;
  const [rateFrom, rateTo] = [UNITS_PER_DOLLAR[from], UNITS_PER_DOLLAR[to]];
  if (rateFrom === undefined || rateTo === undefined) return null;
  return roundToTwoDigits(amount / rateFrom * rateTo);
}

/** Rounds to whole units, and large amounts to two digits: `17`, `1900`. */
function roundToTwoDigits(amount: number): number {
  return Math.round(amount / stepOf(amount)) * stepOf(amount);
}

/** Does the same, but never up. */
export function roundDownToTwoDigits(amount: number): number {
  return Math.floor(amount / stepOf(amount)) * stepOf(amount);
}

function stepOf(amount: number): number {
  return amount < 100 ? 1 : 10 ** (Math.floor(Math.log10(amount)) - 1);
}

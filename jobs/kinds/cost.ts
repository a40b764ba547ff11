/**
 * Costs for one person as models write them, and which of them are plausible.
 * @module
 */
import { z } from "zod";
import isoList from "currency-codes/iso-4217-list-one.xml" with { type: "text" };

/** The cost of a thing to do, for one person. */
export const Cost = z.object({
  amount: z.number(),
  currency: z.string().overwrite((code) => code.trim().toUpperCase())
    .describe("ISO 4217 code, such as EUR"),
});
export type Cost = z.infer<typeof Cost>;

/** The same as it is stored and shown. */
export const ShownCost = z.object({
  amount: Cost.shape.amount.describe("0: it is free"),
  currency: Cost.shape.currency,
}).meta({ id: "Cost", description: "What one person pays" });

/** More than the dearest thing to do costs in dollars, euros and the like. */
const MAX_AMOUNT = 100_000;

/** The same for currencies of which more than 75 units make one dollar. */
const MAX_AMOUNT_OF_SMALL_UNITS = 1_000_000_000;

/** These currencies, as of 2026. The Cuban peso has its market rate. */
const smallUnits = new Set(
  ("ALL AMD AOA ARS BDT BIF BTN CDF CLP COP CRC CUP CVE DJF DZD ETB GNF GYD HTG HUF IDR INR " +
    "IQD IRR ISK JMD JPY KES KGS KHR KMF KPW KRW KZT LAK LBP LKR LRD MGA MMK MNT MWK NGN NPR " +
    "PKR PYG RSD RUB RWF SDG SOS SSP SYP TZS UGX UZS VES VND VUV XAF XOF XPF YER").split(" "),
);

/**
 * Codes of ISO 4217 that stand for no money: "no currency", tests, metals and units of account.
 */
const NO_MONEY = /^X(?!AF|OF|PF|CD|CG)/;

/** In ISO 4217 since 2025, and not yet in the package: the guilder of Curaçao. */
const NEW_CODES = ["XCG"];

let currencies: ReadonlySet<string> | undefined;

/**
 * Returns whether a code is a currency of ISO 4217. The text of the standard's list takes 50 KB,
 * and the code of its package takes 8 MB. `Intl` of Deno lacks the currencies of recent years.
 */
export function isCurrency(code: string): boolean {
  currencies ??= new Set([
    ...NEW_CODES,
    ...[...isoList.matchAll(/<Ccy>([A-Z]{3})<\/Ccy>/g)].map(([, listed]) => listed!),
  ].filter((listed) => !NO_MONEY.test(listed)));
  return currencies.has(code);
}

/** Returns the largest plausible amount in a currency. */
export function maxAmountIn(currency: string): number {
  return smallUnits.has(currency) ? MAX_AMOUNT_OF_SMALL_UNITS : MAX_AMOUNT;
}

/** Returns whether a cost can be the cost of a thing to do. */
export function isPlausible({ amount, currency }: Cost): boolean {
  return amount >= 0 && amount <= maxAmountIn(currency);
}

/** Returns whether a cost may be shown: it is plausible, in a currency that exists. */
export function isSound(cost: Cost): boolean {
  return isPlausible(cost) && isCurrency(cost.currency);
}

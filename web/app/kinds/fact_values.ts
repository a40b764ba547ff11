/**
 * The facts of a trip in forms: as values of fields, and as members of a request. Runs in browsers
 * and on the server.
 * @module
 */
import type { GenerationWish, ItineraryWish } from "../../client/job.ts";
import { listIn, listOf, trimmed, wholeNumber } from "./field.ts";
import type { FormValues } from "./form_view.ts";

/** The names of the fields for the facts that all kinds of trip have. */
export type FactField =
  | "startDate"
  | "adults"
  | "children"
  | "amount"
  | "currency"
  | "per"
  | "pace"
  | "diet"
  | "accessibility"
  | "startPoint"
  | "language";

/** The facts in a request. */
export type WishedFacts = Pick<
  ItineraryWish,
  | "startDate"
  | "travellers"
  | "budget"
  | "pace"
  | "diet"
  | "accessibility"
  | "startPoint"
  | "language"
>;

type Budget = NonNullable<WishedFacts["budget"]>;

/** Returns the facts that a form gives. Values that no field accepts become invalid members. */
export function factsIn(values: FormValues<FactField>): WishedFacts {
  const { startDate, startPoint, language, diet, accessibility } = values;
  // The cast: the fields have checked the values, and the API does it again.
  return given({
    startDate: trimmed(startDate),
    travellers: travellersIn(values),
    budget: budgetIn(values),
    pace: trimmed(values.pace),
    diet: listIn(diet),
    accessibility: listIn(accessibility),
    startPoint: trimmed(startPoint),
    language: trimmed(language),
  }) as WishedFacts;
}

function travellersIn({ adults, children }: FormValues<FactField>) {
  if (trimmed(adults) === "" && trimmed(children) === "") return undefined;
  return {
    adults: wholeNumber(adults) ?? NaN,
    // In JSON, `NaN` becomes `null`, which means no children.
    ...(trimmed(children) !== "" && { children: wholeNumber(children) ?? -1 }),
  };
}

function budgetIn({ amount, currency, per }: FormValues<FactField>): Budget | undefined {
  if (trimmed(amount) === "") return undefined;
  return {
    amount: amountIn(amount) ?? NaN,
    currency: trimmed(currency),
    ...(per && { per: per as NonNullable<Budget["per"]> }),
  };
}

/** Returns the values of the fields for facts. */
export function factValues(
  facts: WishedFacts & Pick<GenerationWish["preferences"], "city">,
): Record<FactField, string> {
  const { travellers, budget } = facts;
  return {
    startDate: facts.startDate ?? "",
    adults: String(travellers?.adults ?? ""),
    children: String(travellers?.children ?? ""),
    amount: budget ? amountText(budget.amount) : "",
    currency: budget?.currency ?? "",
    per: budget?.per ?? "",
    pace: facts.pace ?? "",
    diet: listOf(facts.diet),
    accessibility: listOf(facts.accessibility),
    startPoint: facts.startPoint ?? "",
    language: facts.language ?? "",
  };
}

/** Returns the members with a value. */
export function given<Members extends object>(members: Members): Partial<Members> {
  const entries = Object.entries(members).filter(([, value]) =>
    value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0)
  );
  // The cast: `fromEntries` does not keep the names.
  return Object.fromEntries(entries) as Partial<Members>;
}

/** A separator between three digits each. */
const GROUPS = /(?<=\d)[\s.,'’](?=\d{3}(?:\D|$))/g;

/**
 * Returns the amount in a field, or `null` if it is none. It may have separators of several
 * languages: `1,500.50`, `1.500,50`, `1 500`. Three digits behind a separator are thousands.
 */
export function amountIn(value: string | undefined): number | null {
  const text = trimmed(value);
  const plain = /^0[.,]/.test(text) ? text : text.replaceAll(GROUPS, "");
  return /^\d{1,13}([.,]\d{1,6})?$/.test(plain) ? Number(plain.replace(",", ".")) : null;
}

/** Writes an amount so that {@link amountIn} reads the same amount. */
function amountText(amount: number): string {
  const text = String(amount);
  // Three digits behind a point would be thousands.
  return /\.\d{3}$/.test(text) ? `${text}0` : text;
}

/**
 * The fields for the facts of a trip that several kinds share. Runs in browsers and on the server.
 * @module
 */
import type { HomeWords } from "../../words/words.ts";
import { amountIn, type FactField } from "./fact_values.ts";
import {
  type Check,
  dateError,
  type FieldView,
  listError,
  numberError,
  type Option,
  textError,
  trimmed,
  wholeNumber,
} from "./field.ts";
import { nameOf } from "./trip_facts.ts";

/** The most people of a trip. The API checks the sum, so no single member has this limit. */
const MAX_PEOPLE = 20;

/** Currencies that many travelers have or need (ISO 4217). A link may bring any other one. */
const CURRENCIES = "EUR USD GBP CHF AUD BRL CAD CNY CZK DKK HKD HUF IDR ILS INR ISK JPY KRW MAD " +
  "MXN MYR NOK NZD PLN RON SEK SGD THB TRY TWD VND ZAR";

/** Languages of plans, with their own names. */
const LANGUAGES: Record<string, string> = {
  en: "English",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  it: "Italiano",
  nl: "Nederlands",
  pl: "Polski",
  pt: "Português",
  sv: "Svenska",
  tr: "Türkçe",
  uk: "Українська",
  ar: "العربية",
  hi: "हिन्दी",
  ja: "日本語",
  ko: "한국어",
  zh: "中文",
};

/** Returns options with these names. A name is also the value in the request. */
function optionsOf(...names: string[]): Option[] {
  return names.map((name) => ({ value: name, label: (words) => nameOf(name, words) }));
}

const detail = { isDetail: true } as const;
const half = { isDetail: true, width: "half" } as const;

/** A date. Its limits come with the page, because they depend on the day. */
const dateField = { ...half, input: "date", errorOf: dateError } as const;

/** Returns the field for the last day. The kinds check it differently. */
export function endDateField(errorOf: FieldView["errorOf"]): FieldView {
  return { ...dateField, label: ({ form }) => form.endDate.label, errorOf };
}

/** Returns the field for interests, with the usual ones of a kind as options. */
export function interestsField(...names: string[]): FieldView {
  return {
    ...detail,
    label: ({ form }) => form.interests.label,
    hint: ({ form }) => form.interests.other,
    example: ({ form }) => form.interests.example,
    input: "list",
    options: optionsOf(...names),
    errorOf: listError,
  };
}

/** The language of the page is that of the plan, unless the traveler chooses another one. */
const language: FieldView = {
  ...detail,
  label: ({ form }) => form.language.label,
  input: "select",
  options: Object.entries(LANGUAGES).map(([value, label]) => ({ value, label })),
  initial: ({ language }) => language,
  errorOf: (value, { words }) =>
    /^([A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4})?$/.test(trimmed(value)) ? null : words.form.invalid,
};

export const factFields: Readonly<Record<FactField, FieldView>> = {
  startDate: { ...dateField, label: ({ form }) => form.startDate.label },
  adults: {
    ...half,
    label: ({ form }) => form.adults.label,
    example: "2",
    input: "number",
    errorOf: adultsError,
  },
  children: {
    ...half,
    label: ({ form }) => form.children.label,
    example: "0",
    input: "number",
    errorOf: (value, check) => trimmed(value) === "" ? null : numberError(value, check),
  },
  amount: {
    ...half,
    label: ({ form }) => form.amount.label,
    hint: ({ form }) => form.amount.hint,
    example: ({ form }) => form.amount.example,
    input: "amount",
    errorOf: amountError,
  },
  currency: {
    ...half,
    label: ({ form }) => form.currency.label,
    input: "select",
    options: CURRENCIES.split(" ").map((value) => ({ value, label: value })),
    initial: ({ form }) => form.initialCurrency,
    errorOf: (value, { values, words }) =>
      trimmed(values.amount) === "" || /^[A-Za-z]{3}$/.test(trimmed(value))
        ? null
        : words.form.invalid,
  },
  per: {
    ...detail,
    label: ({ form }) => form.per.label,
    input: "choice",
    options: [
      { value: "all", label: ({ form }) => form.per.all },
      { value: "person", label: ({ form }) => form.per.person },
    ],
    initial: "all",
    errorOf: (value, { values, words }) =>
      trimmed(values.amount) === "" || ["", "all", "person"].includes(value ?? "")
        ? null
        : words.form.invalid,
  },
  pace: {
    ...detail,
    label: ({ form }) => form.pace.label,
    input: "choice",
    options: (["", "relaxed", "balanced", "packed"] as const).map((value) => ({
      value,
      label: ({ form }: HomeWords) => form.pace[value === "" ? "any" : value],
    })),
    errorOf: (value, { words }) =>
      ["", "relaxed", "balanced", "packed"].includes(trimmed(value)) ? null : words.form.invalid,
  },
  diet: {
    ...detail,
    label: ({ form }) => form.diet.label,
    hint: ({ form }) => form.diet.other,
    example: ({ form }) => form.diet.example,
    input: "list",
    options: optionsOf("vegetarian", "vegan", "halal", "kosher", "gluten-free", "lactose-free"),
    errorOf: listError,
  },
  accessibility: {
    ...detail,
    label: ({ form }) => form.accessibility.label,
    hint: ({ form }) => form.accessibility.other,
    example: ({ form }) => form.accessibility.example,
    input: "list",
    options: optionsOf("wheelchair", "step-free", "short walks", "stroller"),
    errorOf: listError,
  },
  startPoint: {
    ...detail,
    label: ({ form }) => form.startPoint.label,
    hint: ({ form }) => form.startPoint.hint,
    example: ({ form }) => form.startPoint.example,
    input: "line",
    errorOf: textError,
  },
  language,
};

/** Returns the error of the number of adults, who must be there if anybody is counted. */
function adultsError(value: string | undefined, check: Check): string | null {
  const { values, words } = check;
  if (trimmed(value) === "") return trimmed(values.children) === "" ? null : words.form.noAdults;
  const error = numberError(value, check);
  if (error !== null) return error;
  const children = wholeNumber(values.children) ?? 0;
  // Too many children alone are the error of their field.
  const isTooMany = children <= MAX_PEOPLE && wholeNumber(value)! + children > MAX_PEOPLE;
  return isTooMany ? words.form.tooManyPeople(MAX_PEOPLE) : null;
}

function amountError(value: string | undefined, { limits, words }: Check): string | null {
  if (trimmed(value) === "") return null;
  const amount = amountIn(value);
  const isFine = amount !== null && amount > 0 && amount <= (limits.maximum ?? Infinity);
  return isFine ? null : words.form.noAmount;
}

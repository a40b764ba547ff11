/**
 * The fields of forms, and the checks of their values. Runs in browsers and on the server.
 * @module
 */

import {
  countCharacters,
  countCodePoints,
  hasVisibleCharacter,
  maxCodePoints,
  withoutDirectionControls,
} from "../../../lib/characters.ts";
import { DAY_MS } from "../../../lib/clock.ts";
import type { HomeWords } from "../../words/words.ts";
import type { FormValues } from "./form_view.ts";

/** The limits of a field in the API. Lengths count characters as a reader sees them. */
export interface Limits {
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  /** The first and the last date that a date may be, such as `2027-05-01`. */
  earliest?: string;
  latest?: string;
}

/** A text for travelers: in the language of the page, or the same in each language. */
export type Text = string | ((words: HomeWords) => string);

/** Returns a text in the language of the page. */
export function said(text: Text, words: HomeWords): string {
  return typeof text === "string" ? text : text(words);
}

/** What a traveler can choose in a field. */
export interface Option {
  /** What the form sends. */
  readonly value: string;
  readonly label: Text;
}

/** A field of a form. */
export interface FieldView {
  readonly label: Text;
  /** A sentence below the field; unset: none. */
  readonly hint?: Text;
  /** Shown in the empty field; unset: nothing. */
  readonly example?: Text;
  /**
   * - `line`, `area`: a line of text, or several of them
   * - `number`: a whole number
   * - `amount`: a number that may have a fraction
   * - `date`
   * - `select`: one of the options, in a list that opens
   * - `choice`: one of the options, which are all visible
   * - `list`: any number of the options, and a line for others; commas separate the entries of its value
   */
  readonly input: "line" | "area" | "number" | "amount" | "date" | "select" | "choice" | "list";
  /** For `select`, `choice` and `list`. A value that is none of them stays as it is. */
  readonly options?: readonly Option[];
  /** Whether the field must be filled in. */
  readonly required?: boolean;
  /** The value in a new form; unset: none. */
  readonly initial?: Text;
  /** Whether the field is one step away, among the details. */
  readonly isDetail?: boolean;
  /** How much of a line the field takes. Unset: all of it. */
  readonly width?: "third" | "half" | "most";
  /** Returns a sentence for the traveler about an invalid value, or `null` for a valid one. */
  errorOf(value: string | undefined, check: Check): string | null;
}

/** What a field is checked with. */
export interface Check {
  limits: Limits;
  words: HomeWords;
  /** The values of all fields of the form. */
  values: FormValues;
}

/** What stands for the value of a field that a browser cannot read, such as half a date. */
export const UNREADABLE = "?";

/** Commas of several scripts, and line breaks. */
const SEPARATORS = /[,،、，\n]/;

/** Returns the error of a text, or `null`. */
export function textError(value: string | undefined, { limits, words }: Check): string | null {
  const { minLength = 0, maxLength = Infinity } = limits;
  const text = trimmed(value);
  const count = countCharacters(text, maxLength);
  if (count > maxLength) return words.form.tooLong(maxLength, count);
  if (countCodePoints(text) > maxCodePoints(maxLength)) return words.form.tooComplex;
  return minLength > 0 && text === "" ? words.form.missing : null;
}

/** Returns the error of a whole number that must be given, or `null`. */
export function numberError(value: string | undefined, { limits, words }: Check): string | null {
  const { minimum, maximum } = limits;
  const number = wholeNumber(value);
  const isFine = number !== null && number >= (minimum ?? number) && number <= (maximum ?? number);
  return isFine ? null : words.form.notWhole(minimum, maximum);
}

/** Returns the error of a list or of its first invalid entry, or `null`. */
export function listError(value: string | undefined, check: Check): string | null {
  const { limits: { maxItems = Infinity }, words } = check;
  const entries = listIn(value);
  if (entries.length > maxItems) return words.form.tooMany(maxItems, entries.length);
  const errors = entries.map((entry) => textError(entry, check));
  const error = errors.find((error) => error !== null);
  return error === undefined ? null : words.form.inList(error!);
}

/** Returns the error of a date, or `null` for a valid one and for none. */
export function dateError(value: string | undefined, { limits, words }: Check): string | null {
  const date = trimmed(value);
  if (date === "") return null;
  if (dayNumber(date) === null) return words.form.noDate;
  const { earliest, latest } = limits;
  if (earliest !== undefined && date < earliest) return words.form.tooEarly;
  return latest !== undefined && date > latest ? words.form.tooLate : null;
}

/** Returns the entries between commas that a reader can see. */
export function listIn(value = ""): string[] {
  return value.split(SEPARATORS).map(trimmed).filter((entry) => entry !== "");
}

/** Returns the value of a list field for its entries. */
export function listOf(entries: readonly string[] | null | undefined): string {
  return (entries ?? []).join(", ");
}

/** Returns the number in a field, or `null` if it is not written in digits, such as `1e1`. */
export function wholeNumber(value: string | undefined): number | null {
  const text = trimmed(value);
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** Returns the days from 1970 to a date such as `2027-05-01`, or `null` if there is no such day. */
export function dayNumber(date: string): number | null {
  const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00Z`) : NaN;
  return Number.isNaN(ms) || dateOfDay(ms / DAY_MS) !== date ? null : ms / DAY_MS;
}

/** Returns the date so many days after 1970. */
export function dateOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, "YYYY-MM-DD".length);
}

/** Trims a text as the API does. A text without visible characters counts as empty. */
export function trimmed(text = ""): string {
  return hasVisibleCharacter(text) ? withoutDirectionControls(text).trim() : "";
}

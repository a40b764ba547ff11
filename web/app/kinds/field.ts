/**
 * The fields of forms, and the checks of their values. Runs in browsers and on the server.
 * @module
 */

import {
  countCharacters,
  countCodePoints,
  hasVisibleCharacter,
  maxCodePoints,
} from "../../../lib/characters.ts";

/** The limits of a field in the API. Lengths count characters as a reader sees them. */
export interface Limits {
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
}

/** A field of a form. */
export interface FieldView {
  readonly label: string;
  readonly hint: string;
  readonly example: string;
  /** One line of text, an area of several lines, or a whole number. */
  readonly input: "line" | "area" | "number";
  /** Whether the field must be filled in. */
  readonly required?: boolean;
  /** Returns a sentence for the traveler about an invalid value, or `null` for a valid one. */
  errorOf(value: string | undefined, limits: Limits): string | null;
}

/** Commas of several scripts, and line breaks. */
const SEPARATORS = /[,،、，\n]/;

/** Returns the error of a text, or `null`. */
export function textError(value: string | undefined, limits: Limits): string | null {
  const { minLength = 0, maxLength = Infinity } = limits;
  const text = trimmed(value);
  const count = countCharacters(text, maxLength);
  if (count > maxLength) return `Use at most ${maxLength} characters. You have ${count}.`;
  if (countCodePoints(text) > maxCodePoints(maxLength)) {
    return "This text has too many accents or joined emoji. Use simpler characters.";
  }
  const isMissing = minLength > 0 && !hasVisibleCharacter(text);
  return isMissing ? "Please fill this in." : null;
}

/** Returns the error of a whole number, or `null`. */
export function numberError(value: string | undefined, limits: Limits): string | null {
  const { minimum, maximum } = limits;
  const number = wholeNumber(value);
  const isFine = number !== null && number >= (minimum ?? number) && number <= (maximum ?? number);
  return isFine ? null : `Enter a whole number, ${minimum} to ${maximum}.`;
}

/** Returns the error of a list or of its first invalid entry, or `null`. */
export function listError(value: string | undefined, limits: Limits): string | null {
  const { maxItems = Infinity } = limits;
  const entries = listIn(value);
  if (entries.length > maxItems) {
    return `Enter at most ${maxItems} items. You have ${entries.length}.`;
  }
  const tooLong = entries.find((entry) => textError(entry, limits) !== null);
  return tooLong === undefined ? null : `One item is too long. ${textError(tooLong, limits)}`;
}

/** Returns the entries between commas. */
export function listIn(value = ""): string[] {
  return value.split(SEPARATORS).map(trimmed).filter((entry) => entry !== "");
}

/** Returns the number in a field, or `null` if it is not written in digits, such as `1e1`. */
export function wholeNumber(value: string | undefined): number | null {
  const text = trimmed(value);
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** Trims a text as the API does. */
export function trimmed(text = ""): string {
  return text.trim();
}

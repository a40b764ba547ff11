/**
 * Fields of forms: what they hold, and what is wrong with it. Runs in browsers and on the server.
 * @module
 */

/** What the API accepts in a field; characters are Unicode code points. */
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
  /** Whether the form may not be sent without it. */
  readonly required?: boolean;
  /** What is wrong with what was typed, one sentence for people; `null`: nothing. */
  errorOf(value: string | undefined, limits: Limits): string | null;
}

/** Commas as several scripts write them, and line breaks. */
const SEPARATORS = /[,،、，\n]/;

/** What is wrong with a text. */
export function textError(value: string | undefined, limits: Limits): string | null {
  const { minLength = 0, maxLength = Infinity } = limits;
  const count = [...trimmed(value)].length;
  if (count > maxLength) return `At most ${maxLength} characters; these are ${count}.`;
  return count < minLength ? "Please fill this in." : null;
}

/** What is wrong with a whole number. */
export function numberError(value: string | undefined, limits: Limits): string | null {
  const { minimum, maximum } = limits;
  const number = wholeNumber(value);
  const isFine = number !== null && number >= (minimum ?? number) && number <= (maximum ?? number);
  return isFine ? null : `A whole number from ${minimum} to ${maximum}.`;
}

/** What is wrong with a list, or with one of its entries. */
export function listError(value: string | undefined, limits: Limits): string | null {
  const { maxItems = Infinity } = limits;
  const entries = listIn(value);
  if (entries.length > maxItems) return `At most ${maxItems}; these are ${entries.length}.`;
  const tooLong = entries.find((entry) => textError(entry, limits) !== null);
  return tooLong === undefined ? null : `Each: ${textError(tooLong, limits)}`;
}

/** What stands between commas. */
export function listIn(value = ""): string[] {
  return value.split(SEPARATORS).map(trimmed).filter((entry) => entry !== "");
}

/** What a number field holds, if it is digits: `1e1` is no number of days. */
export function wholeNumber(value: string | undefined): number | null {
  const text = trimmed(value);
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** As the API trims. Half a surrogate pair counts as the one character that replaces it. */
export function trimmed(text = ""): string {
  return text.trim();
}

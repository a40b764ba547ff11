/**
 * The formatters of numbers and dates that a page uses again and again. To create one takes longer
 * than to render the row that shows its text, and a long plan has hundreds of rows.
 * @module
 */
import type { Language } from "../../words/language.ts";

/** A request can name any currency, and the server keeps the formatters of all requests. */
const MAX_FORMATTERS = 100;

/** Returns a function that keeps what another one has created. */
function kept<Options, Format>(
  create: (language: Language, options: Options) => Format,
): (language: Language, options: Options) => Format {
  const known = new Map<string, Format>();
  return (language, options) => {
    const key = language + JSON.stringify(options);
    const format = known.get(key) ?? create(language, options);
    if (known.size >= MAX_FORMATTERS) known.clear();
    known.set(key, format);
    return format;
  };
}

/**
 * Returns a formatter of numbers.
 *
 * @throws {RangeError} for a currency that is not three letters
 */
export const numberFormat = kept((language, options: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat(language, options)
);

/** Returns a formatter of dates. */
export const dateFormat = kept((language, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(language, options)
);

/**
 * Codes and names of countries and regions: `UK`, `USA`, `Czech Republic`, the `ME` of Maine.
 * @module
 */

/** Tables of ISO 3166. */
export interface PlaceCodes {
  /** Returns the ISO 3166-1 alpha-2 code of a country, by an English name or a code of it. */
  countryOf(words: string): string | null;
  /** Returns the name of a country's region by its ISO 3166-2 code without the country. */
  regionOf(countryCode: string, code: string): string | null;
}

/** Loads the tables. They take megabytes of memory, and few searches need them. */
export async function loadPlaceCodes(): Promise<PlaceCodes> {
  const [{ default: countries }, { default: english }, { iso31662 }] = await Promise.all([
    // The package's main file would load all its languages.
    import("i18n-iso-countries/index.js"),
    import("i18n-iso-countries/langs/en.json", { with: { type: "json" } }),
    import("iso-3166"),
  ]);
  countries.registerLocale(english);
  return {
    countryOf(words) {
      const code = codeIn(words);
      if (countries.isValid(code)) return countries.toAlpha2(code) ?? null;
      return countries.getSimpleAlpha2Code(words, "en") ??
        countries.getSimpleAlpha2Code(code, "en") ?? null;
    },
    regionOf(countryCode, code) {
      const full = `${countryCode}-${codeIn(code)}`;
      return iso31662.find((region) => region.code === full)?.name ?? null;
    },
  };
}

/** Returns the code that the words may be, without dots: `US` of `u.s.` */
function codeIn(words: string): string {
  return words.replace(/[^\p{L}\p{N}]/gu, "").toUpperCase();
}

/**
 * The language of a page: the choice of the traveller, else the first language of the browser that
 * the app speaks, else English.
 * @module
 */
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { getCookie, setCookie } from "hono/cookie";
import { catalogues } from "../../web/words/catalogues.ts";
import { isLanguage, type Language, LANGUAGE_COOKIE, languages } from "../../web/words/language.ts";
import type { ServerWords } from "../../web/words/words.ts";

/** The member of a query that chooses a language. */
const QUERY = "lang";

/** Browsers keep no cookie for longer (RFC 6265bis, section 5.5). */
const MAX_AGE_SECONDS = 400 * 86_400;

/** Returns the language of the page for a request. */
export function languageOf(c: Context): Language {
  const chosen = getCookie(c, LANGUAGE_COOKIE);
  if (isLanguage(chosen)) return chosen;
  return accepts(c, {
    header: "Accept-Language",
    supports: [...languages],
    default: languages[0],
    match: firstSpoken,
  }) as Language;
}

/** Returns the words of the page for a request. */
export function wordsOf(c: Context): ServerWords {
  return catalogues[languageOf(c)];
}

/**
 * Returns the link that shows the page of a request in another language.
 *
 * @param path the page that the link opens; unset: the page of the request
 */
export function languageLink(c: Context, language: Language, path?: string): string {
  // A form may have sent this page, so its address is not a page that a link can open.
  if (path !== undefined || c.req.method !== "GET") return `${path ?? "/"}?${QUERY}=${language}`;
  const query = queryOf(c);
  query.set(QUERY, language);
  return `?${query}`;
}

/**
 * Keeps the language that a link chooses (`?lang=de`) in a cookie, and redirects to the page
 * without that member. A shared link then shows each reader the language of that reader.
 *
 * @returns `null` if the request chooses no language
 */
export function keepLanguage(c: Context): Response | null {
  const query = queryOf(c);
  const chosen = query.get(QUERY);
  if (c.req.method !== "GET" || !isLanguage(chosen)) return null;
  setCookie(c, LANGUAGE_COOKIE, chosen, {
    path: "/",
    maxAge: MAX_AGE_SECONDS,
    sameSite: "Lax",
  });
  query.delete(QUERY);
  return c.redirect(query.size === 0 ? pathOf(c) : `${pathOf(c)}?${query}`, 303);
}

function queryOf(c: Context): URLSearchParams {
  return new URL(c.req.url).searchParams;
}

/** Returns the path of a request. Two slashes at its start would name another host. */
function pathOf(c: Context): string {
  return new URL(c.req.url).pathname.replace(/^[/\\]+/, "/");
}

/** Regions do not matter: `de-AT` is German. */
function firstSpoken(
  accepted: { type: string; q: number }[],
  { supports, default: otherwise }: { supports: string[]; default: string },
): string {
  const wanted = accepted.filter(({ q }) => q > 0).toSorted((a, b) => b.q - a.q)
    .map(({ type }) => type.toLowerCase().split("-")[0]!);
  return wanted.find((language) => supports.includes(language)) ?? otherwise;
}

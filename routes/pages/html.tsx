/**
 * HTML pages, rendered on the server.
 * @module
 */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { setHeaders } from "../http/answer.ts";
import { type Problem, problemTypes } from "../http/problem.ts";
import { pauseInWords } from "../../web/app/duration.ts";
import { pageTitle } from "../../web/app/focus.ts";
import { Page, PAGE_ID, type PageState, STATE_ID } from "../../web/app/page.tsx";
import { catalogues } from "../../web/words/catalogues.ts";
import { type Language, languages } from "../../web/words/language.ts";
import { type Words, WordsProvider } from "../../web/words/words.ts";
import { assetUrl } from "./assets.ts";
import { languageLink, wordsOf } from "./language.ts";
import { pageTextOf } from "./page_problem.ts";

/** A page may load files of this service only, and nothing inline. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

export interface PageContent {
  title: string;
  /** The subject of the page in one sentence, for search engines and shared links. */
  description?: string;
  /** Further elements of the head. */
  head?: ComponentChildren;
  /** The content between the header and the footer. */
  main: ComponentChildren;
  status?: ContentfulStatusCode;
  /** The language of the content; unset: English. */
  language?: Language;
}

/** Answers with a page in the common layout. */
export async function sendPage(c: Context, page: PageContent): Promise<Response> {
  const style = await assetUrl("style.css");
  const words = wordsOf(c);
  // A form may have sent this page, so its address is not a page that a link can open.
  const path = c.req.method === "GET" && page.status !== 404 ? c.req.path : "/";
  return sendDocument(c, {
    language: words.language,
    ...page,
    head: (
      <>
        <link rel="stylesheet" href={style} />
        {page.head}
      </>
    ),
    main: (
      <>
        <a class="skip" href="#main">{words.site.skip}</a>
        <header class="site">
          <a class="brand" href="/">Tripwright</a>
          <nav aria-label={words.site.navigation}>
            <a class="needs-script" href="/#recent">{words.site.yourTrips}</a>
          </nav>
        </header>
        {page.main}
        <Footer words={words} path={path} />
      </>
    ),
  });
}

/** @param props.path the page that the links to other languages open */
function Footer({ words, path }: { words: Words; path: string }) {
  const { site } = words;
  return (
    <footer class="site">
      <p>{site.caution}</p>
      <p>
        {site.forDevelopers} <a href="/docs">{site.api}</a> ·{" "}
        <a href="/problems">{site.errorCodes}</a>
      </p>
      <p>
        <span class="unseen">{site.language}:</span> {languages.map((language) => (
          <a
            key={language}
            href={languageLink(path, language)}
            lang={language}
            hreflang={language}
            aria-current={language === words.language ? "true" : undefined}
          >
            {catalogues[language].languageName}
          </a>
        ))}
      </p>
    </footer>
  );
}

export interface AppContent extends Omit<PageContent, "head" | "main"> {
  state: PageState;
  /** After how many seconds a browser without scripts reloads the page. */
  refreshSeconds?: number | null;
  /** The page is only for people with the link, so search engines must not list it. */
  isPrivate?: boolean;
}

/** Answers with a page that updates itself if the browser runs scripts. */
export async function sendApp(
  c: Context,
  { state, refreshSeconds, isPrivate, ...page }: AppContent,
): Promise<Response> {
  const words = wordsOf(c);
  const script = await assetUrl(`app_${words.language}.js`);
  // In HTML, `<` would start a tag.
  const json = JSON.stringify(state).replaceAll("<", "\\u003c");
  return await sendPage(c, {
    ...page,
    head: (
      <>
        {isPrivate && <meta name="robots" content="noindex" />}
        <script type="module" src={script} />
        {refreshSeconds && (
          <noscript>
            <meta http-equiv="refresh" content={String(refreshSeconds)} />
          </noscript>
        )}
      </>
    ),
    main: (
      <>
        <div id={PAGE_ID}>
          <WordsProvider value={words}>
            <Page state={state} />
          </WordsProvider>
        </div>
        <script type="application/json" id={STATE_ID} dangerouslySetInnerHTML={{ __html: json }} />
      </>
    ),
  });
}

/** When an error page reloads, if the problem has no `Retry-After`. */
const RELOAD_SECONDS = 30;

/**
 * Answers with a problem as a page. For a temporary problem, the page reloads by itself, except
 * after a form: that would send the form again.
 *
 * @param nextAction the link that leads on from the page
 */
export function sendProblemPage(
  c: Context,
  problem: Problem,
  nextAction = { href: "/", text: "Go to the start page" },
) {
  const { code, headers = {} } = problem;
  const { status } = problemTypes[code];
  const { title, text } = pageTextOf(problem);
  setHeaders(c, { "cache-control": "no-store", ...headers });
  const isTemporary = status === 429 || status >= 500;
  const reloads = isTemporary && c.req.method !== "POST";
  const seconds = Number(headers["retry-after"] ?? RELOAD_SECONDS);
  return sendPage(c, {
    title,
    status,
    head: reloads && <meta http-equiv="refresh" content={String(seconds)} />,
    main: (
      <main id="main" class="text">
        <p class="quiet">{status}</p>
        <h1>{title}</h1>
        <p>{text}</p>
        {isTemporary && (
          <p>
            {reloads
              ? `This page tries again by itself in ${pauseInWords(seconds)}.`
              : `Please go back, and try again in ${pauseInWords(seconds)}.`}
          </p>
        )}
        <p class="actions">
          {reloads && <a class="button main" href="">Try again now</a>}
          <a class={reloads ? "button" : "button main"} href={nextAction.href}>
            {nextAction.text}
          </a>
        </p>
      </main>
    ),
  });
}

/** Answers with a page without the common layout. */
export function sendDocument(
  c: Context,
  { title, description, head, main, status = 200, language = "en" }: PageContent,
): Response {
  setHeaders(c, { "content-security-policy": PAGE_POLICY });
  const page = (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{pageTitle(title)}</title>
        {description && <meta name="description" content={description} />}
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        {head}
      </head>
      <body>{main}</body>
    </html>
  );
  return c.html(`<!DOCTYPE html>\n${renderToString(page)}\n`, status);
}

/**
 * HTML pages, rendered on the server.
 * @module
 */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { addToHeader, setHeaders } from "../http/answer.ts";
import { type Problem, problemTypes } from "../http/problem.ts";
import { pauseInWords } from "../../web/app/duration.ts";
import { Page, PAGE_ID, type PageState, STATE_ID } from "../../web/app/page.tsx";
import { homePages } from "../../web/app/home_pages.ts";
import { COPIES_META } from "../../web/app/kept/choice.ts";
import { tripPages } from "../../web/app/trip_pages.ts";
import { catalogues } from "../../web/words/catalogues.ts";
import { type Language, languages } from "../../web/words/language.ts";
import { type ServerWords, WordsProvider } from "../../web/words/words.ts";
import { assetUrl, scriptUrl } from "./assets.ts";
import { COLORS } from "./colors.ts";
import { keepLanguage, languageLink, wordsOf } from "./language.ts";
import { manifestUrl } from "./manifest.ts";
import { pageTextOf } from "./page_problem.ts";
import { tileHead, tileOrigins } from "./tile_offer.tsx";

/**
 * Returns the policy of a page. It may load files of this service only, and nothing inline, but for
 * the archive of a detailed map.
 */
export function policyOf(c: Context): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...tileOrigins(c)].join(" "),
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

export interface PageContent {
  title: string;
  /** The subject of the page in one sentence, for search engines and shared links. */
  description?: string;
  /** Further elements of the head. */
  head?: ComponentChildren;
  /** The content between the header and the footer. */
  main: ComponentChildren;
  status?: ContentfulStatusCode;
  /** The page that the links to other languages open; unset: the page itself. */
  path?: string;
  /** The only language of the page; unset: that of the reader. */
  language?: Language;
}

/**
 * Answers with a page in the common layout: in the language of the page, else in that of the reader. A
 * link that chooses a language is answered with a redirect to the page.
 */
export async function sendPage(c: Context, page: PageContent): Promise<Response> {
  const redirect = page.language === undefined ? keepLanguage(c) : null;
  if (redirect) return redirect;
  const style = await assetUrl("style.css");
  const words = page.language === undefined ? wordsOf(c) : catalogues[page.language];
  if (page.language === undefined) {
    setHeaders(c, { "content-language": words.language });
    addToHeader(c, "vary", "accept-language");
    addToHeader(c, "vary", "cookie");
  }
  return sendDocument(c, {
    ...page,
    language: words.language,
    head: (
      <>
        <link rel="stylesheet" href={style} />
        <link rel="manifest" href={manifestUrl(words.language)} />
        <link rel="apple-touch-icon" href="/icon_apple.png" />
        <meta name="theme-color" content={COLORS.light} media="(prefers-color-scheme: light)" />
        <meta name="theme-color" content={COLORS.dark} media="(prefers-color-scheme: dark)" />
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
        <Footer words={words}>
          {page.language === undefined && <LanguageLinks c={c} words={words} path={page.path} />}
        </Footer>
      </>
    ),
  });
}

/** @param props.children the links to other languages; empty for a page in one language */
function Footer(
  { words: { site }, children }: { words: ServerWords; children: ComponentChildren },
) {
  return (
    <footer class="site">
      <p>{site.caution}</p>
      <p class="links">
        {site.forDevelopers} <a href="/docs">{site.api}</a>{" "}
        <a href="/problems">{site.errorCodes}</a>
      </p>
      {children}
    </footer>
  );
}

/** Links to the same page in other languages, each in the words of that language. */
function LanguageLinks(
  { c, words, path }: { c: Context; words: ServerWords; path: string | undefined },
) {
  return (
    <p class="links">
      <span class="unseen">{words.site.language}:</span> {languages.map((language) => (
        <a
          key={language}
          href={languageLink(c, language, path)}
          lang={language}
          hreflang={language}
          aria-current={language === words.language ? "true" : undefined}
        >
          {catalogues[language].languageName}
        </a>
      ))}
    </p>
  );
}

export interface AppContent extends Omit<PageContent, "main"> {
  state: PageState;
  /** After how many seconds a browser without scripts reloads the page. */
  refreshSeconds?: number | null;
  /** The page is only for people with the link, so search engines must not list it. */
  isPrivate?: boolean;
}

/** All pages: the server renders any of them. */
const pages = { ...homePages, ...tripPages };

/** Answers with a page that updates itself if the browser runs scripts. */
export async function sendApp(
  c: Context,
  { state, refreshSeconds, isPrivate, head, ...page }: AppContent,
): Promise<Response> {
  const words = wordsOf(c);
  const script = await scriptUrl(state.page, words.language);
  // In HTML, `<` would start a tag.
  const json = JSON.stringify(state).replaceAll("<", "\\u003c");
  const tiles = await tileHead(c);
  return await sendPage(c, {
    ...page,
    head: (
      <>
        {isPrivate && <meta name="robots" content="noindex" />}
        {head}
        {c.get("offlineCopies") === false && <meta name={COPIES_META} content="off" />}
        <script type="module" src={script} />
        {tiles}
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
            <Page state={state} pages={pages} />
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
  nextAction: NextAction = { href: "/", name: "toStart" },
): Promise<Response> {
  const { code, headers = {} } = problem;
  const { status } = problemTypes[code];
  const words = wordsOf(c);
  const { title, text } = pageTextOf(problem, words);
  const { problems } = words;
  setHeaders(c, { "cache-control": "no-store", ...headers });
  const isTemporary = status === 429 || status >= 500;
  const reloads = isTemporary && c.req.method !== "POST";
  const seconds = Number(headers["retry-after"] ?? RELOAD_SECONDS);
  const pause = pauseInWords(seconds, words);
  return sendPage(c, {
    title,
    status,
    head: reloads && <meta http-equiv="refresh" content={String(seconds)} />,
    main: (
      <main id="main" class="text">
        <p class="quiet">{status}</p>
        <h1>{title}</h1>
        <p>{text}</p>
        {isTemporary && <p>{reloads ? problems.reloads(pause) : problems.goBack(pause)}</p>}
        <p class="actions">
          {reloads && <a class="button main" href="">{problems.tryNow}</a>}
          <a class={reloads ? "button" : "button main"} href={nextAction.href}>
            {problems[nextAction.name]}
          </a>
        </p>
      </main>
    ),
  });
}

/** A link that leads on from a page with a problem. */
interface NextAction {
  href: string;
  name: "toStart" | "toTrip";
}

/** Answers with a page without the common layout. */
export function sendDocument(
  c: Context,
  { title, description, head, main, status = 200, language = "en" }: PageContent,
): Response {
  setHeaders(c, { "content-security-policy": policyOf(c) });
  const page = (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{catalogues[language].site.pageTitle(title)}</title>
        {description && <meta name="description" content={description} />}
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        {head}
      </head>
      <body>{main}</body>
    </html>
  );
  return c.html(`<!DOCTYPE html>\n${renderToString(page)}\n`, status);
}

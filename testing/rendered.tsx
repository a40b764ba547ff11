/**
 * Components as the server renders them.
 * @module
 */
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { catalogues } from "../web/words/catalogues.ts";
import type { Language } from "../web/words/language.ts";
import { WordsProvider } from "../web/words/words.ts";

/** Renders components in a language. */
export function rendered(children: ComponentChildren, language: Language = "en"): string {
  return renderToString(
    <WordsProvider value={catalogues[language]}>{children}</WordsProvider>,
  );
}

/** Returns the text of HTML, without its tags. */
export function textOf(html: string): string {
  return html.replaceAll(/<[^>]*>/g, " ").replaceAll("&lt;", "<").replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&").replaceAll(/\s+/g, " ").trim();
}

/**
 * Starts the app in the browser: hydrates the page that the server rendered.
 * @module
 */
import { hydrate } from "preact";
import { type Words, WordsProvider } from "../words/words.ts";
import { followChoice } from "./kept/shell_worker.ts";
import { Page, PAGE_ID, type Pages, STATE_ID } from "./page.tsx";

/**
 * Hydrates the page with the words of its language.
 *
 * @param pages the pages that the script has
 */
export function start(words: Words, pages: Partial<Pages>): void {
  const page = document.getElementById(PAGE_ID);
  const state = document.getElementById(STATE_ID)?.textContent;
  if (!page || !state) return;
  hydrate(
    <WordsProvider value={words}>
      <Page state={JSON.parse(state)} pages={pages} />
    </WordsProvider>,
    page,
  );
  followChoice();
}

/**
 * Starts the app in the browser: hydrates the page that the server rendered.
 * @module
 */
import { hydrate } from "preact";
import { type Words, WordsProvider } from "../words/words.ts";
import { followChoice } from "./kept/shell_worker.ts";
import { Page, PAGE_ID, STATE_ID } from "./page.tsx";

/** Hydrates the page with the words of its language. */
export function start(words: Words): void {
  const page = document.getElementById(PAGE_ID);
  const state = document.getElementById(STATE_ID)?.textContent;
  if (!page || !state) return;
  hydrate(
    <WordsProvider value={words}>
      <Page state={JSON.parse(state)} />
    </WordsProvider>,
    page,
  );
  followChoice();
}

/**
 * The pages of the app. The server renders them first, and the browser hydrates them. Each script
 * has only some of the pages, so that no page loads the code of the others.
 * @module
 */
import type { ComponentType } from "preact";
import { useErrorBoundary } from "preact/hooks";
import { useWords } from "../words/words.ts";
import type { CopyState } from "./copy_page.tsx";
import type { GoneState } from "./trip/gone.tsx";
import type { HomeState } from "./home/home.tsx";
import type { LockedState } from "./locked.tsx";
import type { TripState } from "./trip/trip.tsx";

/** The state of a page. It is JSON, because the server sends it with the HTML. */
export type PageState = HomeState | TripState | GoneState | LockedState | CopyState;

type PageName = PageState["page"];

/** The components of pages, by the names of the pages. */
export type Pages<Name extends PageName = PageName> = {
  readonly [Each in Name]: ComponentType<{ state: Extract<PageState, { page: Each }> }>;
};

/** The ids of the elements that contain the page and its state. */
export const PAGE_ID = "page";
export const STATE_ID = "state";

/** @param props.pages the pages of the script, or all pages */
export function Page({ state, pages }: { state: PageState; pages: Partial<Pages> }) {
  const [fault] = useErrorBoundary((error) => console.error(error));
  // The cast: the compiler does not see that a state and its component go together.
  const Content = pages[state.page] as ComponentType<{ state: PageState }> | undefined;
  return fault || !Content ? <Broken /> : <Content state={state} />;
}

/** Replaces a page whose code throws. A stopped page would look like endless progress. */
function Broken() {
  const { title, text, reload } = useWords().broken;
  return (
    <main id="main" class="text">
      <h1>{title}</h1>
      <p role="alert">{text}</p>
      <p>
        <a class="button main" href="">{reload}</a>
      </p>
    </main>
  );
}

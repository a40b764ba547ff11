/**
 * The pages of the app: the same on the server, which writes them first, and in the browser, which
 * goes on with them.
 * @module
 */
import { useErrorBoundary } from "preact/hooks";
import { GonePage, type GoneState } from "./gone.tsx";
import { HomePage, type HomeState } from "./home.tsx";
import { LockedPage, type LockedState } from "./locked.tsx";
import { TripPage, type TripState } from "./trip.tsx";

/** What a page shows: JSON, so that it can be sent along. */
export type PageState = HomeState | TripState | GoneState | LockedState;

/** Where the page is in the document, and where its state. */
export const PAGE_ID = "page";
export const STATE_ID = "state";

export function Page({ state }: { state: PageState }) {
  const [fault] = useErrorBoundary((error) => console.error(error));
  return fault ? <Broken /> : <Content state={state} />;
}

/** One fault of ours must not look like work that goes on for ever. */
function Broken() {
  return (
    <main id="main" class="text">
      <h1>This page cannot go on</h1>
      <p role="alert">Something on it went wrong. Nothing is lost: the work goes on without it.</p>
      <p>
        <a class="button main" href="">Load it again</a>
      </p>
    </main>
  );
}

function Content({ state }: { state: PageState }) {
  switch (state.page) {
    case "home":
      return <HomePage state={state} />;
    case "trip":
      return <TripPage state={state} />;
    case "gone":
      return <GonePage state={state} />;
    case "locked":
      return <LockedPage state={state} />;
  }
}

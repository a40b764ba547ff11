/**
 * The pages of the app. The server renders them first, and the browser hydrates them.
 * @module
 */
import { useErrorBoundary } from "preact/hooks";
import { useWords } from "../words/words.ts";
import { CopyPage, type CopyState } from "./copy_page.tsx";
import { GonePage, type GoneState } from "./trip/gone.tsx";
import { HomePage, type HomeState } from "./home/home.tsx";
import { LockedPage, type LockedState } from "./locked.tsx";
import { TripPage, type TripState } from "./trip/trip.tsx";

/** The state of a page. It is JSON, because the server sends it with the HTML. */
export type PageState = HomeState | TripState | GoneState | LockedState | CopyState;

/** The ids of the elements that contain the page and its state. */
export const PAGE_ID = "page";
export const STATE_ID = "state";

export function Page({ state }: { state: PageState }) {
  const [fault] = useErrorBoundary((error) => console.error(error));
  return fault ? <Broken /> : <Content state={state} />;
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
    case "copy":
      return <CopyPage />;
  }
}

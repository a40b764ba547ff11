/**
 * The pages of the app: the same on the server, which writes them first, and in the browser, which
 * goes on with them.
 * @module
 */
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
